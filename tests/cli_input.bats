#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# What cannot be run is refused: status 2, a message that says what to do, and nothing written.

load cli

setup() {
	cli_setup
	small=(-m blocking -w null -n 5 --trials 1)
}

models="there are: blocking threads threadpool processes prefork eventloop stackless coroutine uring offload \
multicore multiprocess-coroutine"

@test "an unknown name is refused with the known ones" {
	refused "no model is called 'fibre'; $models" run -m fibre
	refused "no model is called 'fibre'; $models" run -m blocking,fibre,threads
	refused "no model is called 'Blocking'; $models" run -m Blocking
	refused "no model is called 'thread'; $models" run -m thread
	refused "no workload is called 'x'; there are: null sleep naps fetch" run -w x
	refused "no workload is called 'x'; there are: null sleep naps fetch" run -w sleep,x
	refused "no profile is called 'x'; there are: quick default full" run --profile x
	refused "no model is called 'x'; $models" trial -m x -w null
	refused "no workload is called 'x'; there are: null sleep naps fetch" trial -m blocking -w x
}

@test "an unknown parameter is refused with those of the workload" {
	refused "sleep has no parameter 'foo'; it has: duration_us" run -w sleep --param foo=1
	refused "null has no parameter 'url'; it has: none" run -w null --param url=x
	refused "fetch has no parameter 'below'; it has: url delay_ms body_bytes keep_alive timeout_ms" \
		run -w fetch --param delay_ms=1 --param below=1
	refused "has no parameter 'foo'" run --profile quick --param foo=1
	refused "sleep has no parameter 'foo'; it has: duration_us" \
		trial -m blocking -w sleep --param foo=1
}

@test "a parameter of one of several workloads is taken" {
	"$concbench" run -m blocking -w null,sleep -n 2 --trials 1 --param duration_us=7 -o "$tmp/a.json"
	results 'assert [c["params"] for c in cells] == [{}, {"duration_us": 7}]' "$tmp/a.json"
}

@test "--param wants NAME=VALUE" {
	for text in duration_us "" =1 = "$(printf '%0100d=1' 0)"; do
		refused "--param takes NAME=VALUE, not '$text'" run -w sleep --param "$text"
	done
	refused "--param takes NAME=VALUE, not 'x'" trial -m blocking -w sleep --param x
	refused "parameter url of fetch is too long" run -w fetch --param "url=$(printf '%0600d' 0)"
}

@test "a parameter that is no number, or out of range, is refused with range and unit" {
	for value in "" x 1x 0x10 1e3 1.5 -1 " 5" +5 60000001 99999999999999999999; do
		refused "parameter duration_us of sleep takes a whole number from 0 to 60000000 us, not '$value'" \
			run -w sleep --param "duration_us=$value"
	done
	refused "cpu_share of mixed takes a whole number from 0 to 100 %, not '101'" \
		run -w mixed --param cpu_share=101
	refused "file_bytes of file takes a whole number from 1 to 1073741824 bytes, not '0'" \
		run -w file --param file_bytes=0
	refused "parameter keep_alive of fetch takes a whole number from 0 to 1, not '2'" \
		trial -m blocking -w fetch --param keep_alive=2
}

@test "-c, -n and the other numbers say their range and unit" {
	for value in 0 -1 1000001 x 1x " 1" " -18446744073709551615" 99999999999999999999; do
		refused "-c takes a whole number from 1 to 1000000 tasks in flight, not '$value'" \
			run -c "$value"
		refused "-c takes a whole number from 1 to 1000000, not '$value'" \
			trial -m blocking -w null -c "$value"
	done
	refused "-c takes a whole number from 1 to 1000000 tasks in flight, not '0'" run -c 1,10,0
	for value in "" 0 -1 100000001 x 1e3 99999999999999999999; do
		refused "-n takes a whole number from 1 to 100000000 tasks, not '$value'" run -n "$value"
		refused "-n takes a whole number from 1 to 100000000 tasks, not '$value'" \
			trial -m blocking -w null -n "$value"
	done
	refused "--trials takes a whole number from 1 to 10000, not '0'" run --trials 0
	refused "--trials takes a whole number from 1 to 10000, not '10001'" run --trials 10001
	refused "--warmup takes a whole number from 0 to 100 %, not '101'" run --warmup 101
	refused "--time-limit takes a whole number from 1 to 86400 s, not '0'" run --time-limit 0
	refused "--time-limit takes a whole number from 1 to 86400 s, not '1.5'" run --time-limit 1.5
	refused "--seed takes a whole number from 0 to 9223372036854775807, not '-1'" run --seed -1
	refused "--seed takes a whole number from 0 to" run --seed 9223372036854775808
	refused "--seed takes a whole number from 0 to" run --seed now
}

@test "an empty list is refused" {
	for option in -m -w -c; do
		refused "$option takes a list" run $option ""
		refused "$option takes a list" run $option ,,
	done
}

@test "an unknown option, one without its value, and stray arguments are refused" {
	refused "unrecognized option '--colour'" run --colour
	refused "invalid option -- 'z'" run -z
	refused "option requires an argument -- 'm'" run -m
	refused "option '--seed' requires an argument" run --seed
	refused "unexpected argument 'sleep'" run sleep
	refused "unexpected argument 'sleep'" run -m blocking sleep
	refused "unrecognized option '--colour'" trial --colour
	refused "unexpected argument 'sleep'" trial -m blocking -w null sleep
	refused "'x' is not ADDR:PORT" origin --listen x
}

@test "trial wants a model and a workload" {
	refused "-m MODEL and -w WORKLOAD are needed" trial
	refused "-m MODEL and -w WORKLOAD are needed" trial -m blocking
	refused "-m MODEL and -w WORKLOAD are needed" trial -w null
}

@test "a profile without a cell at that concurrency is refused" {
	refused "profile quick has no cell with that -w and -c" run --profile quick -c 77
}

@test "-o into a folder that is missing or no folder is refused before the run" {
	refused "cannot write '$tmp/none/a.json': No such file or directory" \
		run "${small[@]}" -o "$tmp/none/a.json"
	echo precious >"$tmp/file"
	refused "cannot write '$tmp/file/a.json': Not a directory" run "${small[@]}" -o "$tmp/file/a.json"
	refused "cannot write '$tmp/file/a.json': Not a directory" \
		run "${small[@]}" --force -o "$tmp/file/a.json"
	[ "$(cat "$tmp/file")" = precious ]
}

@test "-o that names a folder or nothing is refused before the run" {
	refused "cannot write '$TMPDIR': it is a folder" run "${small[@]}" -o "$TMPDIR"
	refused "cannot write '$TMPDIR': it is a folder" run "${small[@]}" --force -o "$TMPDIR"
	refused "cannot write '': it does not end in a file's name" run "${small[@]}" -o ""
	refused "cannot write '$tmp/a/': it does not end in a file's name" run "${small[@]}" -o "$tmp/a/"
}

@test "-o into a read-only folder is refused before the run" {
	mkdir -m 555 "$tmp/locked"
	nobody=()
	if [ "$(id -u)" -eq 0 ]; then
		nobody=(setpriv --reuid=65534 --regid=65534 --clear-groups)
		cp "$concbench" "$BATS_TEST_TMPDIR/program"
		chmod 755 "$BATS_RUN_TMPDIR" "$BATS_TEST_TMPDIR" "$tmp" || true
		"${nobody[@]}" "$BATS_TEST_TMPDIR/program" --version || skip "nobody cannot run the program"
	fi
	run --separate-stderr "${nobody[@]}" "${BATS_TEST_TMPDIR}/program" run "${small[@]}" \
		-o "$tmp/locked/a.json"
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == "concbench run: cannot write '$tmp/locked/a.json': Permission denied" ]]
}

@test "an output that exists is refused and stays as it is" {
	echo precious >"$tmp/a.json"
	refused "'$tmp/a.json' exists; --force replaces it, --resume goes on with it" \
		run "${small[@]}" -o "$tmp/a.json"
	[ "$(cat "$tmp/a.json")" = precious ]
}

@test "results that could not be written in the end are status 2, with the table all the same" {
	run --separate-stderr "$concbench" run "${small[@]}" --force -o /dev/full
	[ "$status" -eq 2 ]
	[[ $stderr == *"cannot write '/dev/full': No space left on device"* ]]
	[[ $output == *blocking* && $output != *"Results are in"* ]]
}

@test "--resume wants a file, and no other options" {
	refused "--resume needs -o FILE.json" run --resume
	refused "cannot read '$tmp/none.json': No such file or directory" run --resume -o "$tmp/none.json"
	"$concbench" run "${small[@]}" -o "$tmp/a.json"
	cp "$tmp/a.json" "$tmp/before"
	refused "--resume takes its options from the file; leave out -m" \
		run --resume -o "$tmp/a.json" -m threads
	refused "leave out --trials" run --trials 9 --resume -o "$tmp/a.json"
	refused "leave out --param" run --resume --param x=1 -o "$tmp/a.json"
	cmp "$tmp/a.json" "$tmp/before"
}

@test "--resume of what is no run of ours is refused, and the file stays as it is" {
	"$concbench" run "${small[@]}" -o "$tmp/good.json"
	size=$(stat -c %s "$tmp/good.json")
	unchanged() { # PART
		cp "$tmp/a.json" "$tmp/before"
		refused "$1" run --resume -o "$tmp/a.json"
		cmp "$tmp/a.json" "$tmp/before"
	}
	for at in 0 1 $((size / 2)) $((size - 3)); do
		head -c "$at" "$tmp/good.json" >"$tmp/a.json"
		unchanged "it may be truncated"
	done
	echo "hello" >"$tmp/a.json"
	unchanged "is not JSON (line 1"
	echo '{"results": []}' >"$tmp/a.json"
	unchanged 'is not a concbench result: it has no "schema"'
	sed 's/"schema": 1/"schema": 2/' "$tmp/good.json" >"$tmp/a.json"
	unchanged "has schema 2"
	sed 's/"workload": "null"/"workload": "sleep"/' "$tmp/good.json" >"$tmp/a.json"
	unchanged "'$tmp/a.json' has"
	sed 's/"concurrency": 10/"concurrency": 11/' "$tmp/good.json" >"$tmp/a.json"
	unchanged "'$tmp/a.json' has"
	sed 's/"model": "blocking"/"model": "threads"/' "$tmp/good.json" >"$tmp/a.json"
	unchanged "'$tmp/a.json' has"
	results 'del root["cells"][0]; json.dump(root, open(more[0], "w"))' "$tmp/good.json" -- "$tmp/a.json"
	unchanged "'$tmp/a.json' has other cells than its options tell of"
	results 'del root["options"]; json.dump(root, open(more[0], "w"))' "$tmp/good.json" -- "$tmp/a.json"
	unchanged "'$tmp/a.json' "
	results 'root["options"]["arguments"] = [1]; json.dump(root, open(more[0], "w"))' \
		"$tmp/good.json" -- "$tmp/a.json"
	unchanged "'$tmp/a.json' holds no run to go on with"
	refused "cannot write '$TMPDIR': it is a folder" run --resume -o "$TMPDIR"
}

@test "whatever part of a file is missing or of another type, --resume does not crash" {
	"$concbench" run -m blocking -w null,sleep -n 2 --trials 3 -o "$tmp/a.json"
	/usr/bin/python3 - "$tmp" <<'PYTHON'
import copy, json, sys
root = json.load(open(sys.argv[1] + "/a.json"))
root["cells"][0]["trials"].pop() # something to go on with
def places(value, path=()):
	yield path
	items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
	for key, item in items:
		yield from places(item, path + (key,))
number = 0
for path in list(places({"options": root["options"], "cells": root["cells"]}))[1:]:
	for other in (None, "text", -1, [], {}):
		number += 1
		if number % 13:
			continue
		changed = copy.deepcopy(root)
		at = changed
		for key in path[:-1]:
			at = at[key]
		at[path[-1]] = other
		json.dump(changed, open("%s/f%d.json" % (sys.argv[1], number), "w"))
PYTHON
	for file in "$tmp"/f*.json; do
		run "$concbench" run --resume -o "$file"
		[ "$status" -le 2 ] || fail "$(basename "$file"): status $status" "$output"
	done
}

@test "too few descriptors for the concurrency are told before the run, with the number needed" {
	ulimit -n 256
	refused "fetch at concurrency 1000 needs 1064 open files, and the hard limit is 256" \
		run -w fetch -m coroutine -c 1,1000 -o "$tmp/a.json"
	refused "download at concurrency 200 needs 464 open files" run -w download -c 200
	run --separate-stderr "$concbench" trial -w fetch -m coroutine -c 1000
	[ "$status" -eq 1 ]
	[[ $output == *'"failed"'*"needs 1064 open files, the hard limit is 256"* ]]
}

@test "few descriptors are no matter to what needs none, and a soft limit is raised" {
	(
		ulimit -n 256
		"$concbench" run -w sleep -m coroutine,threads -c 500 -n 500 --trials 1 -o "$tmp/a.json"
	)
	[ "$(ulimit -Hn)" = unlimited ] || [ "$(ulimit -Hn)" -ge 1000 ] || skip "the hard limit is low"
	ulimit -S -n 256
	"$concbench" run -w rawget -m coroutine,threads,eventloop -c 500 -n 500 --trials 1 \
		-o "$tmp/b.json"
	results 'assert all(c["status"] == "ok" for r in roots for c in r["cells"])' "$tmp/a.json" "$tmp/b.json"
}

@test "--pin on one CPU is refused" {
	run --separate-stderr taskset -c 0 "$concbench" run "${small[@]}" --pin
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == "concbench run: --pin needs two CPUs, and this process may use one" ]]
}
