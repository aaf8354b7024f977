#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench plot: which pictures there are, what stands in them, and what is
# left behind when something goes wrong.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	concbench=$(realpath "${CONCBENCH:-build/concbench}")
	result=tests/data/result.json
	tmp=$BATS_TEST_TMPDIR
	mkdir "$tmp/bin"
}

# A gnuplot that runs the given shell text.
fake_gnuplot() {
	printf '#!/bin/sh\n%s\n' "$1" >"$tmp/bin/gnuplot"
	chmod +x "$tmp/bin/gnuplot"
}

# Where gnuplot is the real one, or the tests of its pictures are skipped.
need_gnuplot() {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
}

@test "four pictures a workload, of a single concurrency three, as SVG and PNG, and nothing else" {
	need_gnuplot
	run "$concbench" plot "$result" -o "$tmp/out"
	[ "$status" -eq 0 ]
	[ "$output" = "26 pictures in $tmp/out" ]
	[ -e "$tmp/out/throughput-fetch.svg" ] && [ ! -e "$tmp/out/throughput-mixed.svg" ]
	for workload in fetch file primes mixed; do
		for kind in bars latency cost; do
			[ "$(head -c 4 "$tmp/out/$kind-$workload.png" | tail -c 3)" = PNG ]
			grep -q '</svg>' "$tmp/out/$kind-$workload.svg"
		done
	done
	[ "$(ls -A "$tmp/out" | wc -l)" -eq 26 ]
}

@test "every picture is well-formed and says what and in which unit" {
	need_gnuplot
	"$concbench" plot "$result" -o "$tmp/out"
	for file in "$tmp"/out/*.svg; do
		/usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$file"
	done
	grep -q 'Throughput of fetch' "$tmp/out/throughput-fetch.svg"
	grep -q 'delay_ms=10, body_bytes=4096' "$tmp/out/throughput-fetch.svg"
	grep -q 'medians of 3 trials, with 75 % intervals' "$tmp/out/throughput-fetch.svg"
	grep -q 'throughput (tasks/s)' "$tmp/out/throughput-fetch.svg"
	grep -q 'at concurrency ' "$tmp/out/latency-fetch.svg"
	grep -q ' ms<' "$tmp/out/latency-fetch.svg"
	grep -q 'CPU time per task' "$tmp/out/cost-fetch.svg"
}

@test "a cell without a result stands in the picture in words" {
	need_gnuplot
	"$concbench" plot "$result" -o "$tmp/out"
	grep -q 'unavailable: built without liburing' "$tmp/out/throughput-fetch.svg"
	for kind in throughput bars cost; do
		grep -q 'crashed' "$tmp/out/$kind-fetch.svg"
		grep -q 'failed' "$tmp/out/$kind-fetch.svg"
	done
	grep -q 'unavailable' "$tmp/out/latency-fetch.svg"
	grep -q 'timeout' "$tmp/out/latency-primes.svg"
	for kind in latency cost; do
		grep -q 'no cell of this workload is ok' "$tmp/out/$kind-mixed.svg"
	done
	grep -q 'invalid' "$tmp/out/bars-mixed.svg"
}

@test "on the axis of the models stand their names and no numbers" {
	need_gnuplot
	for models in coroutine threads,coroutine blocking,threads,coroutine; do
		"$concbench" run -w null -m $models -c 1 -n 10 --trials 1 -o "$tmp/few.json" --force >/dev/null
		"$concbench" plot "$tmp/few.json" -o "$tmp/out"
		for kind in bars latency; do
			grep -q '>coroutine<\| coroutine<' "$tmp/out/$kind-null.svg"
			[ "$(grep -cE '>(<!\[CDATA\[)?[0-9]\.[0-9]+(\]\]>)?<' "$tmp/out/$kind-null.svg")" -eq 0 ]
		done
	done
}

@test "a second set of parameters has pictures of its own" {
	need_gnuplot
	/usr/bin/python3 - "$result" >"$tmp/two.json" <<'PYTHON'
import copy, json, sys
root = json.load(open(sys.argv[1]))
more = copy.deepcopy([cell for cell in root["cells"] if cell["workload"] == "file"])
for cell in more:
	cell["params"]["file_bytes"] = 1
root["cells"] = [cell for cell in root["cells"] if cell["workload"] == "file"] + more
json.dump(root, sys.stdout)
PYTHON
	"$concbench" plot "$tmp/two.json" -o "$tmp/out"
	grep -q 'file_bytes=65536' "$tmp/out/bars-file.svg"
	grep -q 'file_bytes=1<' "$tmp/out/bars-file-2.svg"
}

@test "text in a file is never run by gnuplot, nor the user's settings" {
	need_gnuplot
	/usr/bin/python3 - "$result" "$tmp" >"$tmp/evil.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
evil = "'.system(\"touch %s/ran\").' `touch %s/ran` \"\t<b>&" % (sys.argv[2], sys.argv[2])
for cell in root["cells"]:
	cell["params"]["text"] = evil
	if cell["status"] != "ok":
		cell["reason"] = evil
json.dump(root, sys.stdout)
PYTHON
	echo 'system "touch '"$tmp"'/ran"' >"$tmp/.gnuplot"
	HOME=$tmp "$concbench" plot "$tmp/evil.json" -o "$tmp/out"
	[ ! -e "$tmp/ran" ]
	/usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' \
		"$tmp/out/throughput-fetch.svg"
}

@test "without gnuplot the package is named" {
	run env PATH="$tmp/bin" "$concbench" plot "$result" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: "*gnuplot-nox* ]]
	[ ! -e "$tmp/out" ]
}

@test "where gnuplot fails its words are shown and the folder stays as it was" {
	fake_gnuplot 'echo "line 7: something odd" >&2; exit 1'
	mkdir "$tmp/out"
	echo old >"$tmp/out/bars-fetch.png"
	run env PATH="$tmp/bin:$PATH" "$concbench" plot "$result" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == *"line 7: something odd"* ]]
	[ "$(ls -A "$tmp/out")" = bars-fetch.png ]
	[ "$(cat "$tmp/out/bars-fetch.png")" = old ]
}

@test "a gnuplot that dies or draws nothing is an error" {
	fake_gnuplot 'kill -SEGV $$'
	run env PATH="$tmp/bin:$PATH" "$concbench" plot "$result" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == *"gnuplot died: Segmentation fault"* ]]
	fake_gnuplot 'exit 0'
	run env PATH="$tmp/bin:$PATH" "$concbench" plot "$result" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == *"is the disk full"* ]]
	[ ! -e "$tmp/out" ]
}

@test "SIGINT and SIGTERM leave neither a folder nor a gnuplot behind" {
	fake_gnuplot 'echo $$ >>"'"$tmp"'/pids"; exec sleep 60'
	mkdir "$tmp/out"
	for signal in INT TERM; do
		rm -f "$tmp/pids"
		# env: a shell's background job ignores SIGINT unless told otherwise.
		PATH="$tmp/bin:$PATH" env --default-signal=INT "$concbench" plot "$result" -o "$tmp/out" 3>&- &
		pid=$!
		for _ in $(seq 100); do
			[ "$(cat "$tmp/pids" 2>/dev/null | wc -l)" -ge 2 ] && break
			sleep 0.05
		done
		kill -$signal $pid
		status=0
		wait $pid || status=$?
		[ "$status" -eq 130 ]
		[ -z "$(ls -A "$tmp/out")" ]
		for child in $(cat "$tmp/pids"); do
			[ ! -d "/proc/$child" ]
		done
	done
}

@test "a folder that cannot be made or written is an error" {
	echo file >"$tmp/file"
	run "$concbench" plot "$result" -o "$tmp/file"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: cannot write to '$tmp/file': Not a directory" ]]
	run "$concbench" plot "$result" -o "$tmp/none/out"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: cannot make folder '$tmp/none/out': No such file or directory" ]]
}

@test "usage errors and unreadable results" {
	run "$concbench" plot -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: no results file is given"* ]]
	run "$concbench" plot "$result"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: no folder is given with -o"* ]]
	run "$concbench" plot "$tmp/none.json" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench plot: cannot read '$tmp/none.json': No such file or directory" ]]
	echo '{"schema": 1, "cells": []}' >"$tmp/empty.json"
	run "$concbench" plot "$tmp/empty.json" -o "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == *"it has no cells" ]]
	[ ! -e "$tmp/out" ]
	run "$concbench" plot --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: concbench plot "* ]]
}
