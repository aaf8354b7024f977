#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench trial: one measurement by hand.

load cli

setup() {
	cli_setup
	models=(blocking threads threadpool processes prefork eventloop coroutine)
}

teardown() {
	until_true nothing_alive
}

# FILE CODE: Python on the trial that FILE holds as one line of JSON.
trial_in() {
	[ "$(wc -l <"$1")" -eq 1 ] || fail "not one line: $(cat "$1")"
	results "trial = root if 'status' in root else None
$2" <(sed 's/^{/{"cells": [], /' "$1")
}

@test "every model prints one JSON object, and leaves nothing behind" {
	for model in "${models[@]}"; do
		for workload in null sleep rawget file; do
			run --separate-stderr "$concbench" trial -m "$model" -w $workload -c 3 -n 30 --warmup 3
			[ "$status" -eq 0 ] || fail "$model $workload: $output"
			[ -z "$stderr" ]
			printf '%s\n' "$output" >"$tmp/trial"
			trial_in "$tmp/trial" '
assert (trial["status"], trial["reason"], trial["tasks"], trial["errors"]) == ("ok", None, 30, 0)
assert trial["elapsed_s"] > 0 and trial["latency_ns"]["max"] > 0'
			nothing_in_tmpdir
		done
	done
	nothing_alive
}

@test "an outside server takes no tasks" {
	refused "--external is for services, which sleep is not" trial -m any -w sleep --external 127.0.0.1:1
}

@test "--workdir is used, left in place and left empty" {
	mkdir "$tmp/work"
	"$concbench" trial -m coroutine -w file -n 200 -c 10 --workdir "$tmp/work" >"$tmp/trial"
	trial_in "$tmp/trial" 'assert trial["status"] == "ok"'
	[ -d "$tmp/work" ]
	[ -z "$(ls -A "$tmp/work")" ]
	nothing_in_tmpdir
}

@test "a workdir or TMPDIR that cannot be used is told" {
	run --separate-stderr "$concbench" trial -m blocking -w file -n 3 --workdir "$tmp/none"
	[ "$status" -eq 1 ]
	[[ $output == *'"status":"failed"'*"No such file or directory"* ]]
	TMPDIR=$tmp/none run --separate-stderr "$concbench" trial -m blocking -w null
	[ "$status" -eq 2 ]
	[ -z "$output" ]
	[[ $stderr == *"cannot make a folder in $tmp/none"*"No such file or directory"* ]]
}

@test "the defaults are the workload's tasks, one at a time" {
	"$concbench" trial -m threads -w sleep --param duration_us=100 >"$tmp/trial"
	"$concbench" list workloads --json >"$tmp/list"
	trial_in "$tmp/trial" '
assert trial["tasks"] == 100
mean_s = trial["latency_ns"]["mean"] / 1e9
assert mean_s * trial["tasks"] <= trial["elapsed_s"] * 1.02, trial # one at a time'
}

@test "more tasks at a time take less time" {
	for c in 1 50; do
		"$concbench" trial -m coroutine -w sleep -c $c -n 50 --param duration_us=4000 >"$tmp/$c"
	done
	trial_in "$tmp/1" 'assert trial["elapsed_s"] >= 0.2, trial'
	trial_in "$tmp/50" 'assert 0.004 <= trial["elapsed_s"] <= 0.1, trial'
}

@test "p99.9 is there when there are enough tasks, in order with the rest" {
	"$concbench" trial -m blocking -w null -n 20000 >"$tmp/trial"
	trial_in "$tmp/trial" '
t = trial["latency_ns"]
assert t["p50"] <= t["p90"] <= t["p99"] <= t["p99.9"] <= t["max"], t'
}

@test "CPU time is what the task burnt, switches are what the sleeps cost" {
	"$concbench" trial -m blocking -w primes -n 60 >"$tmp/cpu"
	"$concbench" trial -m blocking -w sleep -n 60 >"$tmp/sleep"
	trial_in "$tmp/cpu" '
cpu_s = trial["cpu_user_s"] + trial["cpu_system_s"]
assert 0.8 * 60 * trial["latency_ns"]["min"] / 1e9 <= cpu_s <= 1.1 * trial["elapsed_s"], trial
assert trial["voluntary_switches"] < 60'
	trial_in "$tmp/sleep" '
assert trial["cpu_user_s"] + trial["cpu_system_s"] < trial["elapsed_s"] / 2
assert trial["voluntary_switches"] >= 60, trial'
}

@test "--pin keeps model and origin on CPUs of their own" {
	[ "$(nproc)" -ge 2 ] || skip "one CPU"
	mkdir "$tmp/work" # with it there is one process more than the origin, not two
	"$concbench" trial -m threads -w fetch -c 2 -n 40 --param delay_ms=100 --pin \
		--workdir "$tmp/work" >"$tmp/trial" 3>&- &
	until_true one_alive_named origin
	sleep 0.2
	origin=$(alive_named origin)
	model=$(alive | grep -vx "$origin")
	a=$(taskset -p "$origin" | sed 's/.*: //')
	b=$(taskset -p "$model" | sed 's/.*: //')
	wait
	[ -n "$a" ] && [ -n "$b" ] && [ $((0x$a)) -gt 0 ] && [ $((0x$a & 0x$b)) -eq 0 ] || fail "masks $a and $b"
	trial_in "$tmp/trial" 'assert trial["status"] == "ok"'
}

@test "an unavailable or failing set-up is a status with its reason, and status 1" {
	run --separate-stderr "$concbench" trial -m coroutine -w fetch -n 3 --param url=http://127.0.0.1:1/
	[ "$status" -eq 1 ]
	[[ $output == *'"status":"failed"'*"GET http://127.0.0.1:1/: Connection refused"* ]]
	nothing_in_tmpdir
}

@test "an output that cannot be written is status 1" {
	run sh -c '"$1" trial -m blocking -w null >/dev/full' - "$concbench"
	[ "$status" -eq 1 ]
	nothing_in_tmpdir
}

# SIGNAL STATUS: end every kind of trial by hand with the signal, and see that all of it goes.
ended_by() {
	for model in blocking processes prefork threads; do
		"$concbench" trial -m $model -w fetch -c 4 -n 4000 --param delay_ms=1000 >"$tmp/out" 3>&- &
		until_true one_alive_named origin
		kill "-$1" $!
		code=0
		wait $! || code=$?
		[ $code -eq "$2" ] || fail "$model: status $code"
		until_true nothing_alive
		[ ! -s "$tmp/out" ]
	done
}

@test "a trial that is interrupted says so by its status, and leaves nothing" {
	ended_by INT 130
	ended_by TERM 130
	nothing_in_tmpdir
}

@test "SIGKILL takes all of a trial along" {
	ended_by KILL 137
}

@test "a trial that crashes is told, and leaves nothing" {
	"$concbench" trial -m coroutine -w sleep -n 4000 --param duration_us=1000000 \
		>"$tmp/out" 2>"$tmp/err" 3>&- &
	trial=$!
	until_true pgrep -P $trial
	sleep 0.1
	kill -SEGV "$(pgrep -P $trial)"
	code=0
	wait $trial || code=$?
	[ $code -eq 1 ]
	grep -q 'the trial died: Segmentation fault' "$tmp/err"
	[ ! -s "$tmp/out" ]
	nothing_in_tmpdir
}
