#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run and the helpers set these
# concbench compare: results files made for it, whose answer is known.

load cli

setup() {
	cli_setup
	export PYTHONPATH=$BATS_FILE_TMPDIR
}

# make(NAME, CELL.., options of the file): cell(MODEL, throughputs, keys of the cell) with trials
# whose CPU time and p99 never change.
setup_file() {
	cat >"$BATS_FILE_TMPDIR/made.py" <<'PYTHON'
import json

def trial(i, throughput, demonstration=False, **more):
	own = {"order": i, "status": "ok", "reason": None, "tasks": 100, "errors": 0,
		"throughput_per_s": throughput, "latency_ns": {"p99": 1000}, "cpu_user_s": 1, "cpu_system_s": 0}
	own.update(more, **({"demonstration": True} if demonstration else {}))
	return own

def cell(model, throughputs, status="ok", reason=None, params={}, trials={}, demonstration=False, tasks=100):
	return {"workload": "echo", "model": model, "concurrency": 10, "tasks": tasks, "params": params,
		"status": status, "reason": reason, "summary": None, "whole_process_s": None,
		"trials": [trial(i, t, demonstration, **trials) for i, t in enumerate(throughputs)]}

def make(name, *cells, environment={}, options={}):
	machine = {"host": "one", "cpu": "fast", "cores": 2, "kernel": "6.1", "governor": None,
		"workdir_filesystem": "tmpfs", "git": "abc", "compiler": "gcc 12", "flags": "-O2"}
	root = {"schema": 1, "started": "2026-11-21T10:00:00Z", "environment": {**machine, **environment},
		"options": {"pin": False, "warmup_percent": 10, **options}, "cells": list(cells)}
	with open(name, "w") as file:
		json.dump(root, file)

def steps(middle, n=10, step=0.001):
	return [middle * (1 + step * (i - n / 2)) for i in range(n)]
PYTHON
}

made() {
	(cd "$tmp" && /usr/bin/python3 -c "from made import *
$1")
}

compare() {
	run --separate-stderr "$concbench" compare "$@"
	# shellcheck disable=SC2154
	printf '%s\n' "$output" "$stderr"
	flat=$(tr -s ' \n' ' ' <<<"$output") # as if no line were broken
}

# ARGUMENT.. -- CODE: what Python says of the JSON of a comparison; each cell's first verdict is in
# verdicts.
compared() {
	local arguments=()
	while [ "$1" != -- ]; do
		arguments+=("$1")
		shift
	done
	"$concbench" compare --format json -o "$tmp/compared.json" "${arguments[@]}" || [ $? -ne 2 ]
	/usr/bin/python3 -c "
import json, sys
root = json.load(open(sys.argv[1]))
counts, cells = root['counts'], root['cells']
by_name = {c['model']: c for c in cells}
def of(model, measure='throughput_per_s'):
	return next(c for c in by_name[model]['comparisons'] if c['measure'] == measure)
$2" "$tmp/compared.json"
}

# Old and new with a cell of every kind.
every_kind() {
	made '
make("old.json", cell("same", steps(100)), cell("better", steps(100)), cell("slow", steps(100)), cell("slower", steps(100)),
	cell("broken", steps(100)), cell("mended", [], "crashed", "signal 11", trials={}), cell("gone", steps(1)),
	cell("wrong", steps(100), demonstration=True), cell("never", [], "unavailable", "not here"))
make("new.json", cell("same", steps(100)), cell("better", steps(110)), cell("slow", steps(95)), cell("slower", steps(50)),
	cell("broken", steps(100), "failed", "wrong digest"), cell("mended", steps(1)), cell("come", steps(1)),
	cell("wrong", steps(10), demonstration=True), cell("never", [], "unavailable", "not here"),
	environment={"git": "def", "flags": "-O3"})'
}

@test "each verdict, worst first" {
	every_kind
	compare "$tmp/old.json" "$tmp/new.json" --metric throughput_per_s
	[ "$status" -eq 1 ]
	names=$(grep -oE '^echo [a-z]+' <<<"$output" | tr '\n' ' ')
	[ "$names" = "echo broken echo slower echo slow echo better " ]
	[[ $output == *"broken c=10: was ok, now failed: wrong digest"* ]]
	[[ $output == *"slower c=10"$'\n'"  throughput    100/s   50.0/s "*"0.500 [0."*"worse"* ]]
	[[ $flat == *"compared: 4; verdicts: 2 worse, 1 better, 1 no difference shown, 0 too few trials."* ]]
	[[ $flat == *"Were not ok and now are: echo mended c=10."* ]]
	[[ $flat == *"Not compared, as demonstrations"*"echo wrong c=10."* ]]
	[[ $flat == *"Not ok in either run: echo never c=10."* ]]
	[[ $flat == *"Only in the old run: echo gone c=10."* ]]
	[[ $flat == *"Only in the new run: echo come c=10."* ]]
	[[ $output == *'another flags: "-O2", then "-O3"'* ]]
	[[ $flat == *"concbench gate"* ]]
	[ "$(grep -vF "$tmp" <<<"$output" | wc -L)" -le 80 ] # but for the paths
}

@test "--all shows what did not change, the usual metrics are three" {
	every_kind
	compare "$tmp/old.json" "$tmp/new.json" --all
	[[ $output == *"same c=10"$'\n'"  throughput "*"1.000 ["*"no difference shown"* ]]
	[ "$(grep -cE '^  (throughput|p99|CPU/task) ' <<<"$output")" -eq 12 ]
	[ "$(grep -vF "$tmp" <<<"$output" | wc -L)" -le 80 ] # but for the paths
}

@test "the numbers are those of scipy" {
	every_kind
	compared "$tmp/old.json" "$tmp/new.json" --metric throughput_per_s -- "
import math, statistics
from scipy import stats
sys.path.insert(0, '$BATS_FILE_TMPDIR')
from made import steps
p = {}
for model, middle in ('same', 100), ('better', 110), ('slow', 95), ('slower', 50):
	old, new, got = steps(100), steps(middle), of(model)
	p[model] = got['p']
	shifts = sorted(math.log(b / a) for a in old for b in new)
	assert math.isclose(got['ratio'], math.exp(statistics.median(shifts)), rel_tol=1e-12), got
	assert math.isclose(got['low'], math.exp(shifts[23])) and math.isclose(got['high'], math.exp(shifts[-24])), got
	assert 0.95 <= got['confidence'] < 0.96 and got['p_exact'], got
	assert math.isclose(got['old_median'], statistics.median(old)) and got['new_trials'] == 10
	expected = 1 if model == 'same' else stats.mannwhitneyu(old, new, method='exact').pvalue
	assert math.isclose(got['p'], expected, rel_tol=1e-9), got
for model, rank in ('same', 4), ('slow', 3), ('better', 3), ('slower', 3):
	assert math.isclose(of(model)['p_adjusted'], min(1, p[model] * 4 / rank)), of(model)
"
}

@test "JSON has all of it" {
	every_kind
	compared "$tmp/old.json" "$tmp/new.json" -- "
assert [c['state'] for c in cells] == ['fails', *['compared'] * 4, 'mended', 'demonstration', 'not_ok', 'only_old', 'only_new']
assert [c['model'] for c in cells][:5] == ['broken', 'slower', 'slow', 'better', 'same']
assert counts['worse'] == 2 and counts['better'] == 1 and counts['no_difference_shown'] == 9 and root['tests'] == 12
assert by_name['broken']['new_status'] == 'failed' and by_name['broken']['reason'] == 'wrong digest'
assert by_name['gone']['new_status'] is None and not root['forced'] and root['differences'] == []
assert root['old']['git'] == 'abc' and root['new']['flags'] == '-O3'
assert of('slow', 'latency_p99_ns')['verdict'] == 'no_difference_shown' and of('slow', 'cpu_per_task_s')['ratio'] == 1
"
}

@test "Markdown has what changed first and folds the rest" {
	every_kind
	compare "$tmp/old.json" "$tmp/new.json" --format markdown
	[ "$status" -eq 1 ]
	[[ $output == "### concbench: 2 worse, 1 better, 1 no longer ok"* ]]
	first=${output%%<details>*} rest=${output#*<details>}
	[ "$(grep -cE '^\| (worse|better) \|' <<<"$first")" -eq 3 ]
	[ "$(grep -c '^| no difference shown |' <<<"$rest")" -eq 9 ]
	[ "$(grep -c '^| no difference shown |' <<<"$first")" -eq 0 ]
	[[ $first == *"- **echo broken c=10** was ok, now failed: wrong digest"* ]]
	[[ $output == *"</details>" ]]
	# Every row of a table has as many columns.
	[ "$(grep '^|' <<<"$output" | tr -dc '|\n' | sort -u)" = '||||||||' ]
}

@test "nothing worse is 0, also the same file twice; better is no fault" {
	made 'make("a.json", cell("x", steps(100)), cell("y", steps(7)))
make("b.json", cell("x", steps(120)), cell("y", steps(7)))'
	compare "$tmp/a.json" "$tmp/a.json"
	[ "$status" -eq 0 ]
	[[ $flat == *"0 worse, 0 better, 6 no difference shown, 0 too few trials"* ]]
	[[ $output == *"--all shows them." && $output != *Medians* ]]
	compare "$tmp/a.json" "$tmp/b.json"
	[ "$status" -eq 0 ]
	[[ $output == *"0 worse, 1 better"* ]]
	compare "$tmp/b.json" "$tmp/a.json"
	[ "$status" -eq 1 ]
}

@test "more time and CPU are worse, as less throughput is" {
	made 'make("a.json", cell("x", steps(100)))
make("b.json", cell("x", steps(100), trials={"latency_ns": {"p99": 1100}, "cpu_user_s": 2}))'
	compared "$tmp/a.json" "$tmp/b.json" -- "
assert of('x', 'latency_p99_ns')['verdict'] == 'worse' and abs(of('x', 'latency_p99_ns')['ratio'] - 1.1) < 1e-9
assert of('x', 'cpu_per_task_s')['verdict'] == 'worse' and of('x')['verdict'] == 'no_difference_shown'
assert [c['measure'] for c in by_name['x']['comparisons']] == ['cpu_per_task_s', 'latency_p99_ns', 'throughput_per_s']
"
}

@test "too few trials decide nothing: 3, and how many would" {
	made 'make("a.json", cell("x", steps(100, 3)))
make("b.json", cell("x", steps(50, 3)))
make("c.json", cell("x", steps(100, 4)))
make("d.json", cell("x", steps(50, 4)))'
	compare "$tmp/a.json" "$tmp/b.json" --metric throughput_per_s
	[ "$status" -eq 3 ]
	# 2 of C(6, 3) = 20 is 0.1, 2 of C(8, 4) = 70 is 0.03.
	[[ $flat == *"1 too few trials. For so many verdicts 4 trials"* ]]
	compare "$tmp/c.json" "$tmp/d.json" --metric throughput_per_s
	[ "$status" -eq 1 ]
}

@test "a cell that breaks is a fault however few the trials" {
	made 'make("a.json", cell("x", [1]), cell("y", [1]))
make("b.json", cell("x", [1]), cell("y", [1], "timeout", "no result in 60 s"))'
	compare "$tmp/a.json" "$tmp/b.json"
	[ "$status" -eq 1 ]
	[[ $output == *"echo y c=10: was ok, now timeout: no result in 60 s"* ]]
}

@test "a cell that an interrupted run did not come to is no fault of it" {
	made 'missing = "failed", "it was not run"
make("a.json", cell("x", steps(1)), cell("y", [1]), cell("z", [], *missing))
make("b.json", cell("x", steps(1)), cell("y", [], *missing), cell("z", [], *missing))'
	compare "$tmp/a.json" "$tmp/b.json"
	[ "$status" -eq 0 ]
	[[ $flat == *"Not ok in either run: echo z c=10. Only in the old run: echo y c=10."* ]]
}

@test "a table is no wider than 80 columns, whatever is compared" {
	made 'counts = {"voluntary_switches": 3, "involuntary_switches": 0, "system_calls": 12345, "allocations": 5, "instructions": 10**9, "peak_memory_kib": 10**6, "elapsed_s": 0.012345}
make("a.json", cell("x", steps(1000, step=0.2), trials=counts))
make("b.json", cell("x", steps(1001, step=0.2), trials=counts), environment={"host": "two"})'
	keys=throughput_per_s,elapsed_s,cpu_per_task_s,switches_per_task,system_calls_per_task
	keys+=,allocations_per_task,instructions_per_task,peak_memory_kib
	for against in a b; do
		compare "$tmp/a.json" "$tmp/$against.json" --metric "$keys" --all --force
		rows=$(grep -E 'no difference shown$' <<<"$output")
		[ "$(wc -l <<<"$rows")" -eq 8 ]
		# The files' own names may be longer.
		[ "$(grep -vF "$tmp" <<<"$output" | wc -L)" -le 80 ] || fail "$output"
	done
	[[ $rows == "! forced: "*"instr./task "* ]]
}

@test "zeros have a verdict and no ratio, what is missing in one run is said" {
	made 'make("a.json", cell("x", steps(100), trials={"voluntary_switches": 0, "involuntary_switches": 0}), cell("y", steps(1)))
make("b.json", cell("x", steps(100), trials={"voluntary_switches": 3, "involuntary_switches": 0, "latency_ns": None}), cell("y", steps(1)))'
	compare "$tmp/a.json" "$tmp/b.json" --metric switches_per_task,latency_p99_ns --all
	[ "$status" -eq 1 ]
	[[ $output == *"switches/task 0       0.03    -  "*"worse"* ]]
	[[ $output == *"p99           1.00us  -       -  "*"missing in one"* ]]
	[[ $flat == *"Missing in one of the runs: 1."* ]]
	compared "$tmp/a.json" "$tmp/b.json" --metric switches_per_task -- "
assert of('x', 'switches_per_task')['ratio'] is None and of('x', 'switches_per_task')['p'] < 0.001
assert by_name['y']['comparisons'] == [] # it has none in either
"
}

@test "a difference that most pairs do not have is one, though the ratio is 1" {
	made 'same = [100] * 14
make("a.json", cell("x", same + [100] * 6), cell("y", steps(1)))
make("b.json", cell("x", same + [99] * 6), cell("y", steps(1)))'
	compared "$tmp/a.json" "$tmp/b.json" --metric throughput_per_s -- "
assert of('x')['ratio'] == 1 and of('x')['p_adjusted'] < 0.05, of('x')
assert of('x')['verdict'] == 'worse' and of('y')['verdict'] == 'no_difference_shown', cells
"
	compared "$tmp/b.json" "$tmp/a.json" --metric throughput_per_s -- "
assert of('x')['verdict'] == 'better', of('x')
"
}

@test "cells without a value of the metric come last and leave the rest in order" {
	made 'none = {"latency_ns": None}
def tail(p99): return {"latency_ns": {"p99": p99}}
make("a.json", *(cell(m, steps(1), trials=none if m in "bd" else tail(1000)) for m in "abcde"))
make("b.json", *(cell(m, steps(1), trials=none if m in "bd" else tail(p)) for m, p in zip("abcde", (900, 0, 1100, 0, 1200))))'
	compared "$tmp/a.json" "$tmp/b.json" --metric latency_p99_ns -- "
assert ''.join(c['model'] for c in cells) == 'ecabd', [c['model'] for c in cells]
"
}

@test "a file whose name is no UTF-8 loses nothing" {
	every_kind
	mv "$tmp/old.json" "$tmp/$(printf 'ol\xffd-\xc3\xa9.json')"
	compared "$tmp"/ol*.json "$tmp/new.json" -- "
assert root['old']['file'].endswith('/ol?d-\u00e9.json'), root['old']
assert root['old']['git'] == 'abc' and len(cells) == 10
"
}

@test "a cell is the same by its parameters" {
	made 'make("a.json", cell("x", steps(1), params={"a": 1, "b": 2}), cell("x", steps(1), params={"a": 2}))
make("b.json", cell("x", steps(1), params={"a": 3}), cell("x", steps(1), params={"b": 2, "a": 1}))'
	compared "$tmp/a.json" "$tmp/b.json" -- "
assert sorted(c['state'] for c in cells) == ['compared', 'only_new', 'only_old'], cells
assert cells[0]['params'] == {'a': 1, 'b': 2}, cells
"
}

@test "other machines and options are refused; with --force every line says so" {
	every_kind
	made '
make("host.json", cell("slow", steps(95)), environment={"host": "two", "cores": 8})
make("pin.json", cell("slow", steps(95)), options={"pin": True})
make("tasks.json", cell("slow", steps(95), tasks=7))'
	refused 'another host: "one", then "two"' compare "$tmp/old.json" "$tmp/host.json"
	[[ $stderr == *"another cores: 2, then 8"*"--force"* ]]
	refused "another pin: false, then true" compare "$tmp/old.json" "$tmp/pin.json"
	refused "another number of tasks: in 1 of the 1 cells" compare "$tmp/old.json" "$tmp/tasks.json"
	compare "$tmp/old.json" "$tmp/host.json" --force --all
	[ "$status" -eq 1 ]
	[ "$(grep -vc '^! forced: ' <<<"$output")" -eq "$(grep -c '^$' <<<"$output")" ]
	[[ $output == *'! forced: another host: "one", then "two"'* ]]
	[ "$(grep -vF "$tmp" <<<"$output" | wc -L)" -le 80 ] # but for the paths
	compare "$tmp/old.json" "$tmp/host.json" --force --format markdown
	rows=$(grep -E '^(\||#|[A-Za-z!-])' <<<"$output" | grep -vE '^\| verdict|^\|:')
	[ "$(grep -c '! forced: ' <<<"$rows")" -eq "$(wc -l <<<"$rows")" ]
	compared "$tmp/old.json" "$tmp/host.json" --force -- "
assert root['forced'] and len(root['differences']) == 2
assert all(c['forced'] and all(k['forced'] for k in c['comparisons']) for c in cells)
"
	# --force says nothing where there is nothing to say.
	compare "$tmp/old.json" "$tmp/new.json" --force
	[[ $output != *forced* ]]
}

@test "bad input is 2 and writes nothing" {
	every_kind
	made 'make("other.json", cell("none", steps(1)))'
	head -c 300 "$tmp/old.json" >"$tmp/cut.json"
	echo '{"results": []}' >"$tmp/foreign.json"
	refused "cannot read '$tmp/none.json'" compare "$tmp/old.json" "$tmp/none.json"
	refused "cannot read '$tmp'" compare "$tmp" "$tmp/new.json"
	refused "truncated" compare "$tmp/cut.json" "$tmp/new.json"
	refused "not a concbench result" compare "$tmp/old.json" "$tmp/foreign.json"
	refused "no cell in common" compare "$tmp/old.json" "$tmp/other.json"
	refused "two results files" compare "$tmp/old.json"
	refused "unexpected argument" compare "$tmp/old.json" "$tmp/new.json" "$tmp/new.json"
	refused "origin_cpu_share" compare "$tmp/old.json" "$tmp/new.json" --metric origin_cpu_share
	refused "metric" compare "$tmp/old.json" "$tmp/new.json" --metric throughput_per_s,
	refused "format" compare "$tmp/old.json" "$tmp/new.json" --format yaml
	refused "folder" compare "$tmp/old.json" "$tmp/new.json" -o "$tmp"
	refused "none/x" compare "$tmp/old.json" "$tmp/new.json" -o "$tmp/none/x"
	run --separate-stderr bash -c '"$0" compare "$1" "$1" >/dev/full' "$concbench" "$tmp/old.json"
	[ "$status" -eq 2 ]
	[[ $stderr == *"cannot write 'standard output': No space left on device"* ]]
}

@test "-o writes what stdout would have had" {
	every_kind
	compare "$tmp/old.json" "$tmp/new.json" --format markdown
	was=$output
	run "$concbench" compare "$tmp/old.json" "$tmp/new.json" --format markdown -o "$tmp/out.md"
	[ "$status" -eq 1 ]
	[ -z "$output" ]
	[ "$(cat "$tmp/out.md")" = "$was" ]
}
