#!/bin/sh
# Runs fuzzers one after the other: run.sh BUILD SECONDS NAME..
# Finds are kept in BUILD/tests/fuzz/NAME.finds; seeds come from the talk files.
set -e
build=$1 seconds=$2
shift 2
for name; do
	corpus=$build/tests/fuzz/$name.corpus finds=$build/tests/fuzz/$name.finds
	mkdir -p "$corpus" "$finds"
	cp tests/talk/*.talk conf/teahouse.ini "$corpus"
	# What people type, behind the byte that names the protocol; 1e parts packets.
	for talk in tests/talk/*.talk; do
		seed=$corpus/$(basename "$talk")
		for protocol in 0 3 4 5; do
			{ printf '%b' "\\00$protocol"; sed -n 's/^[a-z]* > //p' "$talk"; } >"$seed.$protocol"
		done
		for protocol in 2 6; do
			{ printf '%b' "\\00$protocol"; sed -n 's/^[a-z]* > //p' "$talk" | tr '\n' '\036'; } >"$seed.$protocol"
		done
	done
	echo "$name: $seconds s"
	"$build/tests/fuzz/$name" -max_total_time="$seconds" -print_final_stats=0 -verbosity=0 \
		-timeout=10 -max_len=4096 -artifact_prefix="$finds/" "$corpus"
done
