#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench import: another benchmark's numbers, as they are, and what it says of files that are none.

load cli

setup() {
	cli_setup
	gb=tests/data/google-benchmark.json
}

# FORMAT FILE: into $tmp/in.json, which must be a results file; what it says is in $tmp/notes.
import_from() {
	"$concbench" import "$2" -f "$1" -o "$tmp/in.json" --force 2>"$tmp/notes"
	valid "$tmp/in.json"
}

# TEXT FORMAT PART: a file of that text is refused, with PART.
refused_text() {
	printf '%s' "$1" >"$tmp/text"
	refused "$3" import "$tmp/text" -f "$2"
	refused "$3" import "$tmp/text" -f "$2" -o "$tmp/out.json"
}

@test "what hyperfine has just measured: each time a trial, and back again" {
	hyperfine -N -i --runs 3 --export-json "$tmp/h.json" true 'sh -c "exit 3"' -L s 0,1 'expr {s}' \
		>"$tmp/said" 2>&1
	import_from hyperfine "$tmp/h.json"
	"$concbench" export "$tmp/in.json" -f hyperfine -o "$tmp/back.json" 2>"$tmp/left"
	results '
theirs, back = json.load(open(more[0]))["results"], json.load(open(more[1]))["results"]
assert len(cells) == len(theirs) == 6
for cell, entry in zip(cells, theirs):
	assert cell["params"]["command"] == entry["command"] and cell["model"] == "hyperfine"
	assert cell["params"]["s"] == entry["parameters"]["s"]
	assert len(cell["trials"]) == len(entry["times"])
	assert all(abs(t["elapsed_s"] / s - 1) < 1e-14 for t, s in zip(cell["trials"], entry["times"]))
	assert all(abs(t["throughput_per_s"] * t["elapsed_s"] - 1) < 1e-9 for t in cell["trials"])
	assert all(t["cpu_user_s"] is None and t["cpu_system_s"] is None for t in cell["trials"])
	assert [t["status"] for t in cell["trials"]] == ["failed" if c else "ok" for c in entry["exit_codes"]]
assert [c["workload"] for c in cells if c["status"] != "ok"] == ["sh_-c_exit_3", "expr_0", "sh_-c_exit_3-2"]
assert cells[1]["reason"] == "exit status 3"
good = [e for e in theirs if not any(e["exit_codes"])]
assert len(back) == len(good) == 3
for a, b in zip(good, back):
	assert all(abs(s / t - 1) < 1e-14 for s, t in zip(a["times"], b["times"]))
	for key in "mean", "median", "min", "max", "stddev":
		assert abs(a[key] - b[key]) < 1e-12, key
	assert b["user"] is None and b["system"] is None
assert root["imported"] == "hyperfine" and root["started"] is None and root["options"] is None
assert root["environment"]["host"] is None and root["environment"]["warnings"] == []' \
		"$tmp/in.json" -- "$tmp/h.json" "$tmp/back.json"
	grep -q 'left out: user and system times' "$tmp/notes"
}

@test "names become plain, and no two become one" {
	/usr/bin/python3 - "$tmp" <<'PYTHON'
import json, sys
commands = ["a b", "a;b", "a  b", "./x/../y", "$(é)", "", "-f", "x" * 200, "x" * 199, "a b-2", "a\nb\u0001"]
json.dump({"results": [{"command": c, "times": [i + 1], "exit_codes": [0]} for i, c in enumerate(commands)]},
	open(sys.argv[1] + "/h.json", "w"))
PYTHON
	import_from hyperfine "$tmp/h.json"
	results '
names = [c["workload"] for c in cells]
assert len(set(names)) == len(names), names
assert names[:7] == ["a_b", "a_b-2", "a_b-3", "x_.._y", "unnamed", "unnamed-2", "f"], names
theirs = json.load(open(more[0]))["results"]
assert [c["params"]["command"] for c in cells] == [e["command"] for e in theirs]
assert [c["trials"][0]["elapsed_s"] for c in cells] == [e["times"][0] for e in theirs]' \
		"$tmp/in.json" -- "$tmp/h.json"
	for format in csv markdown hyperfine google-benchmark benchfmt junit bmf openmetrics; do
		"$concbench" export "$tmp/in.json" -f $format -o "$tmp/$format"
	done
	grep -q 'Measured by hyperfine, imported by concbench' "$tmp/markdown"
}

@test "hyperfine: a signal's end, and files of before there were exit codes" {
	echo '{"results": [{"command": "a", "times": [1, 2], "exit_codes": [0, null]}]}' >"$tmp/h.json"
	import_from hyperfine "$tmp/h.json"
	results 'assert [t["status"] for t in trials] == ["ok", "crashed"] and cells[0]["status"] == "crashed"
assert trials[1]["reason"] == "a signal ended it"' "$tmp/in.json"
	echo '{"results": [{"command": "a", "times": [1, 2]}]}' >"$tmp/h.json"
	import_from hyperfine "$tmp/h.json"
	results 'assert cells[0]["summary"]["elapsed_s"]["median"] == 1.5' "$tmp/in.json"
}

@test "google-benchmark: each repetition a trial, in its unit; aggregates are left out" {
	import_from google-benchmark $gb
	grep -q 'left out: 3 aggregates' "$tmp/notes"
	results '
spin, wait, broken, skipped = cells
assert (spin["workload"], spin["params"]) == ("BM_spin_64_threads_2", {"benchmark": "BM_spin/64/threads:2"})
assert spin["concurrency"] == 2 and spin["model"] == "google-benchmark"
assert [t["tasks"] for t in spin["trials"]] == [1000, 2000]
assert [round(t["elapsed_s"], 12) for t in spin["trials"]] == [0.0015, 0.005]
assert [round(t["throughput_per_s"], 3) for t in spin["trials"]] == [666666.667, 400000]
assert [round(t["cpu_s"], 12) for t in spin["trials"]] == [0.003, 0.008]
assert abs(spin["summary"]["cpu_per_task_s"]["median"] - 3.5e-6) < 1e-15
assert all(t["cpu_user_s"] is None and t["latency_ns"] is None for t in spin["trials"])
assert abs(wait["trials"][0]["elapsed_s"] - 0.05) < 1e-12
assert (broken["status"], broken["reason"]) == ("failed", "no such device")
assert (skipped["status"], skipped["reason"]) == ("unavailable", "not on this machine")
machine = root["environment"]
assert (machine["host"], machine["cores"], machine["load_average"]) == ("bench", 4, 0.5)
assert machine["cpu"] is None and root["started"] == "2026-11-21T08:00:00Z"
assert len(machine["warnings"]) == 2, machine["warnings"]' "$tmp/in.json"
}

@test "google-benchmark: what is exported comes back with its times" {
	"$concbench" export tests/data/result.json -f google-benchmark -o "$tmp/gb.json" 2>"$tmp/left"
	import_from google-benchmark "$tmp/gb.json"
	results '
ours = [c for c in roots[1]["cells"] if c["status"] == "ok"]
assert len(cells) == len(ours)
for new, old in zip(cells, ours):
	assert len(new["trials"]) == len(old["trials"])
	for a, b in zip(new["trials"], old["trials"]):
		assert a["status"] == b["status"] == "ok", (a, b)
		assert abs(a["elapsed_s"] / b["elapsed_s"] - 1) < 1e-9
		assert abs(a["cpu_s"] / (b["cpu_user_s"] + b["cpu_system_s"]) - 1) < 1e-9' \
		"$tmp/in.json" tests/data/result.json
}

@test "plots of workloads that are not ours; such a file is not gone on with" {
	import_from google-benchmark $gb
	"$concbench" plot "$tmp/in.json" -o "$tmp/plots"
	[ -s "$tmp/plots/bars-BM_spin_64_threads_2.png" ]
	refused "" run -o "$tmp/in.json" --resume
}

@test "what is no such file: which entry, and what it lacks" {
	for format in hyperfine google-benchmark; do
		refused_text '{"results": [' $format "it may be truncated"
		refused_text 'x' $format "is not JSON (line 1"
		refused_text '[1]' $format "is not what $format writes: it has no"
		refused_text '{"schema": 1, "cells": []}' $format "is not what $format writes: it has no"
	done
	refused_text '{"results": []}' hyperfine 'its "results" are empty'
	refused_text '{"results": {}}' hyperfine 'it has no "results"'
	refused_text '{"results": [{"times": [1]}]}' hyperfine 'entry 1 has no "command"'
	refused_text '{"results": [3]}' hyperfine 'entry 1 has no "command"'
	one='{"command": "a", "times": [1]}'
	refused_text "{\"results\": [$one, {\"command\": \"b\"}]}" hyperfine 'entry 2 has no "times"'
	refused_text "{\"results\": [$one, {\"command\": \"b\", \"times\": [1, \"2\"]}]}" hyperfine \
		'entry 2: time 2 is not a number above 0'
	refused_text "{\"results\": [{\"command\": \"b\", \"times\": [1], \"exit_codes\": []}]}" hyperfine \
		'entry 1 has not as many "exit_codes" as "times"'
	refused_text '{"benchmarks": []}' google-benchmark 'its "benchmarks" are empty'
	refused_text '{"benchmarks": [{"name": "a_mean", "run_type": "aggregate"}]}' google-benchmark \
		'it has only aggregates'
	refused_text '{"benchmarks": [{}]}' google-benchmark 'benchmark 1 has no "name"'
	refused_text '{"benchmarks": [{"name": "a", "iterations": 5}]}' google-benchmark \
		'benchmark 1 (a) has no "real_time" that is a number above 0'
	refused_text '{"benchmarks": [{"name": "a", "iterations": 5, "real_time": 1, "time_unit": "h"}]}' \
		google-benchmark 'benchmark 1 (a) has no "time_unit" of ns, us, ms or s'
	good='"name": "a", "real_time": 1, "time_unit": "s"'
	for odd in 0 -1 1.5 1e300 '"1"' null; do
		refused_text "{\"benchmarks\": [{$good, \"iterations\": $odd}]}" google-benchmark \
			'benchmark 1 (a) has no "iterations" that are an integer above 0'
	done
	for odd in 0 1.5 1e300 2147483648 '"1"'; do
		refused_text "{\"benchmarks\": [{$good, \"iterations\": 1, \"threads\": $odd}]}" \
			google-benchmark 'benchmark 1 (a) has "threads" that are no integer from 1 to 2147483647'
		refused_text "{\"context\": {\"num_cpus\": $odd}, \"benchmarks\": [{$good, \"iterations\": 1}]}" \
			google-benchmark 'its "context" has "num_cpus" that are no integer from 1 to 2147483647'
	done
}

@test "usage errors say what to do, and nothing is replaced unasked" {
	refused "no file is given" import
	refused "no --format is given" import $gb
	refused "there are: hyperfine google-benchmark" import $gb -f junit
	refused "unexpected argument" import $gb $gb -f hyperfine
	refused "cannot read '$tmp/none': No such file or directory" import "$tmp/none" -f hyperfine
	echo precious >"$tmp/a.json"
	refused "'$tmp/a.json' exists" import $gb -f google-benchmark -o "$tmp/a.json"
	[ "$(cat "$tmp/a.json")" = precious ]
	refused "No such file or directory" import $gb -f google-benchmark -o "$tmp/none/a.json"
	run sh -c "'$concbench' import $gb -f google-benchmark 2>/dev/null >/dev/full"
	[ "$status" -eq 2 ]
	"$concbench" import $gb -f google-benchmark --force -o "$tmp/a.json" 2>/dev/null
	"$concbench" import $gb -f google-benchmark 2>/dev/null | cmp - "$tmp/a.json"
	"$concbench" import --help | grep -q '^usage: concbench import'
}
