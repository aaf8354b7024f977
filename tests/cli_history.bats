#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench history: runs over time, what changed, and what is never compared.

load cli

setup() {
	cli_setup
	runs=$tmp/runs
}

# A folder of runs; tests/history.py says how.
make_runs() {
	/usr/bin/python3 tests/history.py "$runs" "$1"
}

# CODE: Python on the history as JSON, in root, with its runs and its first cell.
shown() {
	"$concbench" history show --dir "$runs" --all --format json >"$tmp/shown.json"
	/usr/bin/python3 -c "
import json, math, statistics, sys
root = json.load(open(sys.argv[1]))
runs, cell = root['runs'], root['cells'][0]
$1" "$tmp/shown.json"
}

@test "add copies a run under its date and commit, once" {
	cp tests/data/result.json "$tmp/a.json"
	run "$concbench" history add "$tmp/a.json" --dir "$tmp/new/history"
	[ "$status" -eq 0 ] || fail "$output"
	[ "$output" = "added as $tmp/new/history/20261121T100000Z-0123456789ab.json" ]
	results 'assert roots[0] == roots[1]' "$tmp/a.json" "$tmp/new/history/20261121T100000Z-0123456789ab.json"
	run "$concbench" history add "$tmp/a.json" --dir "$tmp/new/history"
	[ "$status" -eq 0 ]
	[[ $output == "this run is there already, as "* ]]
	[ "$(ls -A "$tmp/new/history")" = 20261121T100000Z-0123456789ab.json ]
}

@test "another run of the same second gets a name of its own, also at the same time" {
	for seed in 1 2 3 4; do
		sed "s/\"seed\": 42/\"seed\": $seed/" tests/data/result.json >"$tmp/$seed.json"
		"$concbench" history add "$tmp/$seed.json" --dir "$runs" >"$tmp/out.$seed" 3>&- &
		adding+=($!)
	done
	for pid in "${adding[@]}"; do wait "$pid"; done
	[ "$(ls -A "$runs" | wc -l)" -eq 4 ]
	[ "$(grep -h '"seed"' "$runs"/*.json | sort -u | wc -l)" -eq 4 ]
	"$concbench" history show --dir "$runs" | grep -q '^4 runs '
}

@test "add refuses what is incomplete, truncated, foreign or undated, and writes nothing" {
	sed 's/"complete": true/"complete": false/' tests/data/result.json >"$tmp/begun.json"
	head -c 3000 tests/data/result.json >"$tmp/cut.json"
	echo '{"results": []}' >"$tmp/foreign.json"
	sed 's/2026-11-21T10:00:00Z/yesterday/' tests/data/result.json >"$tmp/undated.json"
	refused "run --resume" history add "$tmp/begun.json" --dir "$runs"
	refused "truncated" history add "$tmp/cut.json" --dir "$runs"
	refused "not a concbench result" history add "$tmp/foreign.json" --dir "$runs"
	refused "when it was started" history add "$tmp/undated.json" --dir "$runs"
	sed 's/2026-11-21T10:00:00Z/2026-11-21T 1:00:00Z/' tests/data/result.json >"$tmp/undated.json"
	refused "when it was started" history add "$tmp/undated.json" --dir "$runs"
	refused "No such file" history add "$tmp/none.json" --dir "$runs"
	refused "takes one results file" history add --dir "$runs"
	echo file >"$tmp/file"
	refused "cannot make folder" history add tests/data/result.json --dir "$tmp/file/history"
	refused "cannot open folder" history add tests/data/result.json --dir "$tmp/file"
}

@test "a commit that would lead out of the folder is no part of the name" {
	sed 's|"git": "0123456789ab"|"git": "../../evil"|' tests/data/result.json >"$tmp/evil.json"
	"$concbench" history add "$tmp/evil.json" --dir "$runs"
	[ "$(ls -A "$runs")" = 20261121T100000Z-unknown-commit.json ]
}

@test "where nothing can be written nothing is lost" {
	"$concbench" history add tests/data/result.json --dir "$runs"
	sed 's/"seed": 42/"seed": 1/' tests/data/result.json >"$tmp/more.json"
	run bash -c "ulimit -f 1; trap '' XFSZ; '$concbench' history add '$tmp/more.json' --dir '$runs'"
	[ "$status" -eq 2 ] || fail "$output"
	[[ $output == *"cannot write"* ]]
	[ "$(ls -A "$runs")" = 20261121T100000Z-0123456789ab.json ]
	results 'assert roots[0] == roots[1]' tests/data/result.json "$runs"/*.json
}

@test "a step is found at its commit, and the runs are in the order of their dates" {
	make_runs 'n = 24 --- run.value = 1000 if i < 14 else 900'
	run "$concbench" history show --dir "$runs"
	[ "$status" -eq 0 ] || fail "$output"
	[[ $output == *"24 runs from 2026-09-01 to 2026-09-24: throughput_per_s of 1 cell, 1 with a change"* ]]
	[[ $output =~ 2026-09-15\ abc[0-9a-f]{9}:\ [0-9.]+k?/s\ -\>\ [0-9]+/s,\ -[0-9.]+\ %,\ worse,\ p\ =\ 0\.001 ]] || fail "$output"
	shown '
assert [r["started"] for r in runs] == sorted(r["started"] for r in runs)
change, = cell["changes"]
assert change["run"] == 14 and change["commit"] == runs[14]["commit"], change
assert abs(change["ratio"] - 0.9) < 0.02
values = [p["value"] for p in cell["points"]]
assert math.isclose(change["from"], statistics.median(values[:14]), rel_tol=1e-12)
assert math.isclose(change["to"], statistics.median(values[14:]), rel_tol=1e-12)'
}

# From the definition: the scaled energy distance of every cut, to every end.
@test "place and statistic are what Python reckons from the definition" {
	make_runs 'n = 24 --- run.value = 1000 if i < 11 else 990 if i < 18 else 1020'
	shown '
def mean(pairs):
	pairs = list(pairs)
	return sum(abs(a - b) for a, b in pairs) / len(pairs)
def q(x, y):
	within = [mean((z[i], z[k]) for i in range(len(z)) for k in range(i)) for z in (x, y)]
	return len(x) * len(y) / (len(x) + len(y)) * (2 * mean((a, b) for a in x for b in y) - sum(within))
def best(v):
	return max(((q(v[:m], v[m:end]), m) for m in range(4, len(v) - 3) for end in range(m + 4, len(v) + 1)))
values = [p["value"] for p in cell["points"]]
found = {c["run"]: c["statistic"] for c in cell["changes"]}
assert found
expected, place = best(values)
assert place in found and math.isclose(found[place], expected, rel_tol=1e-9), (found, expected, place)'
}

@test "nothing is compared across a change of the machine" {
	make_runs 'n = 30 ---
run.value = 1000 if i < 15 else 500
run.machine = {} if i < 15 else {"kernel": "Linux 6.1.0-28-amd64"}'
	run "$concbench" history show --dir "$runs"
	[ "$status" -eq 0 ]
	[[ $output == *"2026-09-16 another kernel: Linux 6.1.0-28-amd64; nothing is compared across"* ]]
	[[ $output == *"No cell has changed"* ]]
	shown '
assert cell["changes"] == [] and [l["values"] for l in cell["levels"]] == [15, 15]
assert [r["machine"] for r in runs] == [0] * 15 + [1] * 15'
}

@test "nothing is compared across what compare refuses" {
	for fact in '"governor": "powersave"' '"workdir_filesystem": "tmpfs"' '"pin": true' '"warmup_percent": 1'; do
		make_runs 'n = 30 --- run.value = 1000 if i < 15 else 500'
		key=${fact%%:*}
		grep -q "$key" "$runs/run-001.json"
		for i in {001..015}; do
			sed -i -E "s/$key: [^,}]+/$fact/" "$runs/run-$i.json"
		done
		run "$concbench" history show --dir "$runs"
		[[ $output == *"2026-09-16 another ${key//\"/}: "*"; nothing is compared across"* ]] || fail "$output"
		[[ $output == *"No cell has changed"* ]] || fail "$output"
		refused "differ by more than their programs" compare "$runs/run-016.json" "$runs/run-015.json"
		[[ $stderr == *"another ${key//\"/}: "* ]] || fail "$stderr"
	done
}

@test "the first run on a machine has nothing to be held against" {
	make_runs 'n = 8 --- run.machine = {"host": "other"} if i == 7 else {}'
	run "$concbench" history show --dir "$runs" --all
	[[ ${lines[3]} =~ /s\ +-$ ]] || fail "$output"
}

@test "a point that failed is shown, is in no level and no baseline" {
	make_runs 'n = 20 --- run.failed = i in (4, 19)'
	run "$concbench" history show --dir "$runs" --all
	[[ $output =~ \ 20\ +2\ +crashed\ +- ]] || fail "$output"
	shown '
assert [i for i, p in enumerate(cell["points"]) if p["status"] == "crashed"] == [4, 19]
assert all((p["value"] is None) == (p["status"] != "ok") for p in cell["points"])
level, = cell["levels"]
assert level["values"] == 18
values = [p["value"] for p in cell["points"] if p["status"] == "ok"]
assert math.isclose(level["median"], statistics.median(values), rel_tol=1e-12)'
}

@test "a run of a changed tree is marked" {
	make_runs 'n = 12 --- run.dirty = i in (3, 11)'
	run "$concbench" history show --dir "$runs" --all
	[[ $output =~ /s\*\  ]] || fail "$output"
	shown 'assert [i for i, r in enumerate(runs) if r["dirty"]] == [3, 11]
assert not any("dirty" in r["commit"] for r in runs)'
}

@test "what cannot be taken is named, the rest goes on, and the status is 2" {
	make_runs 'n = 12'
	head -c 500 "$runs/run-003.json" >"$runs/cut.json"
	echo note >"$runs/README.md"
	cp "$runs/run-005.json" "$runs/copy.json"
	sed 's/"complete": true/"complete": false/' "$runs/run-001.json" >"$runs/begun.json"
	run --separate-stderr "$concbench" history show --dir "$runs"
	[ "$status" -eq 2 ]
	[[ $output == "12 runs from"* ]]
	for word in cut.json README.md begun.json "is the run of"; do
		[[ $stderr == *"$word"* ]] || fail "no $word: $stderr"
	done
	[ "$(grep -c 'left out' <<<"$stderr")" -eq 4 ]
}

@test "the same history gives the same answer, whatever its files are called" {
	make_runs 'n = 40; cells = 3 --- run.value = 1000 if i < 20 else 970'
	"$concbench" history show --dir "$runs" >"$tmp/first"
	mkdir "$tmp/renamed"
	for file in "$runs"/*; do cp "$file" "$tmp/renamed/$(basename "$file" | rev)"; done
	"$concbench" history show --dir "$tmp/renamed" >"$tmp/second"
	cmp "$tmp/first" "$tmp/second"
	grep -q ' 3 with a change' "$tmp/first"
}

@test "otava: a row a run, a column a cell and measure, what is missing is nan" {
	make_runs 'n = 6; cells = 2 --- run.failed = i == 2; run.dirty = i == 3'
	"$concbench" history show --dir "$runs" --format otava >"$tmp/all.csv"
	"$concbench" history show --dir "$runs" --format otava --metric throughput_per_s -m threads >"$tmp/one.csv"
	/usr/bin/python3 - "$tmp" <<'PYTHON'
import csv, datetime, math, sys
rows = list(csv.DictReader(open(sys.argv[1] + "/one.csv")))
assert list(rows[0]) == ["time", "commit", "branch", "fetch_threads_c100_throughput_per_s"], rows[0]
assert len(rows) == 6 and rows[3]["commit"].endswith("-dirty")
values = [float(row["fetch_threads_c100_throughput_per_s"]) for row in rows]
assert [math.isnan(value) for value in values] == [i == 2 for i in range(6)]
times = [datetime.datetime.fromisoformat(row["time"]) for row in rows]
assert times == sorted(times) and times[0].utcoffset() == datetime.timedelta(0)
columns = next(csv.reader(open(sys.argv[1] + "/all.csv")))
assert len(columns) == len(set(columns)) and "fetch_processes_c100_latency_p99_ns" in columns, columns
PYTHON
}

# A second set of tasks of fetch, and a workload that has the name this one is shown under.
make_namesakes() {
	make_runs "n = $1 --- pass"
	/usr/bin/python3 - "$runs"/* <<'PYTHON'
import copy, json, sys
for path in sys.argv[1:]:
	root = json.load(open(path))
	cell, = root["cells"]
	root["cells"] += [{**cell, "tasks": 7}, {**cell, "workload": "fetch-2"}, copy.deepcopy(cell)]
	json.dump(root, open(path, "w"))
PYTHON
}

@test "otava: no two columns have the same name" {
	make_namesakes 2
	"$concbench" history show --dir "$runs" --format otava --metric latency_p99_ns >"$tmp/out.csv"
	[ "$(head -n 1 "$tmp/out.csv" | cut -d, -f4-)" = "$(printf 'fetch%s_c100_latency_p99_ns%s,' \
		_threads "" -2_threads "" -2_threads _2 _threads _2 | sed 's/,$//')" ]
}

@test "no two pictures have the same name" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	make_namesakes 1
	"$concbench" history plot --dir "$runs" -o "$tmp/out"
	[ "$(ls "$tmp/out")" = "$(printf '%s\n' history-fetch-{2-c100-2,2-c100,c100}.{png,svg})" ]
}

@test "a picture a workload and concurrency, with commits, failures, levels and the break" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	make_runs 'n = 60; cells = 2 ---
run.value = 1000 if i < 20 else 900
run.failed = i == 30
run.dirty = i == 59
run.machine = {"kernel": "Linux 9.9"} if i >= 40 else {}'
	run "$concbench" history plot --dir "$runs" -o "$tmp/out"
	[ "$status" -eq 0 ] || fail "$output"
	[ "$output" = "2 pictures in $tmp/out" ]
	[ "$(ls -A "$tmp/out")" = $'history-fetch-c100.png\nhistory-fetch-c100.svg' ]
	/usr/bin/python3 -c 'import sys, xml.dom.minidom; xml.dom.minidom.parse(sys.argv[1])' "$tmp"/out/*.svg
	for text in 'History of fetch at concurrency 100' threads processes 'another kernel: Linux 9.9' failed \
		'-[0-9]*\.[0-9] %' '2026-10-30 abc[0-9a-f]*\*'; do
		grep -q -- "$text" "$tmp/out/history-fetch-c100.svg" || fail "no $text"
	done
}

@test "one run, one that failed, and text that gnuplot must not run, are drawn" {
	command -v gnuplot >/dev/null || skip "gnuplot is not installed"
	export EVIL="'.system(\"touch $tmp/ran\").' \`touch $tmp/ran\`"
	make_runs 'n = 2 --- import os; run.failed = i == 1; run.machine = {"kernel": os.environ["EVIL"]} if i else {}'
	run "$concbench" history plot --dir "$runs" -o "$tmp/out" --metric latency_p99_ns
	[ "$status" -eq 0 ] || fail "$output"
	[ ! -e "$tmp/ran" ]
	grep -q 'ms<' "$tmp/out/history-fetch-c100.svg"
	rm -r "$runs"
	make_runs 'n = 1 --- run.failed = True'
	refused "no cell has a value" history plot --dir "$runs" -o "$tmp/none"
}

@test "usage errors" {
	refused "what is to be done" history
	refused "there is no 'history remove'" history remove
	refused "cannot read the folder" history show --dir "$tmp/none"
	mkdir "$runs"
	refused "there is no run in" history show --dir "$runs"
	make_runs 'n = 1'
	refused "no metric is called 'speed'" history show --dir "$runs" --metric speed
	refused "no format is called 'xml'" history show --dir "$runs" --format xml
	refused "no cell in" history show --dir "$runs" -w none
	refused "no folder is given" history plot --dir "$runs"
	run "$concbench" history --help
	[ "$status" -eq 0 ]
	[[ $output == "usage: concbench history add "* ]]
}

@test "the history of a real run is the folder's default" {
	"$concbench" run -w null -m blocking -c 1 --tasks 100 --trials 2 -o "$tmp/real.json" >"$tmp/out" 2>&1
	cd "$tmp"
	"$concbench" history add real.json
	run "$concbench" history show --all
	[ "$status" -eq 0 ]
	[[ $output == "1 run from "*"null blocking c=1 tasks=100"* ]]
	[ "$(find results/history -name '*.json' | wc -l)" -eq 1 ]
}
