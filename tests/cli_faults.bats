#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # each test sets harness for itself
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# What goes wrong during a run costs one cell, or is taken up again; nothing is left behind.

load cli

setup() {
	cli_setup
}

teardown() {
	# Only ours: what still runs after a test that failed.
	for pid in $(alive); do
		kill -KILL "$pid" 2>/dev/null || true
	done
}

# A run of about 2 s in the background, its process in $harness.
start_long_run() {
	"$concbench" run -w sleep,fetch -m blocking,processes,coroutine --param duration_us=12000 -n 40 \
		--trials 3 --seed 5 -o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	until_true test -s "$tmp/a.json" # the first trial is done
}

# The trial that runs now.
trial_of() {
	pgrep -P "$1" | head -n 1
}

has_trial() {
	[ -n "$(trial_of "$1")" ]
}

is_gone() {
	[ ! -e "/proc/$1" ] || grep -qs '^State:.Z' "/proc/$1/status"
}

ended_with() { # STATUS PID
	local code=0
	wait "$2" || code=$?
	[ $code -eq "$1" ] || fail "status $code, not $1" "$(cat "$tmp/out" "$tmp/err")"
}

@test "SIGINT, SIGTERM and SIGHUP end a run with 130; --resume makes the same run of it" {
	"$concbench" run -w sleep,fetch -m blocking,processes,coroutine --param duration_us=12000 -n 40 \
		--trials 3 --seed 5 -o "$tmp/whole.json"
	for signal in INT TERM HUP; do
		rm -f "$tmp/a.json"
		start_long_run
		sleep 0.3
		kill -$signal $harness
		ended_with 130 $harness
		until_true nothing_alive
		nothing_in_tmpdir
		[ "$(tail -n 1 "$tmp/out")" = "What was done is in $tmp/a.json" ]
		valid "$tmp/a.json"
		results 'assert root["complete"] is False and 1 <= len(trials) < 18' "$tmp/a.json"
		cp "$tmp/a.json" "$tmp/part.json"
		"$concbench" run --resume -o "$tmp/a.json"
		valid "$tmp/a.json"
		results '
whole, part, done = roots
assert done["complete"] is True
for before, after in zip(part["cells"], done["cells"]):
	assert len(after["trials"]) == 3 and after["status"] == "ok", after
	assert after["trials"][:len(before["trials"])] == before["trials"]
for key in ("started", "environment", "options"):
	assert part[key] == done[key], key
assert done["options"] == whole["options"]
assert order(done) == order(whole)
' "$tmp/whole.json" "$tmp/part.json" "$tmp/a.json"
	done
}

@test "a run interrupted twice is still taken up, and one that is complete stays as it is" {
	start_long_run
	for _ in first second; do
		kill -INT $harness
		ended_with 130 $harness
		"$concbench" run --resume -o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
		harness=$!
		until_true has_trial $harness
		sleep 0.2
	done
	ended_with 0 $harness
	cp "$tmp/a.json" "$tmp/before.json"
	run --separate-stderr "$concbench" run --resume -o "$tmp/a.json"
	[ "$status" -eq 0 ]
	results 'assert roots[0] == roots[1] and root["complete"]' "$tmp/a.json" "$tmp/before.json"
}

@test "without -o an interrupted run shows what it has" {
	"$concbench" run -w sleep -m blocking --param duration_us=10000 -n 20 -c 1,2,3 --trials 100 \
		>"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	sleep 1
	kill -INT $harness
	ended_with 130 $harness
	grep -q '^blocking  ' "$tmp/out"
	until_true nothing_alive
	nothing_in_tmpdir
}

@test "SIGKILL of the harness takes trial, children and origin along" {
	for model in blocking processes prefork; do
		"$concbench" run -w fetch -m $model -c 4 -n 4000 --trials 1 --param delay_ms=1000 \
			>"$tmp/out" 2>"$tmp/err" 3>&- &
		harness=$!
		until_true one_alive_named origin
		sleep 0.2
		kill -KILL $harness
		wait $harness || [ $? -eq 137 ]
		until_true nothing_alive
	done
}

@test "what was saved before a SIGKILL is gone on with" {
	start_long_run
	kill -KILL $harness
	ended_with 137 $harness
	until_true nothing_alive
	valid "$tmp/a.json"
	results 'assert root["complete"] is False and len(trials) >= 1' "$tmp/a.json"
	"$concbench" run --resume -o "$tmp/a.json"
	results 'assert root["complete"] and sorted(t["order"] for t in trials) == list(range(18))' "$tmp/a.json"
}

@test "a stdout that is closed early costs nothing but the table" {
	for reader in true "head -n 1"; do
		{
			code=0
			"$concbench" run --profile quick -w null,sleep -m blocking,coroutine -o "$tmp/a.json" \
				--force || code=$?
			echo $code >"$tmp/code"
		} | $reader
		[ "$(cat "$tmp/code")" -eq 0 ]
		valid "$tmp/a.json"
		results 'assert root["complete"] is True' "$tmp/a.json"
	done
}

@test "closed standard streams cost no trial" {
	"$concbench" run -w sleep,fetch -m blocking,processes -n 4 --trials 1 -o "$tmp/a.json" <&- >&-
	"$concbench" run -w sleep,fetch -m blocking,processes -n 4 --trials 1 -o "$tmp/b.json" \
		<&- >&- 2>&-
	results 'assert all(c["status"] == "ok" for r in roots for c in r["cells"])' "$tmp/a.json" "$tmp/b.json"
}

# One that has served for a while.
kill_an_origin() {
	local origin
	origin=$(alive_named origin | head -n 1)
	[ -n "$origin" ] || return 1
	sleep 0.05
	kill -KILL "$origin" 2>/dev/null || return 1
	until_true is_gone "$origin"
}

@test "an origin that dies in mid-run costs that cell, with a reason" {
	"$concbench" run -w fetch,null -m blocking,threads,eventloop,coroutine -c 4 -n 30 --trials 1 \
		--param delay_ms=40 -o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	until_true kill_an_origin
	ended_with 1 $harness
	valid "$tmp/a.json"
	results '
bad = [c for c in cells if c["status"] != "ok"]
assert len(bad) == 1 and len(cells) == 8, bad
assert bad[0]["workload"] == "fetch" and bad[0]["status"] == "failed", bad
assert bad[0]["reason"] == "the origin died", bad
assert bad[0]["summary"] is None and 1 <= bad[0]["trials"][0]["errors"] <= 30, bad
assert root["complete"] is True
' "$tmp/a.json"
	grep -q '^  fetch [a-z]* c=4: failed: the origin died' "$tmp/out"
	nothing_alive
	nothing_in_tmpdir
}

@test "a dead origin hangs no model on any workload" {
	know_models
	for workload in fetch rawget download; do
		"$concbench" run -w $workload -m "$everyone" -c 3 -n 90 --trials 1 --warmup 0 --param delay_ms=40 \
			-o "$tmp/$workload.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
		harness=$!
		for ((i = 0; i < able; i++)); do
			until_true kill_an_origin
		done
		ended_with 1 $harness
		results '
assert len(able()) == int(more[0])
for cell in able():
	assert cell["status"] == "failed" and cell["reason"] == "the origin died", cell
	assert cell["trials"][0]["errors"] > 0' "$tmp/$workload.json" -- "$able"
	done
	nothing_in_tmpdir
}

@test "a trial that hangs is ended with its whole group after the time limit" {
	know_models
	run --separate-stderr "$concbench" run -w sleep,null -m "$everyone" -c 3 -n 6 --trials 1 \
		--time-limit 1 --param duration_us=60000000 -o "$tmp/a.json"
	[ "$status" -eq 1 ]
	nothing_alive
	nothing_in_tmpdir
	valid "$tmp/a.json"
	results '
for cell in cells:
	if cell["workload"] == "null":
		assert cell["status"] == "ok", cell
	else:
		assert (cell["status"], cell["reason"]) == ("timeout", "killed after 1 s"), cell
		assert cell["summary"] is None and cell["trials"][0]["throughput_per_s"] is None
assert len(cells) == 2 * int(more[0])' "$tmp/a.json" -- "${#here[@]}"
	[ "$(grep -c 'timeout: killed after 1 s' <<<"$output")" -eq "${#here[@]}" ]
	[[ $output != *nan* ]]
}

@test "a trial that crashes is told with its signal, and the run goes on" {
	for signal in SEGV KILL; do
		"$concbench" run -w sleep -m blocking,coroutine -n 20 --trials 2 --param duration_us=50000 \
			--seed 1 --force -o "$tmp/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
		harness=$!
		until_true has_trial $harness
		sleep 0.1
		kill -$signal "$(trial_of $harness)"
		ended_with 1 $harness
		valid "$tmp/a.json"
		results '
bad = [c for c in cells if c["status"] != "ok"]
assert len(bad) == 1 and len(trials) == 4, bad
reason = {"SEGV": "killed by signal 11 (Segmentation fault)", "KILL": "killed by signal 9 (Killed)"}
assert (bad[0]["status"], bad[0]["reason"]) == ("crashed", reason[more[0]]), bad
assert [t["status"] for t in bad[0]["trials"]].count("crashed") == 1' "$tmp/a.json" -- $signal
		grep -q 'crashed: killed by signal' "$tmp/out"
		nothing_in_tmpdir
	done
}

kill_a_worker() {
	local trial worker
	trial=$(trial_of "$1")
	worker=$(pgrep -P "${trial:-0}" | tail -n 1)
	[ -n "$trial" ] && [ -n "$worker" ] && kill -KILL "$worker"
}

@test "a worker that crashes costs its task: the cell fails, and says why" {
	for model in processes prefork multiprocess-coroutine:workers=3; do
		"$concbench" run -w sleep,null -m $model -c 3 -n 6 --trials 1 --warmup 0 \
			--param duration_us=400000 -o "$tmp/$model.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
		harness=$!
		until_true kill_a_worker $harness
		ended_with 1 $harness
		results '
bad = [c for c in cells if c["status"] != "ok"]
assert [c["status"] for c in bad] == ["failed"] and "its process died" in bad[0]["reason"], cells
assert 1 <= bad[0]["trials"][0]["errors"] <= 3' "$tmp/$model.json"
	done
	nothing_in_tmpdir
}

@test "threads and processes that cannot be had fail the cell with the reason" {
	[ "$(id -u)" -ne 0 ] || skip "root has as many processes as it likes"
	ulimit -u $(($(pgrep -cu "$(id -u)") + 200)) # room for what runs beside this
	run "$concbench" run -m threads,processes,coroutine -w sleep -c 500 -n 500 --trials 1 \
		--param duration_us=100000 -o "$tmp/a.json"
	[ "$status" -eq 1 ]
	results '
status = {c["model"]: (c["status"], c["reason"]) for c in cells}
assert status["coroutine"][0] == "ok" and status["threads"][0] == "failed", status
assert "Resource temporarily unavailable" in status["threads"][1], status' "$tmp/a.json"
}

@test "too little memory for the trial fails the cell, and nothing hangs" {
	! grep -q -- -fsanitize= "$concbench" || skip "a sanitizer takes all the address space"
	(
		ulimit -v 400000
		code=0
		"$concbench" run -m threads,coroutine -w sleep -c 2000 -n 2000 --trials 1 -o "$tmp/a.json" ||
			code=$?
		[ $code -le 1 ]
	)
	valid "$tmp/a.json"
	results '
for cell in cells:
	assert cell["status"] == "ok" or cell["reason"], cell' "$tmp/a.json"
	nothing_in_tmpdir
}

@test "a TMPDIR that cannot be used fails the cells with the reason" {
	TMPDIR=$tmp/none run "$concbench" run -m blocking,coroutine -w null -n 5 --trials 1 -o "$tmp/a.json"
	[ "$status" -eq 1 ]
	valid "$tmp/a.json"
	results 'assert all("temporary folder" in c["reason"] for c in cells)' "$tmp/a.json"
}

@test "a results folder that vanishes in mid-run is told, and the table is there all the same" {
	mkdir "$tmp/gone"
	"$concbench" run -w sleep -m blocking -n 20 --trials 3 --param duration_us=10000 \
		-o "$tmp/gone/a.json" >"$tmp/out" 2>"$tmp/err" 3>&- &
	harness=$!
	until_true test -s "$tmp/gone/a.json"
	rm -r "$tmp/gone"
	ended_with 2 $harness
	grep -q "cannot write '$tmp/gone/a.json': No such file or directory" "$tmp/err"
	grep -q '^blocking  ' "$tmp/out"
}
