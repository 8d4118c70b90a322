/*
 * Terminal settings and signals. A signal handler can only reach global state: the saved
 * settings, the bytes that undo the screen, and a pipe that makes poll(2) return.
 */
#include "client/ui/terminal.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

enum { UNDO_BYTES = 512, STACK_BYTES = 65536, SIGNALS = 65 };

static struct termios terminal_saved;
static char terminal_undo_bytes[UNDO_BYTES];
static volatile sig_atomic_t terminal_undo_len, terminal_taken;
static volatile sig_atomic_t terminal_pending[SIGNALS];
static struct sigaction terminal_before[SIGNALS];
static int terminal_pipe[2] = {-1, -1};

void
terminal_save(void)
{
	tcgetattr(STDIN_FILENO, &terminal_saved);
}

void
terminal_undo(const char *bytes, size_t n)
{
	size_t left = sizeof terminal_undo_bytes - (size_t)terminal_undo_len;
	if (n > left)
		return;
	memcpy(terminal_undo_bytes + terminal_undo_len, bytes, n);
	terminal_undo_len += (sig_atomic_t)n;
}

void
terminal_take_keys(void)
{
	struct termios now;
	if (tcgetattr(STDIN_FILENO, &now) < 0)
		return;
	now.c_iflag &= ~(tcflag_t)(IXON | ICRNL | INLCR);
	now.c_lflag &= ~(tcflag_t)(ICANON | ECHO | IEXTEN);
	/* As a byte, it comes in its place among the keys, and discards none of them. */
	now.c_cc[VINTR] = _POSIX_VDISABLE;
	now.c_cc[VMIN] = 1;
	now.c_cc[VTIME] = 0;
	tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
	terminal_taken = true;
}

void
terminal_restore(bool screen)
{
	if (!terminal_taken)
		return;
	terminal_taken = false;
	ssize_t n = screen ? terminal_undo_len : 0;
	while (n > 0 && write(STDOUT_FILENO, terminal_undo_bytes, (size_t)n) < 0 && errno == EINTR)
		continue;
	tcsetattr(STDIN_FILENO, TCSANOW, &terminal_saved);
}

/* Restores the terminal, then lets the signal take its default effect. */
static void
terminal_on_crash(int signal, siginfo_t *info, void *context)
{
	(void)context;
	terminal_restore(true);
	sigaction(signal, &terminal_before[signal], NULL);
	/* A fault happens again on return, with the same siginfo; a signal that was sent does not. */
	if (info->si_code <= 0)
		raise(signal);
}

static void
terminal_on_signal(int signal)
{
	int error = errno;
	terminal_pending[signal] = true;
	ssize_t ignored = write(terminal_pipe[1], "", 1);
	(void)ignored;
	errno = error;
}

static void
terminal_catch_crashes(void)
{
	static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT, SIGSYS,
		SIGTRAP, SIGXCPU, SIGXFSZ, SIGALRM, SIGVTALRM, SIGPROF, SIGUSR1, SIGUSR2};
	static char bytes[STACK_BYTES];
	stack_t stack = {.ss_sp = bytes, .ss_size = sizeof bytes};
	sigaltstack(&stack, NULL);
	struct sigaction action = {.sa_sigaction = terminal_on_crash};
	action.sa_flags = SA_SIGINFO | SA_ONSTACK;
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++)
		sigaction(crashes[i], &action, &terminal_before[crashes[i]]);
}

int
terminal_catch_signals(void)
{
	static const int caught[] = {SIGWINCH, SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGCONT};
	if (pipe(terminal_pipe) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		fcntl(terminal_pipe[i], F_SETFL, O_NONBLOCK);
		fcntl(terminal_pipe[i], F_SETFD, FD_CLOEXEC);
	}
	struct sigaction action = {.sa_handler = terminal_on_signal, .sa_flags = SA_RESTART};
	sigemptyset(&action.sa_mask);
	for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
		sigaction(caught[i], &action, NULL);
	terminal_catch_crashes();
	return terminal_pipe[0];
}

void
terminal_drain_signals(void)
{
	char bytes[64];
	while (read(terminal_pipe[0], bytes, sizeof bytes) > 0)
		continue;
}

bool
terminal_caught(int signal)
{
	bool caught = terminal_pending[signal];
	terminal_pending[signal] = false;
	return caught;
}

void
terminal_stop(void)
{
	struct sigaction stop = {.sa_handler = SIG_DFL}, ours;
	sigemptyset(&stop.sa_mask);
	sigaction(SIGTSTP, &stop, &ours);
	raise(SIGTSTP);
	sigaction(SIGTSTP, &ours, NULL);
}
