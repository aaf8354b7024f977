#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# Workloads of structure: what they count and report, and where they cannot be.

load cli.bash

setup_file() {
	export RESULT=$BATS_FILE_TMPDIR/structure.json
	"$CONCBENCH" run -w spawn,counter -m threads,processes,prefork,eventloop -c 1 -n 3 --trials 6 \
		--param children=10 --param increments=200 --param lock=0 -o "$RESULT" \
		>"$BATS_FILE_TMPDIR/out" 2>"$BATS_FILE_TMPDIR/err"
}

setup() {
	cli_setup
	out=$BATS_FILE_TMPDIR/out
}

@test "throughput counts operations, and costs are of one" {
	valid "$RESULT"
	results '
counted = {"spawn": 10, "counter": 2000}
measured = [cell for cell in cells if cell["status"] == "ok"]
assert len(measured) == 4
for cell in measured:
	for trial in cell["trials"]:
		operations = trial["operations"]
		assert operations == counted[cell["workload"]]
		rate = trial["tasks"] * operations / trial["elapsed_s"]
		assert abs(trial["throughput_per_s"] / rate - 1) < 1e-6
	costs = sorted((t["cpu_user_s"] + t["cpu_system_s"]) / 3 / operations for t in cell["trials"])
	median = cell["summary"]["cpu_per_task_s"]["median"]
	assert abs(median - (costs[2] + costs[3]) / 2) <= 1e-9 + 1e-6 * median' "$RESULT"
}

@test "figures are in trials, the summary, the table and the exports" {
	results '
for cell in cells:
	wanted = cell["workload"] == "counter" and cell["status"] == "ok"
	assert all(("figures" in trial) == wanted for trial in cell["trials"]), cell
	if wanted:
		lost = sorted(trial["figures"]["lost_updates"] for trial in cell["trials"])
		assert all(0 <= number < 2000 for number in lost)
		interval = cell["summary"]["figures"]["lost_updates"]
		assert interval["median"] == (lost[2] + lost[3]) / 2
		assert interval["low"] >= lost[0] and interval["high"] <= lost[-1]' "$RESULT"
	grep -q '^increments/s .* CPU/op .*lost_updates$' "$out"
	grep -q '^spawns/s .* CPU/op .*memory$' "$out"
	"$concbench" export "$RESULT" -f markdown >"$tmp/a.md"
	grep -q '^| model | increments/s at 1 | p99 at 1 | CPU/op at 1 | lost_updates |$' "$tmp/a.md"
	"$concbench" export "$RESULT" -f csv >"$tmp/a.csv"
	/usr/bin/python3 -c '
import csv, sys
rows = [row for row in csv.DictReader(open(sys.argv[1])) if row["status"] == "ok"]
assert len(rows) == 24
for row in rows:
	assert row["operations"] == {"spawn": "10", "counter": "2000"}[row["workload"]]
	assert row["figures"].startswith("lost_updates=") == (row["workload"] == "counter")
	assert row["demonstration"] == ("true" if row["workload"] == "counter" else "")' "$tmp/a.csv"
}

@test "the racy counter is called a demonstration and ranked nowhere; the locked one loses nothing" {
	[ "$(grep -c 'A demonstration' "$out")" -eq 1 ]
	sed -n '/^counter:/,/^$/p' "$out" >"$tmp/counter"
	grep -q 'A demonstration' "$tmp/counter"
	run grep -F '*' "$tmp/counter"
	[ "$status" -eq 1 ]
	results 'assert all(("demonstration" in trial) == (cell["workload"] == "counter")
	for cell in cells if cell["status"] == "ok" for trial in cell["trials"])' "$RESULT"
	"$concbench" run -w counter -m threads,threadpool,processes -c 1 -n 2 --trials 1 \
		--param increments=3000 -o "$tmp/locked.json" >"$tmp/out"
	results 'assert [cell["status"] for cell in cells] == ["ok"] * 3
assert not any(key in trial for trial in trials for key in ("figures", "demonstration"))' \
		"$tmp/locked.json"
}

@test "what a model lacks is said, and nothing is run" {
	results '
reasons = {cell["model"]: cell["reason"] for cell in cells if cell["status"] == "unavailable"}
assert reasons == {"prefork": "its tasks cannot start others",
	"eventloop": "this workload has no callback form"}, reasons
assert all(trial["tasks"] is None for cell in cells if cell["status"] != "ok"
	for trial in cell["trials"])' "$RESULT"
	run --separate-stderr "$concbench" trial -m blocking -w switch
	[ "$status" -eq 1 ]
	[[ $output == *'"unavailable"'*'cannot wait for one another'* ]]
}

@test "a tree as deep as usual is summed up right under every model that can" {
	"$concbench" run -w skynet -m blocking,threads,threadpool -c 2 -n 2 --trials 1 -o "$tmp/a.json" \
		>"$tmp/out"
	results 'assert [cell["status"] for cell in cells] == ["ok"] * 3
assert all(trial["operations"] == 1111 for trial in trials)' "$tmp/a.json"
	refused "parameter leaves of skynet is one of 10|100|1000|" run -w skynet --param leaves=12
}

@test "list names what a workload counts, reports and needs" {
	"$concbench" list workloads >"$tmp/out"
	grep -q '^  counter .*; counts increments$' "$tmp/out"
	grep -q '^ *lost_updates ' "$tmp/out"
	"$concbench" list workloads --json | /usr/bin/python3 -c '
import json, sys
rows = {row["name"]: row for row in json.load(sys.stdin)["workloads"]}
assert rows["counter"]["kind"] == "structure" and rows["counter"]["operation"] == "increments"
assert [figure["name"] for figure in rows["counter"]["figures"]] == ["lost_updates"]
assert rows["switch"]["needs"] == ["spawn", "rendezvous"] and not rows["sleep"]["needs"]
assert rows["sleep"]["operation"] is None'
}

@test "--param reaches the models that have it, and the workload first" {
	"$concbench" run -w echo -m prefork,threads -c 2 --trials 1 --param accept=lock \
		--param warmup_ms=10 --param duration_ms=60 -o "$tmp/a.json" >"$tmp/out"
	results '
assert [cell["model"] for cell in cells] == ["prefork:accept=lock", "threads"]
assert all("accept" not in cell["params"] for cell in cells)' "$tmp/a.json"
	refused "parameter accept of prefork is one of all|lock|reuseport|passed, not 'no'" \
		run -w echo -m prefork --param accept=no
	refused "echo has no parameter 'accept'" run -w echo -m threads --param accept=lock
	refused "prefork has no parameter 'foo'; it has: accept" run -w null -m prefork --param foo=1
}

@test "no star where figures are what counts" {
	"$concbench" run -w spawn,idle -m coroutine,processes -c 1 -n 1 --trials 6 --param children=20 \
		-o "$tmp/a.json" >"$tmp/out"
	sed -n '/^spawn:/,/^$/p' "$tmp/out" | grep -q '^coroutine .*\*'
	sed -n '/^idle:/,/^$/p' "$tmp/out" >"$tmp/idle"
	grep -q '^coroutine .*[0-9]' "$tmp/idle"
	run grep -F '*' "$tmp/idle"
	[ "$status" -eq 1 ]
}

@test "the memory of idle is no less than that of its children" {
	for model in coroutine stackless threads; do
		"$concbench" trial -m "$model" -w idle -n 1 --param children=2000 | /usr/bin/python3 -c '
import json, sys
trial = json.load(sys.stdin)
children = trial["figures"]["bytes_per_child"] * trial["figures"]["alive"]
assert trial["peak_memory_kib"] * 1024 >= children > 0, trial'
	done
}

@test "a ring needs descriptors where it has pipes, and says which limit it met" {
	ulimit -n 200
	few=(--param children=100 --param laps=2)
	run -0 --separate-stderr "$concbench" trial -m coroutine -w ring -c 1000 -n 2 "${few[@]}"
	[[ $output == *'"ok"'* ]]
	for model in threads coroutine; do
		run --separate-stderr "$concbench" trial -m "$model" -w ring -c 2 -n 4 "${few[@]}" \
			--param over=pipes
		[ "$status" -eq 1 ]
		[[ $output == *'"unavailable"'*'two open files a child'*' 200 '* ]]
	done
}
