/* The three standard descriptors. */
#include "base/stdio.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

void
stdio_reserve(void)
{
	/* From the lowest up: each open takes the lowest number that is free. */
	for (int fd = 0; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 && open("/dev/null", O_RDWR) < 0)
			_exit(EXIT_FAILURE);
}
