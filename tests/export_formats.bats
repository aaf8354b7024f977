#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench export: each format by its own reader where Debian has one, else by a schema from its
# documentation or a reader of its grammar.

load cli

setup() {
	cli_setup
	data=tests/data
	result=$data/result.json
	load=$data/load.json # of a service, with a histogram
}

# FORMAT FILE: into $tmp/FORMAT; what it says is in $tmp/notes.
export_to() {
	"$concbench" export "$2" -f "$1" -o "$tmp/$1" --force 2>"$tmp/notes"
}

# SCHEMA FILE
fits() {
	/usr/bin/python3 -W ignore -m jsonschema -i "$2" "$data/$1.schema.json"
}

# A sweep's cells differ in parameters alone, and parameters may have any sign.
make_variants() {
	results '
import copy
cell = cells[0]
root["cells"] = [copy.deepcopy(cell) for _ in range(5)]
for i, c in enumerate(root["cells"]):
	c["params"].update(rate=min(i, 2) * 1000, path="/a b\"\\,{}\n=#é")
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/variants.json"
}

@test "github-action-benchmark: a file a direction, a median a cell and measure, no name twice" {
	for file in "$result" "$load"; do
		for direction in smaller bigger; do
			export_to github-action-benchmark-$direction "$file"
			fits github-action-benchmark "$tmp/github-action-benchmark-$direction"
		done
	done
	export_to github-action-benchmark-smaller "$result"
	export_to github-action-benchmark-bigger "$result"
	results '
smaller, bigger = ({e["name"]: e for e in entries} for entries in roots[1:])
assert len(smaller) == len(roots[1]) and len(bigger) == len(roots[2])
assert not set(smaller) & set(bigger)
ok = [c for c in cells if c["status"] == "ok"]
assert len(bigger) == len(ok)
for c in ok:
	name = "%s/%s/c%d" % (c["workload"], c["model"], c["concurrency"])
	assert bigger[name + " throughput_per_s"]["value"] == c["summary"]["throughput_per_s"]["median"]
	p99 = c["summary"]["latency_p99_ns"]
	if p99: assert smaller[name + " latency_p99_ns"]["value"] == p99["median"]
	if p99: assert smaller[name + " latency_p99_ns"]["unit"] == "ns"
e = smaller["fetch/threads/c1 elapsed_s"]
assert e["range"] == "± 0.2024" and e["extra"].startswith("median of n=3, 75 % interval"), e
assert open(more[0]).read().count("left out") == len(cells) - len(ok)' \
		"$result" "$tmp/github-action-benchmark-smaller" "$tmp/github-action-benchmark-bigger" \
		-- "$tmp/notes"
}

@test "bmf: fits its schema, with Bencher's own measures and the intervals" {
	export_to bmf "$load"
	fits bmf "$tmp/bmf"
	export_to bmf "$result"
	fits bmf "$tmp/bmf"
	results '
summary = cells[0]["summary"]
exported = roots[1]
cell = exported["fetch/threads/c1"]
for slug, key in ("latency", "latency_p50_ns"), ("throughput", "throughput_per_s"), ("latency-p99-ns", "latency_p99_ns"):
	of = summary[key]
	assert cell[slug] == {"value": of["median"], "lower_value": of["low"], "upper_value": of["high"]}, slug
assert exported["file/threads/c2"]["throughput"] == {"value": 1500.5}
assert "fetch/coroutine/c100" not in exported' "$result" "$tmp/bmf"
}

@test "google-benchmark: its compare.py reads it, and finds what differs" {
	export_to google-benchmark "$result"
	fits google-benchmark "$tmp/google-benchmark"
	mv "$tmp/google-benchmark" "$tmp/a.json"
	results '
for cell in cells:
	for trial in cell["trials"]:
		if trial["elapsed_s"]: trial["elapsed_s"] *= 1.5
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/slower.json"
	export_to google-benchmark "$tmp/slower.json"
	mv "$tmp/google-benchmark" "$tmp/b.json"
	compare=/usr/share/benchmark/compare.py
	/usr/bin/python3 -W ignore $compare --no-color benchmarks "$tmp/a.json" "$tmp/b.json" >"$tmp/compared"
	grep -qE '^fetch/threads/c1 +\+0\.5000 +\+0\.0000 ' "$tmp/compared" || fail "$(cat "$tmp/compared")"
	grep -q '^fetch/threads/c1_pvalue ' "$tmp/compared"
	results '
runs = roots[1]["benchmarks"]
trial = trials[1]
assert runs[1]["iterations"] == trial["tasks"]
assert abs(runs[1]["real_time"] - trial["elapsed_s"] * 1e9 / trial["tasks"]) < 1e-3
ok = ["%s/%s/c%d" % (c["workload"], c["model"], c["concurrency"]) for c in cells if c["status"] == "ok"]
assert list(dict.fromkeys(r["name"] for r in runs)) == ok
assert all(r["real_time"] > 0 and r["cpu_time"] > 0 for r in runs)
assert open(more[0]).read().count("left out") == len(cells) - len(ok)' \
		"$result" "$tmp/a.json" -- "$tmp/notes"
}

@test "google-benchmark: its compare.py reads a result without a CPU time, which is said" {
	export_to google-benchmark "$load"
	fits google-benchmark "$tmp/google-benchmark"
	grep -q 'CPU time, which is not known and written as 0: http/127.0.0.1-8080/c20$' "$tmp/notes"
	/usr/bin/python3 -W ignore /usr/share/benchmark/compare.py --no-color benchmarks \
		"$tmp/google-benchmark" "$tmp/google-benchmark" >"$tmp/compared"
	grep -qE '^http/127.0.0.1-8080/c20 +\+0\.0000 ' "$tmp/compared" || fail "$(cat "$tmp/compared")"
	"$concbench" import "$tmp/google-benchmark" -f google-benchmark -o "$tmp/back.json"
	results 'assert trials and all("cpu_s" not in t for t in trials)' "$tmp/back.json"
}

@test "benchfmt: follows the published grammar, a line a trial" {
	make_variants
	for file in "$result" "$load" "$tmp/variants.json"; do
		export_to benchfmt "$file"
		/usr/bin/python3 - "$tmp/benchfmt" "$file" <<'PYTHON'
import json, re, sys
number = r"[0-9.]+(?:e[+-]?[0-9]+)?"
config = re.compile(r"[a-z][^\sA-Z]*:(?: \S.*)?")
unit = re.compile(r"Unit (\S+) better=(?:higher|lower)")
line = re.compile(r"(Benchmark[^\sa-z]\S*) ([1-9][0-9]*)((?: %s \S+)+)" % number)
units, names = {"ns/op"}, []
for text in open(sys.argv[1]).read().split("\n")[:-1]:
	if unit.fullmatch(text):
		units.add(unit.fullmatch(text)[1])
	elif line.fullmatch(text):
		match = line.fullmatch(text)
		names.append(match[1])
		values = match[3].split()
		assert set(values[1::2]) <= units and len(set(values[1::2])) == len(values) / 2
		assert values[1] == "ns/op" and all(float(v) >= 0 for v in values[::2])
	else:
		assert config.fullmatch(text), text
cells = [c for c in json.load(open(sys.argv[2]))["cells"] if c["status"] == "ok"]
assert len(names) == sum(len(c["trials"]) for c in cells)
assert len(set(names)) == len(cells), names
PYTHON
	done
	"$concbench" export "$result" -f benchfmt --cell primes/threads/c2 | diff $data/result.benchfmt -
}

@test "junit: fits the schema, which refuses what readers refuse" {
	results '
cells[3]["reason"] = "\x1b[31m<b> & \"]]>\u0000\ufffe\n"
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/odd.json"
	sed -i 's/\\u0000//' "$tmp/odd.json" # which JSON has, and jansson refuses
	for file in "$result" "$load" "$tmp/odd.json"; do
		export_to junit "$file"
		xmllint --noout --schema $data/junit.xsd "$tmp/junit"
	done
	xmllint --xpath 'string(//error/@message)' "$tmp/junit" | head -c 20 | grep -q '�\[31m<b> & "]]>�'
	export_to junit "$result"
	/usr/bin/python3 - "$tmp/junit" "$result" <<'PYTHON'
import json, sys, xml.etree.ElementTree as tree
root, cells = tree.parse(sys.argv[1]).getroot(), json.load(open(sys.argv[2]))["cells"]
kinds = {"ok": None, "unavailable": "skipped", "failed": "failure", "invalid": "failure", "crashed": "error", "timeout": "error"}
found = {(c.get("classname"), c.get("name")): [o.tag for o in c] for c in root.iter("testcase")}
assert len(found) == len(cells)
for c in cells:
	kind = kinds[c["status"]]
	assert found[c["workload"] + "." + c["model"], "c%d" % c["concurrency"]] == ([kind] if kind else [])
assert root.get("tests") == "12" and root.get("failures") == "2" and root.get("errors") == "2"
PYTHON
	for change in 's/time="[0-9.]*"/time="1.2345"/' 's/timestamp="[^"]*/&Z/' 's/ tests="[0-9]*"//' \
		's/classname=/class=/'; do
		sed "$change" "$tmp/junit" >"$tmp/bad.xml"
		run -3 xmllint --noout --schema $data/junit.xsd "$tmp/bad.xml"
	done
}

@test "hgrm: of one trial's percentiles, and says so; the cell must be named where there are more" {
	"$concbench" export "$load" -f hgrm | diff $data/load.export.hgrm -
	results '
import copy
cell = cells[0]
cell["trials"] += [copy.deepcopy(cell["trials"][0]) for _ in range(2)]
for i, p99 in enumerate((300000, 100000, 200000)):
	cell["trials"][i]["latency_ns"]["p99"] = p99
	cell["trials"][i]["latency_ns"]["max"] = 10 * p99
cells.append(copy.deepcopy(cell))
cells[1]["concurrency"] = 7
json.dump(root, open(more[0], "w"))' "$load" -- "$tmp/two.json"
	"$concbench" export "$tmp/two.json" -f hgrm --cell http/127.0.0.1-8080/c7 >"$tmp/hgrm"
	grep -qE '^ +2\.000 +1\.000000 +[0-9]+ +inf$' "$tmp/hgrm"
	grep -q 'c7 in ms, of one trial of 3, number 3, ' "$tmp/hgrm"
	refused 'holds one distribution, and 2 cells have one; name it, as in --cell http/127.0.0.1-8080/c20' \
		export "$tmp/two.json" -f hgrm
	refused "concbench load --hgrm FILE" export "$result" -f hgrm
}

@test "hlog: the counts that load kept, read as HdrHistogram's readers do" {
	export_to hlog "$load"
	results '
sys.path.insert(0, "tests")
import hdr_log
trial = trials[0]
(start, length, longest, slots), = hdr_log.intervals(more[0], "127.0.0.1-8080")
assert (start, length) == (0, trial["elapsed_s"]) and abs(longest * 1e6 - trial["latency_ns"]["max"]) <= 500
assert sum(slots.values()) == trial["tasks"]
for k, ladder_ns in enumerate(trial["response_ladder_ns"][1:], 1):
	left = trial["tasks"] * (1 - 2 ** -k)
	for slot in sorted(slots):
		left -= slots[slot]
		if left <= 0: break
	assert hdr_log.top_ns(slot) == ladder_ns, k' "$load" -- "$tmp/hlog"
	refused "concbench load -o FILE.json" export "$result" -f hlog
}

@test "hlog: HdrHistogram's own reader finds the percentiles that load told" {
	export_to hlog "$load"
	java -cp /usr/share/java/hdrhistogram.jar org.HdrHistogram.HistogramLogProcessor \
		-i "$tmp/hlog" -outputValueUnitRatio 1 -tag 127.0.0.1-8080 >"$tmp/percentiles"
	results '
import re
text = open(more[0]).read()
count = int(re.search(r"Total count += +(\d+)", text)[1])
rows = [line.split() for line in text.splitlines() if re.match(r" +\d+\.", line)]
assert count == trials[0]["tasks"] == int(rows[-1][2])
for share, name in ((0.5, "p50"), (0.9, "p90"), (0.99, "p99"), (0.999, "p99.9"), (1, "max")):
	below = max(float(row[0]) for row in rows if float(row[1]) <= share)
	above = min(float(row[0]) for row in rows if float(row[1]) >= share)
	assert below * 0.999 <= trials[0]["latency_ns"][name] <= above, name' "$load" -- "$tmp/percentiles"
}

@test "otava: one row, with a time and a column a metric, none twice" {
	make_variants
	for file in "$result" "$load" "$tmp/variants.json"; do
		export_to otava "$file"
		results '
import csv, datetime
head, row = csv.reader(open(more[0]))
assert len(head) == len(row) == len(set(head)) and head[:2] == ["time", "commit"]
assert datetime.datetime.fromisoformat(row[0]).utcoffset() == datetime.timedelta(0)
assert row[1] == root["environment"]["git"]
values = dict(zip(head[2:], map(float, row[2:])))
cell = cells[0]
assert cell["summary"]["throughput_per_s"]["median"] in values.values()
if len(cells) > 5: assert values["fetch_threads_c1_latency_p99_ns"] == cell["summary"]["latency_p99_ns"]["median"]
each = [m for m in cell["summary"] if cell["summary"][m] and m != "origin_cpu_share"]
if len(cells) == 5: assert len(values) == 5 * len(each), (len(values), each)' "$file" -- "$tmp/otava"
	done
	jq '.started = null' "$result" >"$tmp/in.json"
	refused "Otava needs the time of the run's start" export "$tmp/in.json" -f otava
}

@test "openmetrics: prometheus_client's strict parser takes it" {
	make_variants
	for file in "$result" "$load" "$tmp/variants.json"; do
		export_to openmetrics "$file"
		results '
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {f.name: f for f in text_string_to_metric_families(open(more[0]).read())}
assert all(f.type == "gauge" and f.documentation for f in families.values())
state = families["concbench_cell_ok"].samples
assert [s.value for s in state] == [c["status"] == "ok" for c in cells]
series = [tuple(sorted(s.labels.items())) for s in state]
assert len(set(series)) == len(series)
first = families["concbench_latency_p99_seconds"].samples[0]
assert first.labels["workload"] == cells[0]["workload"]
assert first.labels["concurrency"] == str(cells[0]["concurrency"])
for key, value in cells[0]["params"].items():
	if value != "": assert first.labels["param_" + key] == str(value)
assert abs(first.value * 1e9 / cells[0]["summary"]["latency_p99_ns"]["median"] - 1) < 1e-12' \
			"$file" -- "$tmp/openmetrics"
	done
}

@test "openmetrics: parameters whose names or values only look alike are labels of their own" {
	results '
import copy
cell = cells[0]
root["cells"] = [copy.deepcopy(cell) for _ in range(4)]
for c, params in zip(root["cells"], ({"a-b": 1, "a_b": 2, "a_b_2": 3}, {"x-y": 1}, {"x.y": 1}, {"x.y": "1"})):
	c["params"] = params
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/alike.json"
	export_to openmetrics "$tmp/alike.json"
	results '
from prometheus_client.openmetrics.parser import text_string_to_metric_families
families = {f.name: f for f in text_string_to_metric_families(open(more[0]).read())}
for family in families.values():
	labels = [{k: v for k, v in s.labels.items() if k.startswith(("param_", "repetition"))} for s in family.samples]
	assert labels == [{"param_a_b": "1", "param_a_b_2": "2", "param_a_b_2_2": "3"},
		*({"param_x_y": "1", **more} for more in ({}, {"repetition": "1"}, {"repetition": "2"}))], labels' \
		"$tmp/alike.json" -- "$tmp/openmetrics"
}

@test "markdown: no sign in a parameter's name or value is markup" {
	results '
cells[0]["params"] = {"a|b\n# c": "<d>\n| e *"}
root["cells"] = cells[:1]
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/odd.json"
	export_to markdown "$tmp/odd.json"
	grep -qF 'a\|b \# c=\<d\> \| e \*; throughput by' "$tmp/markdown" || fail "$(cat "$tmp/markdown")"
}

@test "cells that only parameters tell apart have names of their own" {
	make_variants
	export_to bmf "$tmp/variants.json"
	results '
base = "fetch/threads/c1/rate="
names = [base + "0", base + "1000", base + "2000", base + "2000#2", base + "2000#3"]
assert list(roots[1]) == names, list(roots[1])' "$tmp/variants.json" "$tmp/bmf"
	"$concbench" export "$tmp/variants.json" -f csv --cell fetch/threads/c1/rate=1000 >"$tmp/csv"
	[ "$(grep -c 'rate=1000' "$tmp/csv")" -eq 3 ]
	[ "$(grep -c 'rate=' "$tmp/csv")" -eq 3 ]
	"$concbench" export "$tmp/variants.json" -f bmf --cell fetch/threads/c1/rate=2000#2 >"$tmp/bmf"
	[ "$(jq -r 'keys[]' "$tmp/bmf")" = fetch/threads/c1/rate=2000#2 ]
	refused "has no cell 'fetch/threads/c9'; the first is 'fetch/threads/c1'" \
		export "$result" -f csv --cell fetch/threads/c9
}

@test "a demonstration's numbers are not for trackers" {
	results '
for t in cells[0]["trials"]: t["demonstration"] = True
json.dump(root, open(more[0], "w"))' "$result" -- "$tmp/wrong.json"
	for format in github-action-benchmark-bigger bmf google-benchmark benchfmt otava; do
		export_to $format "$tmp/wrong.json"
		grep -q 'fetch/threads/c1 (a demonstration)' "$tmp/notes"
		run grep -E 'fetch[/_]threads[/_]c1[" _]|Fetch/model=threads/conc=1-' "$tmp/$format"
		[ "$status" -eq 1 ] || fail "$format: $output"
	done
}

@test "whatever part is missing or of another type, no format crashes" {
	/usr/bin/python3 - "$load" "$result" "$tmp" <<'PYTHON'
import copy, json, sys
def places(value, path=()):
	yield path
	items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
	for key, item in items:
		if not (isinstance(value, list) and key > 1):
			yield from places(item, path + (key,))
number = 0
for file in sys.argv[1:3]:
	root = json.load(open(file))
	root["cells"] = [cell for i, cell in enumerate(root["cells"]) if i in (0, 3, 9)]
	for path in list(places(root))[1:]:
		for other in (None, "text", -1, [], {}):
			changed = copy.deepcopy(root)
			at = changed
			for key in path[:-1]:
				at = at[key]
			at[path[-1]] = other
			if number % 41 == 0:
				json.dump(changed, open("%s/f%d.json" % (sys.argv[3], number), "w"))
			number += 1
PYTHON
	mapfile -t formats < <("$concbench" export --help | sed -n '/^formats:/,$s/^  \([a-z][a-z-]*\).*/\1/p')
	[ "${#formats[@]}" -eq 13 ]
	for file in "$tmp"/f*.json; do
		for format in "${formats[@]}"; do
			status=0
			"$concbench" export "$file" -f "$format" >"$tmp/out" 2>&1 || status=$?
			[ "$status" -eq 0 ] || [ "$status" -eq 2 ] || fail "$file $format: $status"
		done
	done
}
