#!/bin/sh
# Runs fuzzers one after the other: run.sh BUILD SECONDS NAME.. Prints TAP.
# Finds are kept in BUILD/tests/fuzz/NAME.finds; seeds come from the talk files. With
# FUZZ_SEED it goes the same way every time.
build=$1 seconds=$2 number=0 failed=0
shift 2

# What people type in the talks, behind the byte that names the protocol (octal; over 200: all
# that may vary does); 1e parts packets.
seed() {
	for talk in tests/talk/*.talk; do
		to=$1/$(basename "$talk")
		for protocol in 000 003 004 005 331 334 335 336; do
			{ printf "\\$protocol"; sed -n 's/^[a-z]* > //p' "$talk"; } >"$to.$protocol"
		done
		for protocol in 002 006 333 337; do
			{
				printf "\\$protocol"
				sed -n 's/^[a-z]* > //p' "$talk" | tr '\n' '\036'
			} >"$to.$protocol"
		done
	done
	# The bytes that telnet clients send, with the escapes that python has, too.
	for talk in tests/talk/telnet-*.talk; do
		{
			printf '\000'
			python3 -c 'import re, sys
for line in open(sys.argv[1], encoding="utf-8"):
    sent = re.match(r"\S+ >> ([^{}]*)$", line.rstrip("\n"))
    if sent:
        text = sent[1].encode().decode("unicode_escape")
        sys.stdout.buffer.write(text.encode("latin-1", "replace") + b"\x1e")' "$talk"
		} >"$1/$(basename "$talk").bytes"
	done
	# What people hear, for the client.
	for talk in tests/talk/*.talk; do
		to=$1/$(basename "$talk")
		for protocol in 0 1 2; do
			{
				printf '%b' "\\00$protocol"
				sed -n 's/^[a-z]* <* //p' "$talk" | tr '\n' '\036'
			} >"$to.heard.$protocol"
		done
	done
	cp conf/teahouse.ini "$1"
}

echo "1..$#"
for name; do
	number=$((number + 1))
	corpus=$build/tests/fuzz/$name.corpus${FUZZ_SEED:+.$FUZZ_SEED} finds=$build/tests/fuzz/$name.finds
	[ -z "${FUZZ_SEED:-}" ] || rm -rf "$corpus"
	mkdir -p "$corpus" "$finds"
	seed "$corpus"
	if "$build/tests/fuzz/$name" -max_total_time="$seconds" -verbosity=0 -seed="${FUZZ_SEED:-0}" -timeout=10 -max_len=4096 \
		-artifact_prefix="$finds/" "$corpus" >"$finds/log" 2>&1; then
		echo "ok $number - $name, $seconds s"
	else
		echo "not ok $number - $name, $seconds s"
		sed 's/^/# /' "$finds/log" | tail -n 40
		failed=1
	fi
done
exit $failed
