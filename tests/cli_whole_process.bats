#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # run sets status and output where they are read
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# Whole processes, timed by hyperfine, held against what a trial measures inside.

load cli

setup_file() {
	cli_setup
	command -v hyperfine >"$tmp/hyperfine" || return 0
	export WHOLE=$tmp/whole.json
	"$concbench" run --profile quick -w null,sleep --trials 3 -o "$WHOLE" >"$tmp/out" 2>"$tmp/err"
}

setup() {
	cli_setup
	[ -n "$WHOLE" ] || skip "no hyperfine"
}

@test "a profile times whole processes, as many as it says, and the file is valid" {
	valid "$WHOLE"
	results '
rounds = root["options"]["whole_process_rounds"]
assert rounds >= 2
for cell in cells:
	whole = cell["whole_process_s"]
	if cell["workload"] == "sleep": # not among those that the profile names for it
		assert whole is None
		continue
	assert whole["tool"].startswith("hyperfine 1."), whole
	assert len(whole["times"]) == len(whole["user"]) == len(whole["system"]) == rounds, whole
	assert abs(whole["median"] - statistics.median(whole["times"])) < 1e-9
	assert whole["low"] == min(whole["times"]) and whole["high"] == max(whole["times"])
' "$WHOLE"
}

@test "a whole process takes no less than its measured part, and not much more" {
	results '
assert len([c for c in cells if c["workload"] == "null"]) >= 7
for cell in cells:
	if cell["workload"] != "null":
		continue
	inside, whole = cell["summary"]["elapsed_s"]["median"], cell["whole_process_s"]["median"]
	# Forks swing with the load of the machine, and the two are not timed at the same moment.
	least = 0.4 if cell["model"] == "processes" else 1
	assert whole >= least * inside, (cell["model"], whole, inside)
	if cell["model"] in ("blocking", "coroutine", "eventloop", "stackless"):
		assert whole <= 3 * inside + 0.5, (cell["model"], whole, inside)
' "$WHOLE"
}

@test "fork is visible from outside" {
	results '
whole = {c["model"]: c["whole_process_s"]["median"] for c in cells if c["whole_process_s"]}
assert whole["processes"] > 2 * whole["blocking"], whole
assert whole["processes"] > whole["prefork"], whole
' "$WHOLE"
}

@test "the table shows both, with what lies between them" {
	out=$(dirname "$WHOLE")/out
	sed -n '/^Whole processes/,/^$/p' "$out" >"$tmp/part"
	grep -q 'whole *in process *the rest' "$tmp/part"
	for model in blocking threads threadpool processes prefork eventloop stackless coroutine; do
		grep -Eq "^null +10 +$model +[0-9.]+m?s +[0-9.]+[num]?s +([0-9.]+[num]?s|-)\$" "$tmp/part" ||
			fail "$model" "$(cat "$tmp/part")"
	done
	nothing_in_tmpdir
}

@test "hyperfine by hand finds about the same" {
	hyperfine -N --warmup 1 --runs 5 --style none --export-json "$tmp/h.json" \
		"'$concbench' trial -m coroutine -w sleep -n 100 --param duration_us=2000" 2>/dev/null
	"$concbench" run -m coroutine -w sleep -c 1 -n 100 --param duration_us=2000 --warmup 0 \
		-o "$tmp/a.json"
	results '
outside = min(json.load(open(more[0]))["results"][0]["times"])
inside = min(t["elapsed_s"] for t in trials)
assert 0.2 <= inside <= outside <= 3 * inside + 0.5, (inside, outside)
' "$tmp/a.json" -- "$tmp/h.json"
}

@test "an export to hyperfine's format has the whole processes" {
	"$concbench" export "$WHOLE" --format hyperfine -o "$tmp/h.json"
	results '
whole = [e for e in json.load(open(more[0]))["results"] if e["parameters"]["timed"] == "whole process"]
times = {tuple(c["whole_process_s"]["times"]) for c in cells if c["whole_process_s"]}
assert len(whole) >= 7 and {tuple(e["times"]) for e in whole} == times, whole
' "$WHOLE" -- "$tmp/h.json"
}

@test "without a profile nothing is timed whole" {
	"$concbench" run -m blocking -w null -n 5 --trials 1 -o "$tmp/a.json"
	results 'assert cells[0]["whole_process_s"] is None' "$tmp/a.json"
}

@test "an interrupt while hyperfine runs leaves nothing, and --resume times the rest" {
	"$concbench" run --profile quick -w null -m processes,blocking -n 1500 --trials 1 \
		-o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	until_true one_alive_named hyperfine
	sleep 0.1
	kill -INT $harness
	code=0
	wait $harness || code=$?
	[ $code -eq 130 ]
	until_true nothing_alive
	nothing_in_tmpdir
	valid "$tmp/a.json"
	results 'assert root["complete"] is False' "$tmp/a.json"
	"$concbench" run --resume -o "$tmp/a.json"
	results '
assert root["complete"] is True and len(cells) == 2
assert all(len(c["whole_process_s"]["times"]) == 2 for c in cells)' "$tmp/a.json"
	nothing_in_tmpdir
}

# NAME: run with a hyperfine that is the script on stdin, or none where it is empty.
run_with_hyperfine() {
	mkdir -p "$tmp/bin"
	cat >"$tmp/bin/hyperfine"
	chmod +x "$tmp/bin/hyperfine"
	[ -s "$tmp/bin/hyperfine" ] || rm "$tmp/bin/hyperfine"
	ln -sf /usr/bin/env /bin/sh "$tmp/bin/"
	run --separate-stderr env "PATH=$tmp/bin" "$concbench" run --profile quick -w null \
		-m blocking,threads --force -o "$tmp/a.json"
	[ "$status" -eq 0 ] || fail "status $status" "$output" "$stderr"
	valid "$tmp/a.json"
	results '
assert root["complete"] is True
assert all(c["status"] == "ok" and c["whole_process_s"] is None for c in cells)' "$tmp/a.json"
	[[ $output != *"Whole processes"* ]]
	nothing_in_tmpdir
}

@test "without hyperfine the run goes on and says what is missing" {
	run_with_hyperfine </dev/null
	[[ $stderr == *"no hyperfine, so whole processes are not timed; apt-get install hyperfine"* ]]
	results 'assert root["environment"]["hyperfine"] is None' "$tmp/a.json"
}

@test "a hyperfine that fails, or writes nonsense, is told and the run goes on" {
	run_with_hyperfine <<-'END'
		#!/bin/sh
		[ "$1" = --version ] && echo "hyperfine 9.9.9" && exit
		exit 3
	END
	[[ $stderr == *"concbench run: hyperfine: it wrote no time for some process"* ]]
	run_with_hyperfine <<-'END'
		#!/bin/sh
		[ "$1" = --version ] && echo "hyperfine 9.9.9" && exit
		while [ "$1" != --export-json ]; do shift; done
		echo '{"results": [{"times": [1]}, 5]}' >"$2"
	END
}
