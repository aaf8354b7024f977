#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench export: golden files, and what it says of files that are not ours.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	concbench=${CONCBENCH:-build/concbench}
	data=tests/data
	result=$data/result.json
	tmp=$BATS_TEST_TMPDIR
}

# Without stderr, which has notes.
stdout_of() {
	"$@" 2>/dev/null
}

refuses() {
	[ "$status" -eq 2 ]
	[[ "$output" == "concbench export: "*"$1"* ]]
	[ "${#lines[@]}" -eq 1 ]
}

@test "csv is as before" {
	stdout_of "$concbench" export "$result" --format csv | diff $data/result.csv -
}

@test "markdown is as before" {
	stdout_of "$concbench" export "$result" --format markdown | diff $data/result.md -
}

@test "hyperfine is as before" {
	stdout_of "$concbench" export "$result" --format hyperfine | diff $data/result.hyperfine.json -
}

@test "csv has as many columns in every row for Python's reader, and a row a trial" {
	"$concbench" export "$result" --format csv | /usr/bin/python3 -c '
import csv, json, sys
rows = list(csv.reader(sys.stdin))
assert all(len(row) == len(rows[0]) for row in rows)
cells = json.load(open(sys.argv[1]))["cells"]
assert len(rows) - 1 == sum(max(1, len(cell["trials"])) for cell in cells)
assert rows[0].index("latency_p99.9_ns") and "killed by SIGSEGV, in \"task 17\"" in rows[11]
' "$result"
}

@test "csv has what was counted and offered, and the CPU time of an import" {
	/usr/bin/python3 - "$tmp" $data/load.json <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[2]))
root["cells"][0]["trials"][0].update(
	counted=True, system_calls=5, allocations=None, instructions=7, unsent=3, cpu_s=0.25)
json.dump(root, open(sys.argv[1] + "/counted.json", "w"))
PYTHON
	"$concbench" export "$tmp/counted.json" --format csv | /usr/bin/python3 -c '
import csv, sys
(row,) = csv.DictReader(sys.stdin)
keys = "counted system_calls allocations instructions unsent offered_per_s cpu_s".split()
assert [row[key] for key in keys] == ["true", "5", "", "7", "3", "20085", "0.25"], row'
}

@test "hyperfine has what its readers ask for, each cell either in it or named on stderr" {
	"$concbench" export "$result" -f hyperfine -o "$tmp/h.json" 2>"$tmp/notes"
	/usr/bin/python3 -c '
import json, statistics, sys
entries = json.load(open(sys.argv[1]))["results"]
for e in entries:
	for key in "mean median user system min max".split():
		assert isinstance(e[key], float), key
	assert abs(e["mean"] - statistics.mean(e["times"])) < 1e-9
	assert e["median"] == statistics.median(e["times"])
	if len(e["times"]) > 1:
		assert abs(e["stddev"] - statistics.stdev(e["times"])) < 1e-9
	else:
		assert e["stddev"] is None
	assert e["exit_codes"] == [0] * len(e["times"])
	assert all(isinstance(value, str) for value in e["parameters"].values())
named = open(sys.argv[2]).read().count("left out")
assert len(entries) + named == len(json.load(open(sys.argv[3]))["cells"])
assert [e for e in entries if e["parameters"]["timed"] == "whole process"]
' "$tmp/h.json" "$tmp/notes" "$result"
}

@test "-o writes the same and leaves nothing else" {
	mkdir "$tmp/out"
	run "$concbench" export "$result" --format csv -o "$tmp/out/a.csv"
	[ "$status" -eq 0 ]
	[ -z "$output" ]
	cmp $data/result.csv "$tmp/out/a.csv"
	[ "$(ls -A "$tmp/out")" = a.csv ]
}

@test "-o does not replace a file, --force does" {
	echo precious >"$tmp/a.csv"
	run "$concbench" export "$result" --format csv -o "$tmp/a.csv"
	refuses "'$tmp/a.csv' exists"
	[ "$(cat "$tmp/a.csv")" = precious ]
	run "$concbench" export "$result" --format csv -o "$tmp/a.csv" --force
	[ "$status" -eq 0 ]
	cmp $data/result.csv "$tmp/a.csv"
}

@test "output that cannot be written is an error" {
	run "$concbench" export "$result" --format csv -o "$tmp/none/a.csv"
	refuses "cannot write '$tmp/none/a.csv': No such file or directory"
	mkdir "$tmp/folder"
	run "$concbench" export "$result" --format csv --force -o "$tmp/folder"
	refuses "Is a directory"
	run "$concbench" export "$result" --format csv -o /dev/full
	refuses "No space left on device"
	run sh -c "'$concbench' export '$result' --format csv >/dev/full"
	refuses "No space left on device"
}

@test "an unknown format lists the known ones" {
	run "$concbench" export "$result" --format xml
	refuses "no format is called 'xml'; there are: csv markdown hyperfine"
}

@test "usage errors say what to do" {
	run "$concbench" export
	refuses "no results file is given"
	run "$concbench" export "$result"
	refuses "no --format is given"
	run "$concbench" export "$result" "$result" -f csv
	refuses "unexpected argument '$result'"
}

@test "--help prints the usage on stdout" {
	run stdout_of "$concbench" export --help
	[ "$status" -eq 0 ]
	[[ "$output" == "usage: concbench export "*csv*markdown*hyperfine* ]]
}

@test "a missing file and a folder cannot be read" {
	run "$concbench" export "$tmp/none.json" -f csv
	refuses "cannot read '$tmp/none.json': No such file or directory"
	run "$concbench" export "$tmp" -f csv
	refuses "cannot read '$tmp': Is a directory"
}

@test "a truncated file is called that, wherever it was cut" {
	size=$(stat -c %s "$result")
	for at in 0 1 2 100 $((size / 2)) $((size - 3)); do
		head -c "$at" "$result" >"$tmp/cut.json"
		run "$concbench" export "$tmp/cut.json" -f csv
		refuses "is not JSON (line "
		[[ "$output" == *"; it may be truncated" ]]
	done
}

@test "what is not JSON is called that, with its line" {
	printf '{"schema": 1,\n"cells": [}\n' >"$tmp/bad.json"
	run "$concbench" export "$tmp/bad.json" -f csv
	refuses "'$tmp/bad.json' is not JSON (line 2: "
	[[ "$output" != *truncated* ]]
}

@test "JSON of another kind and of a newer schema is refused" {
	echo '{"results": []}' >"$tmp/a.json"
	run "$concbench" export "$tmp/a.json" -f csv
	refuses 'is not a concbench result: it has no "schema"'
	echo '[1, 2]' >"$tmp/a.json"
	run "$concbench" export "$tmp/a.json" -f csv
	refuses 'is not a concbench result: it has no "schema"'
	echo '{"schema": 2, "cells": []}' >"$tmp/a.json"
	run "$concbench" export "$tmp/a.json" -f csv
	refuses "has schema 2"
	echo '{"schema": 1}' >"$tmp/a.json"
	run "$concbench" export "$tmp/a.json" -f csv
	refuses 'it has no "cells"'
}

@test "whatever part is missing or of another type, no format crashes" {
	/usr/bin/python3 - "$result" "$tmp" <<'PYTHON'
import copy, json, sys
root = json.load(open(sys.argv[1]))
root["cells"] = [root["cells"][0], root["cells"][3], root["cells"][9]]
def places(value, path=()):
	yield path
	items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
	for key, item in items:
		if not (isinstance(value, list) and key > 1):
			yield from places(item, path + (key,))
number = 0
for path in list(places(root))[1:]:
	for other in (None, "text", -1, [], {}):
		changed = copy.deepcopy(root)
		at = changed
		for key in path[:-1]:
			at = at[key]
		at[path[-1]] = other
		if number % 7 == 0:
			json.dump(changed, open("%s/f%d.json" % (sys.argv[2], number), "w"))
		number += 1
PYTHON
	for file in "$tmp"/f*.json; do
		for format in csv markdown hyperfine; do
			status=0
			"$concbench" export "$file" -f $format >"$tmp/out" 2>&1 || status=$?
			[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || {
				echo "$file $format: $status"
				cat "$tmp/out"
				return 1
			}
		done
	done
}
