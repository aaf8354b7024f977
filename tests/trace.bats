#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp, here and stderr are set by cli.bash and by run
# concbench trace: the timelines of small runs, as text, pictures and JSON.

load cli

setup() {
	cli_setup
	nap=(--param "durations_ms=20,40,10")
}

teardown() {
	until_true nothing_alive
}

# FILE [CONDITION]: whether it is a trace as Chrome's format has it, every event with its keys, the
# slices of a thread one after the other, all that began also ended; and the condition on .traceEvents.
sound() {
	jq -e 'def need(holds; $what): if holds then . else error($what) end;
		.traceEvents | need(length > 0 and all(.[]; has("ph") and has("ts") and has("pid") and has("tid"));
			"an event lacks a key") |
		need([.[] | select(.ph == "X")] | length > 0 and all(.[]; .dur > 0) and
			(group_by([.pid, .tid]) | all(.[]; sort_by(.ts) | . as $s |
				all(range(1; length); $s[.].ts >= $s[. - 1].ts + $s[. - 1].dur - 0.0015)));
			"slices of a thread overlap") |
		need([.[] | select(.ph == "b" or .ph == "e")] | length > 0 and
			(group_by(.id) | all(.[]; (map(select(.ph == "b")) | length) * 2 == length));
			"what began did not end") |
		need(([.[] | select(.ph == "M" and .name == "thread_name") | [.pid, .tid]] | unique) as $named |
			([.[] | [.pid, .tid]] | unique) == $named; "a thread has no name") |
		'"${2:-true}" "$1" >/dev/null || fail "$1"
}

@test "every model, as text of at most 20 lines and 80 columns" {
	know_models
	for model in "${here[@]}"; do
		run --separate-stderr "$concbench" trace -m "$model" -w naps "${nap[@]}"
		[ "$status" -eq 0 ] && [ -z "$stderr" ] || fail "$model: $output $stderr"
		[[ $output == "naps under $model: 3 tasks on "* ]] || fail "$output"
		[ "${#lines[@]}" -eq 8 ] || fail "$output"
		for i in 0 1 2; do
			[[ ${lines[2 + i]} =~ ^"task $i |"[\ .+#-]*-[\ .+#-]*"| "[a-z]+\ [1-3]$ ]] ||
				fail "$model: ${lines[2 + i]}"
		done
		for line in "${lines[@]}"; do
			[ "${#line}" -le 80 ] || fail "too wide: $line"
		done
	done
	nothing_in_tmpdir
}

@test "every model, as JSON that Perfetto opens" {
	know_models
	for model in "${here[@]}"; do
		"$concbench" trace -m "$model" -w naps -n 5 "${nap[@]}" -o "$tmp/$model.json" >"$tmp/said"
		[ "$(cat "$tmp/said")" = "5 tasks in $tmp/$model.json" ]
		sound "$tmp/$model.json" '([.[] | select(.ph == "b" and (.name | startswith("task"))) | .name] |
			sort == ["task 0", "task 1", "task 2", "task 3", "task 4"]) and
			([.[] | select(.ph == "b" and .name == "waiting") | .id] | unique | length == 5)'
	done
	nothing_in_tmpdir
}

@test "who runs where: blocking on one thread in turn, threads on three, processes in three" {
	for model in blocking threads processes; do
		"$concbench" trace -m $model -w naps "${nap[@]}" -o "$tmp/$model.json"
	done
	at='[.traceEvents[] | select(.ph == "X") | [.pid, .tid]] | unique | length'
	[ "$(jq "$at" "$tmp/blocking.json")" -eq 1 ]
	[ "$(jq "$at" "$tmp/threads.json")" -eq 3 ]
	[ "$(jq '[.traceEvents[] | select(.ph == "X") | .pid] | unique | length' "$tmp/processes.json")" -eq 3 ]
	# The naps of 20, 40 and 10 ms: their sum one after the other.
	jq -e '[.traceEvents[] | select(.ph == "e") | .ts] | max >= 70000' "$tmp/blocking.json"
}

@test "workloads of every kind can be traced under coroutine, with the children that it starts" {
	while read -r workload param; do
		"$concbench" trace -m coroutine -w "$workload" -n 2 ${param:+--param "$param"} -o "$tmp/$workload.json" \
			2>"$tmp/err" || fail "$workload: $(cat "$tmp/err")"
		sound "$tmp/$workload.json"
	done <<-'END'
		fetch
		download
		mixed
		file
		primes
		spawn children=10
		switch yields=100
		pipeline items=100
		ring laps=3
		generator values=50
	END
	for model in threads threadpool processes eventloop stackless uring; do
		"$concbench" trace -m $model -w primes -n 3 -o "$tmp/$model.json" 2>"$tmp/err" ||
			grep -q unavailable "$tmp/err" || fail "$model: $(cat "$tmp/err")"
	done
}

@test "children are counted, and those beyond the last line are told" {
	run --separate-stderr "$concbench" trace -m threads -w gather -n 1 --param children=40
	[ "$status" -eq 0 ]
	[[ $output == "gather under threads: 1 task and 40 children on 41 threads"* ]] || fail "$output"
	[ "${#lines[@]}" -le 20 ] || fail "$output"
	[[ $output == *"and 28 more"* ]] || fail "$output"
}

@test "SVG and PNG are pictures, small ones" {
	"$concbench" trace -m coroutine -w stall -n 1 --param timers=4 --param beats=10 -o "$tmp/a.svg"
	"$concbench" trace -m threads -w naps "${nap[@]}" -o "$tmp/b.png"
	xmllint --noout "$tmp/a.svg"
	grep -q 'stall under coroutine: 1 task and 5 children on 1 thread' "$tmp/a.svg"
	[ "$(stat -c %s "$tmp/a.svg")" -lt 61440 ]
	[ "$(od -An -c -N4 "$tmp/b.png" | tr -d ' ')" = '211PNG' ]
	[ "$(find "$tmp" -type f | wc -l)" -eq 2 ] || fail "$(find "$tmp")"
}

@test "a picture may have any name, and what cannot be printed is said" {
	for name in "it's.svg" "|touch '$tmp/run'; x.svg"; do
		"$concbench" trace -m blocking -w null -n 2 -o "$TMPDIR/${name//\//_}"
		xmllint --noout "$TMPDIR/${name//\//_}"
	done
	[ "$(find "$TMPDIR" -type f | wc -l)" -eq 2 ]
	run --separate-stderr sh -c '"$0" trace -m blocking -w null -n 2 >/dev/full' "$concbench"
	[ "$status" -eq 2 ]
	[[ $stderr == *"cannot write to standard output"* ]]
}

@test "-o x.txt holds the text; a file that is there is replaced" {
	echo old >"$tmp/x.txt"
	"$concbench" trace -m blocking -w null -n 2 -o "$tmp/x.txt"
	grep -q '^null under blocking: 2 tasks' "$tmp/x.txt"
}

@test "colour on a terminal alone, and not where NO_COLOR is set" {
	on_terminal() {
		TERM=xterm /usr/bin/python3 -c 'import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) >> 8)' \
			"$concbench" trace -m threads -w naps "${nap[@]}" </dev/null
	}
	[[ $(unset NO_COLOR; on_terminal) == *$'\033['* ]] || fail "no colour"
	[[ $(NO_COLOR=1 on_terminal) != *$'\033['* ]] || fail "colour in spite of NO_COLOR"
	[[ $("$concbench" trace -m threads -w naps "${nap[@]}") != *$'\033['* ]] || fail "colour in a pipe"
}

@test "children that run one by one have a timeline, too" {
	"$concbench" trace -m blocking -w stall -n 1 --param timers=2 --param beats=4 --param block_ms=5 >"$tmp/text"
	grep -q 'stall under blocking: 1 task and 3 children on 1 thread' "$tmp/text"
}

@test "a cell that cannot be is told with its reason, and nothing is written" {
	run --separate-stderr "$concbench" trace -m blocking -w ring -o "$tmp/a.svg"
	[ "$status" -eq 1 ] && [ -z "$output" ] || fail "$status $output"
	[[ $stderr == *"ring under blocking: unavailable: its tasks cannot wait for one another" ]] || fail "$stderr"
	run --separate-stderr "$concbench" trace -m blocking -w naps --param durations_ms=1,x -o "$tmp/a.svg"
	[ "$status" -eq 1 ]
	[[ $stderr == *"failed: durations_ms takes 1 to 64 whole numbers"* ]] || fail "$stderr"
	[ ! -e "$tmp/a.svg" ]
}

@test "more events than there is room for: those that came first, and a message" {
	run --separate-stderr "$concbench" trace -m coroutine -w switch -n 1 --param yields=150000
	[ "$status" -eq 0 ]
	[[ $stderr == *"only the first 200000 events are shown"* ]] || fail "$stderr"
	[[ $output == "switch under coroutine: 1 task and 2 children"* ]] || fail "$output"
}

@test "what makes no sense is refused" {
	refused "-m MODEL and -w WORKLOAD are needed" trace
	refused "-m MODEL and -w WORKLOAD are needed" trace -m threads
	refused "'x'" trace -m threads -w x
	refused "echo is a service" trace -m threads -w echo
	refused "-n" trace -m threads -w naps -n 1001
	refused "must end in .txt, .svg, .png or .json" trace -m threads -w naps -o "$tmp/x.gif"
	refused "must not hold control characters" trace -m threads -w naps -o "$tmp/a"$'\n'"b.svg"
	refused "No such file or directory" trace -m threads -w naps -o "$tmp/none/x.svg"
	refused "unexpected argument" trace -m threads -w naps x
	refused "nosuch" trace -m threads -w naps --param nosuch=1
}

@test "an interrupt ends it with 130, and leaves nothing" {
	"$concbench" trace -m processes -w naps --param durations_ms=60000 -o "$tmp/a.json" &
	pid=$!
	until_true one_alive_named concbench
	sleep 0.3
	kill -INT $pid
	status=0
	wait $pid || status=$?
	[ "$status" -eq 130 ]
	nothing_alive
	nothing_in_tmpdir
	[ ! -e "$tmp/a.json" ]
}
