#!/bin/sh
# Runs fuzzers one after the other: run.sh BUILD SECONDS NAME.. Prints TAP.
# Finds are kept in BUILD/tests/fuzz/NAME.finds; seeds come from the talk files. With
# FUZZ_SEED it goes the same way every time.
build=$1 seconds=$2 number=0 failed=0
shift 2

# What people type in the talks, behind the byte that names the protocol (octal; over 200: all
# that may vary does) and one for the history; 1e parts packets.
seed() {
	for talk in tests/talk/*.talk; do
		to=$1/$(basename "$talk")
		for how in '000\001' '003\001' '004\001' '005\001' '331\017' '334\017' '335\017' '336\017'; do
			{ printf '%b' "\\0$how"; sed -n 's/^[a-z]* > //p' "$talk"; } >"$to.${how%\\*}"
		done
		for how in '002\001' '006\001' '333\017' '337\017'; do
			{
				printf '%b' "\\0$how"
				sed -n 's/^[a-z]* > //p' "$talk" | tr '\n' '\036'
			} >"$to.${how%\\*}"
		done
	done
	# A connection is lost (1d), and its session resumed; cat's secret is the first.
	for how in '002\011' '006\017'; do
		{
			printf '%b' "\\0$how"
			printf '%s\036' '{"type":"hello","nick":"dan","version":2}' \
				'{"type":"chat","message":"tea"}' '{"type":"history","events":"all"}'
			printf '\035\036%s\036%s' \
				'{"type":"hello","version":2,"resume":"02020202020202020202020202020202","after":1}' \
				'{"type":"search","text":"te* NOT \"tea\""}'
		} >"$1/resume.${how%\\*}"
	done
	# Names are registered, and logged in to from elsewhere; the first secret is of 32 bytes \001.
	for how in '002\021' '006\037'; do
		{
			printf '%b' "\\0$how"
			printf '%s\036' '{"type":"hello","nick":"dan","version":2}' \
				'{"type":"register","password":"tea for two"}' \
				'{"type":"direct","to":"ann","message":"tea"}' '{"type":"sessions"}' \
				'{"type":"read","room":"main","id":9,"ref":"r"}' '{"type":"read","with":"ann","id":9}'
			printf '\035\036%s\036%s\036%s\036%s\036%s\036%s' \
				'{"type":"hello","version":2,"nick":"dan","password":"tea for two","stay":true}' \
				'{"type":"history","with":"ann"}' '{"type":"search","text":"tea","with":"ann"}' \
				'{"type":"password","old":"tea for two","new":"tea for three"}' \
				'{"type":"sessions","end":1}' '{"type":"unregister","password":"tea for three"}'
		} >"$1/accounts.${how%\\*}"
	done
	# The bytes that telnet clients send, with the escapes that python has, too.
	for talk in tests/talk/telnet-*.talk; do
		{
			printf '\000\000'
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
	# The client's connection is lost (1d), and what it has missed comes in pages (packet 2 and 3).
	{
		printf '\000%s\036' '{"type":"welcome","nick":"ann","resume":"aa"}' \
			'{"type":"join","room":"main","nick":"ann","id":9,"time":1}' \
			'{"type":"history","room":"main","ref":"page1","more":true,"events":[{"type":"chat","nick":"bob","message":"tea","id":3,"time":1},{"type":"topic","topic":"tea","nick":"bob","id":5,"time":1}]}'
		printf '\037%s' 'hello' '/history 2' '/search tea'
		printf '\035\001\036%s' \
			'{"type":"welcome","nick":"ann","resume":"bb","resumed":true}' \
			'{"type":"names","room":"main","nicks":["ann","bob"],"away":["bob"],"first":true,"gap":true}' \
			'{"type":"chat","room":"main","nick":"ann","message":"hello","id":30,"past":true,"time":1}' \
			'{"type":"pong","ref":"settle"}' \
			'{"type":"history","room":"main","ref":"page2","more":false,"events":[{"type":"emote","nick":"ann","message":"waves","id":20,"time":1}]}'
		printf '\035\036%s' '{"type":"error","code":"resume-failed"}' \
			'{"type":"welcome","nick":"ann"}' \
			'{"type":"join","room":"main","nick":"ann","id":40,"time":1}' \
			'{"type":"history","room":"main","ref":"page3","more":false,"events":[]}' \
			'{"type":"search","events":[{"type":"chat","room":"main","nick":"bob","message":"tea","id":3,"time":1}],"first":3,"more":true}'
	} >"$1/missed.heard"
	# What proxies say: both versions of the PROXY protocol, and HTTP's headers.
	printf 'PROXY TCP6 2001:db8::7 ::1 40112 5005\r\n' >"$1/proxy.1"
	{
		printf '\r\n\r\n\000\r\nQUIT\n\041\021\000\030\300\000\002\007\012\000\000\001\234\260\023\215'
		printf '\002\000\001a\040\000\005\001\000\000\000\000'
	} >"$1/proxy.2"
	printf 'GET / HTTP/1.1\r\nX-Forwarded-For: 192.0.2.7, 10.1.2.3\r\nX-Forwarded-Proto: https\r\n' >"$1/proxy.3"
	# Over TLS each side says something, which arrives in pieces, or with a byte changed.
	for how in 000 001 003 005 007; do
		{
			printf '%b' "\\0$how"
			printf '\000\144\001\005\001\377\005\003\377\200\040\001\006\020\006\377\007\002\001\377'
		} >"$1/tls.$how"
		{
			printf '%b' "\\0$how"
			printf '\000\144\002\377\000\120\001\005\001\010\006\377'
		} >"$1/tls.changed.$how"
	done
	cp conf/teahouse.ini "$1"
}

seeds=$build/tests/fuzz/seeds
rm -rf "$seeds"
mkdir -p "$seeds"
seed "$seeds"

echo "1..$#"
for name; do
	number=$((number + 1))
	corpus=$build/tests/fuzz/$name.corpus${FUZZ_SEED:+.$FUZZ_SEED} finds=$build/tests/fuzz/$name.finds
	[ -z "${FUZZ_SEED:-}" ] || rm -rf "$corpus"
	mkdir -p "$corpus" "$finds"
	if "$build/tests/fuzz/$name" -max_total_time="$seconds" -verbosity=0 -seed="${FUZZ_SEED:-0}" -timeout=10 -max_len=4096 \
		-artifact_prefix="$finds/" "$corpus" "$seeds" >"$finds/log" 2>&1; then
		echo "ok $number - $name, $seconds s"
	else
		echo "not ok $number - $name, $seconds s"
		sed 's/^/# /' "$finds/log" | tail -n 40
		failed=1
	fi
done
exit $failed
