#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench run: that it measures what was asked for, and says what it measured.

load cli

setup_file() {
	cli_setup
	export SMALL=$BATS_FILE_TMPDIR/small.json
	"$concbench" run -m blocking,threads,processes,eventloop,coroutine -w sleep,rawget,primes \
		-c 1,4 -n 20 --param below=1000 --trials 3 --seed 7 -o "$SMALL" \
		>"$BATS_FILE_TMPDIR/small.out" 2>"$BATS_FILE_TMPDIR/small.err"
	nothing_in_tmpdir
}

setup() {
	cli_setup
}

# What every results file must be, whatever was asked for.
sound() {
	valid "$1"
	results '
for cell in cells:
	if cell["status"] != "ok":
		assert cell["reason"] and cell["summary"] is None, cell
		continue
	summary = dict(cell["summary"])
	summary.update(summary.pop("figures", {}))
	for key, value in summary.items():
		if value is None:
			continue
		if value["low"] is not None:
			assert value["low"] <= value["median"] <= value["high"], (key, value)
			assert 0 < value["confidence"] < 1
	assert cell["summary"]["throughput_per_s"]["median"] > 0
for trial in trials:
	if trial["status"] != "ok":
		continue
	assert trial["elapsed_s"] > 0 and trial["throughput_per_s"] > 0, trial
	assert abs(trial["throughput_per_s"] * trial["elapsed_s"] /
		(trial["tasks"] * trial.get("operations", 1)) - 1) < 1e-6
	t = trial["latency_ns"]
	assert 0 <= t["min"] <= t["p50"] <= t["p90"] <= t["p99"] <= t["max"], t
	assert t["min"] <= t["mean"] <= t["max"], t
	assert t["max"] / 1e9 <= trial["elapsed_s"] * 1.01, trial
	assert trial["peak_memory_kib"] is None or trial["peak_memory_kib"] > 100
' "$1"
}

@test "a run writes a valid file, prints its table, and says where the file is" {
	sound "$SMALL"
	results 'assert root["complete"] is True' "$SMALL"
	[ "$(tail -n 1 "$BATS_FILE_TMPDIR/small.out")" = "Results are in $SMALL" ]
	for word in sleep: rawget: primes: c=1 c=4 blocking threads processes eventloop coroutine; do
		grep -qw -- "$word" "$BATS_FILE_TMPDIR/small.out" || fail "no $word in the table"
	done
	run ! grep -v ' %  ' "$BATS_FILE_TMPDIR/small.err"
}

@test "every cell asked for is there once, with every trial and every task" {
	results '
asked = {(w, m, c) for w in ("sleep", "rawget", "primes")
	for m in ("blocking", "threads", "processes", "eventloop", "coroutine") for c in (1, 4)}
there = [(cell["workload"], cell["model"], cell["concurrency"]) for cell in cells]
assert len(there) == len(asked) and set(there) == asked, there
for cell in cells:
	assert (cell["status"], cell["reason"], cell["tasks"]) == ("ok", None, 20), cell
	assert [(t["status"], t["tasks"], t["errors"]) for t in cell["trials"]] == [("ok", 20, 0)] * 3
assert root["options"]["trials"] == 3 and root["options"]["seed"] == 7
assert root["options"]["profile"] is None and root["options"]["whole_process_rounds"] == 0
' "$SMALL"
}

@test "params hold every parameter of the workload, given or by default" {
	results '
params = {cell["workload"]: cell["params"] for cell in cells}
assert params == {"sleep": {"duration_us": 1000}, "primes": {"below": 1000},
	"rawget": {"delay_ms": 1, "body_bytes": 4096, "timeout_ms": 10000}}, params
' "$SMALL"
}

@test "trials come in rounds, each a permutation of the cells and not always the same one" {
	results '
places = order(root)
assert sorted(t["order"] for t in trials) == list(range(3 * len(cells)))
rounds = [places[i:i + len(cells)] for i in range(0, len(places), len(cells))]
for one in rounds:
	assert sorted(one) == list(range(len(cells))), one
	assert one != sorted(one)
assert rounds[0] != rounds[1] != rounds[2]
' "$SMALL"
}

@test "the order is the same for the same seed and another for another" {
	for seed in 1 1 2; do
		"$concbench" run -w null,sha256 --param buffer_bytes=10 -c 1,3 -n 10 --trials 2 --seed $seed \
			-o "$tmp/$seed.json" --force
		[ $seed = 2 ] || mv "$tmp/1.json" "$tmp/again$((again++)).json"
	done
	results '
assert order(roots[0]) == order(roots[1]) != order(roots[2])
assert [r["options"]["seed"] for r in roots] == [1, 1, 2]' "$tmp"/again0.json "$tmp"/again1.json "$tmp"/2.json
}

@test "without --seed two runs have orders of their own" {
	for name in a b; do
		"$concbench" run -w null -c 1,2,3 -n 10 --trials 1 -o "$tmp/$name.json"
	done
	results '
assert roots[0]["options"]["seed"] != roots[1]["options"]["seed"]
assert order(roots[0]) != order(roots[1])' "$tmp/a.json" "$tmp/b.json"
}

@test "what cannot be known is null, not 0" {
	results '
for cell in cells:
	has_origin = cell["workload"] == "rawget"
	for trial in cell["trials"]:
		assert trial["latency_ns"]["p99.9"] is None # of 20 tasks it would say nothing
		assert (trial["origin_cpu_s"] is not None) == has_origin, trial
		assert not has_origin or trial["origin_cpu_s"] > 0
	assert cell["summary"]["latency_p99.9_ns"] is None
	assert (cell["summary"]["origin_cpu_share"] is not None) == has_origin
	assert cell["whole_process_s"] is None
' "$SMALL"
}

@test "one trial has no interval, and the table does not make one up" {
	run --separate-stderr "$concbench" run -m blocking -w null -n 10 --trials 1 -o "$tmp/a.json"
	[ "$status" -eq 0 ]
	[[ $output != *nan* && $output != *±* ]]
	sound "$tmp/a.json"
	results '
rate = cells[0]["summary"]["throughput_per_s"]
assert rate["median"] > 0 and rate["low"] is rate["high"] is rate["confidence"] is None' "$tmp/a.json"
}

@test "profile quick measures every model on every workload, in a table of 80 columns" {
	"$concbench" list --json >"$tmp/list.json"
	run --separate-stderr "$concbench" run --profile quick --trials 1 -o "$tmp/quick.json"
	[ "$status" -eq 0 ] || fail "status $status" "$output" "$stderr"
	sound "$tmp/quick.json"
	printf '%s\n' "$output" >"$tmp/out"
	results '
known, text = json.load(open(more[0])), open(more[1], encoding="utf-8").read()
models = [m["name"] for m in known["models"]]
names = [w["name"] for w in known["workloads"]]
assert len(models) >= 7 and len(names) >= 9
missing = {(w, m) for w in names for m in models} - {(c["workload"], c["model"]) for c in cells}
assert not missing, missing
unavailable = {m["name"] for m in known["models"] if m["unavailable"]}
workloads = {w["name"]: w for w in known["workloads"]}
features = {m["name"]: set(m["features"]) for m in known["models"]}
def lacking(workload, model):
	missing = set(workload["needs"]) - features[model]
	if "stackless" in features[model]:
		without = workload["kind"] != "cpu" and not workload["resumable"]
		return without or missing - {"spawn", "rendezvous"}
	if "callback" not in features[model]:
		return missing
	if workload["kind"] == "structure" and not workload["callback"]:
		return {"callback"}
	return missing - {"spawn", "rendezvous"}
for cell in cells:
	workload, model = workloads[cell["workload"]], cell["model"]
	iterative = workload["kind"] == "service" and model == "blocking"
	cannot = iterative or model in unavailable or lacking(workload, model)
	expected = "unavailable" if cannot else "ok"
	assert cell["status"] == expected, (cell["workload"], cell["model"], cell["reason"])
long = [line for line in text.splitlines() if len(line) > 80 and more[2] not in line]
assert not long, long
for name in names:
	part = text.split("\n%s: " % name)[1].split("\n\n")[0]
	for model in models:
		assert any(line.split()[0] == model for line in part.splitlines()), (name, model)
assert root["options"]["profile"] == "quick"
' "$tmp/quick.json" -- "$tmp/list.json" "$tmp/out" "$tmp"
	nothing_in_tmpdir
	nothing_alive
}

@test "-m, -w and -c narrow a profile down; -n and --trials override it" {
	"$concbench" run --profile quick -w sleep -m coroutine,eventloop -c 100 -o "$tmp/a.json"
	"$concbench" run --profile quick -w sleep,null -m coroutine -n 30 --trials 1 -o "$tmp/b.json"
	results '
def told(root):
	return sorted((c["workload"], c["model"], c["concurrency"], c["tasks"], len(c["trials"]))
		for c in root["cells"])
assert told(roots[0]) == [("sleep", "coroutine", 100, 200, 2), ("sleep", "eventloop", 100, 200, 2)]
assert told(roots[1]) == [("null", "coroutine", 10, 30, 1), ("sleep", "coroutine", 1, 30, 1),
	("sleep", "coroutine", 100, 30, 1)], told(roots[1])
' "$tmp/a.json" "$tmp/b.json"
}

@test "a name given twice is one cell" {
	"$concbench" run -m blocking,blocking -w null,null -c 2,2 -n 5 --trials 1 -o "$tmp/a.json"
	results 'assert len(cells) == 1' "$tmp/a.json"
}

@test "options are stored, and the defaults of those not given" {
	"$concbench" run -m coroutine -w null -n 5 --trials 1 --warmup 40 --time-limit 9 -o "$tmp/a.json"
	"$concbench" run -m coroutine -w null -n 5 -o "$tmp/b.json"
	results '
def told(root):
	return [root["options"][k] for k in ("warmup_percent", "time_limit_s", "trials", "pin")]
assert told(roots[0]) == [40, 9, 1, False] and told(roots[1]) == [10, 60, 5, False]
assert len(roots[1]["cells"][0]["trials"]) == 5 and roots[1]["cells"][0]["concurrency"] == 10
' "$tmp/a.json" "$tmp/b.json"
}

@test "the environment is this machine's" {
	results '
e = root["environment"]
assert e["kernel"].split()[-1] == more[0] and e["host"] == more[1], e
assert e["cores"] == int(more[2]) and more[3] in (str(e["limits"]["open_files"]), "unlimited"), e
assert 0 < e["clock_overhead_ns"] < 1e6
' "$SMALL" -- "$(uname -r)" "$(uname -n)" "$(nproc)" "$(ulimit -Hn)"
}

@test "a task more than the concurrency, and fewer, are run all the same" {
	"$concbench" run -w sleep --param duration_us=100 -c 1,5,50 -n 6 --trials 1 -o "$tmp/a.json"
	sound "$tmp/a.json"
	results 'assert {(c["status"], c["trials"][0]["tasks"]) for c in cells} == {("ok", 6)}' "$tmp/a.json"
}

@test "without -o nothing is written" {
	mkdir "$tmp/here"
	(cd "$tmp/here" && "$concbench" run -m blocking -w file -n 5 --trials 1)
	[ -z "$(ls -A "$tmp/here")" ]
	nothing_in_tmpdir
}

@test "--force replaces the file, and only when there is something to replace it with" {
	echo precious >"$tmp/a.json"
	refused "exists" run -m blocking -w null -o "$tmp/a.json"
	[ "$(cat "$tmp/a.json")" = precious ]
	refused "no model is called" run -m none -w null --force -o "$tmp/a.json"
	[ "$(cat "$tmp/a.json")" = precious ]
	"$concbench" run -m blocking -w null -n 5 --trials 1 --force -o "$tmp/a.json"
	valid "$tmp/a.json"
	"$concbench" run -m threads -w null -n 5 --trials 1 --force -o "$tmp/a.json"
	results 'assert [c["model"] for c in cells] == ["threads"]' "$tmp/a.json"
	[ "$(find "$tmp" -name '.concbench*')" = "" ]
}

@test "a hundred sleepers at once take less than a tenth of one after the other" {
	"$concbench" run -m blocking,threads,eventloop,coroutine -w sleep -c 100 -n 100 --trials 3 \
		--param duration_us=5000 -o "$tmp/a.json"
	sound "$tmp/a.json"
	results '
took = {c["model"]: min(t["elapsed_s"] for t in c["trials"]) for c in cells}
assert took["blocking"] >= 0.5, took
for model in ("threads", "eventloop", "coroutine"):
	assert took[model] <= took["blocking"] / 10, took
	assert took[model] >= 0.005, took
' "$tmp/a.json"
}

@test "a coroutine computes no faster than the CPU" {
	"$concbench" run -m blocking,coroutine -w primes -c 10 -n 64 --trials 5 -o "$tmp/a.json"
	results '
def cpu_s(trial):
	return trial["cpu_user_s"] + trial["cpu_system_s"]
took = {c["model"]: min(map(cpu_s, c["trials"])) for c in cells}
assert took["coroutine"] >= took["blocking"] / 1.3, took
' "$tmp/a.json"
}

@test "an event loop and coroutines compute on one CPU" {
	[ "$(nproc)" -ge 2 ] || skip "one CPU"
	"$concbench" run -m eventloop,coroutine -w primes -c 2 -n 64 --trials 3 -o "$tmp/a.json"
	results '
def cpus(trial):
	return (trial["cpu_user_s"] + trial["cpu_system_s"]) / trial["elapsed_s"]
assert max(cpus(t) for t in trials) < 1.2, trials
' "$tmp/a.json"
}

@test "plot and export read what run wrote" {
	"$concbench" plot "$SMALL" -o "$tmp/plots"
	for name in sleep rawget primes; do
		ls "$tmp/plots/"*"$name"*.svg "$tmp/plots/"*"$name"*.png
	done
	"$concbench" export "$SMALL" --format csv -o "$tmp/a.csv"
	[ "$(wc -l <"$tmp/a.csv")" -eq 91 ]
	"$concbench" export "$SMALL" --format markdown | grep -q coroutine
	"$concbench" export "$SMALL" --format hyperfine | /usr/bin/python3 -m json.tool >"$tmp/h.json"
	grep -q '"command"' "$tmp/h.json"
}

# ARGUMENT..: what a run prints on a terminal that is its stderr.
on_terminal() {
	/usr/bin/python3 - "$@" <<'PYTHON'
import os, pty, subprocess, sys
ours, theirs = pty.openpty()
run = subprocess.Popen(sys.argv[1:], stderr=theirs, stdout=subprocess.DEVNULL)
os.close(theirs)
text = b""
try:
	while part := os.read(ours, 65536):
		text += part
except OSError:
	pass
sys.stdout.buffer.write(text)
sys.exit(run.wait())
PYTHON
}

@test "a terminal sees a bar with an estimate below the tables so far, which are gone at the end" {
	TERM=xterm on_terminal "$concbench" run -m blocking,coroutine -w sleep -n 20 --trials 12 \
		--param duration_us=8000 --warmup 0 >"$tmp/screen"
	/usr/bin/python3 - "$tmp/screen" <<'PYTHON'
import re, sys
text = open(sys.argv[1], newline="").read()
frames = re.findall(r"\[([#.]{24})\] +(\d+) %(?:  (\d+:\d\d) left)?  sleep (\w+) 10", text)
assert len(frames) >= 3, text
shares = [int(frame[1]) for frame in frames]
assert shares == sorted(shares) and shares[0] == 0 and shares[-1] > 50, shares
assert not frames[0][2] and frames[-1][2], frames # no estimate before there is one
assert re.search(r"\r\x1b\[K(\x1b\[A\x1b\[K)+$", text), repr(text)
PYTHON
}

@test "a dumb terminal, a pipe and a file see plain lines only" {
	TERM=dumb on_terminal "$concbench" run -m blocking -w sleep -n 5 --trials 2 >"$tmp/dumb"
	"$concbench" run -m blocking -w sleep -n 5 --trials 2 2>"$tmp/file" >"$tmp/out"
	for file in dumb file out; do
		[ -s "$tmp/$file" ]
		run grep -c $'\e' "$tmp/$file"
		[ "$output" = 0 ]
	done
	[ "$(cat "$tmp/file")" = "  0 %  sleep blocking 10" ]
}

@test "Ctrl-C on a terminal ends the run with 130 and keeps what is done" {
	/usr/bin/python3 - "$concbench" "$tmp/a.json" <<'PYTHON'
import os, pty, sys, time
pid, terminal = pty.fork()
if pid == 0:
	os.execl(sys.argv[1], "concbench", "run", "-m", "blocking", "-w", "sleep", "-n", "20",
		"--param", "duration_us=10000", "-c", "1,2,3", "--trials", "100", "-o", sys.argv[2])
while not os.path.exists(sys.argv[2]):
	time.sleep(0.05)
os.write(terminal, b"\x03")
try:
	while os.read(terminal, 65536):
		pass
except OSError:
	pass
status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
assert status == 130, status
PYTHON
	valid "$tmp/a.json"
	results 'assert root["complete"] is False and 0 < len(trials) < 300' "$tmp/a.json"
	until_true nothing_alive
	nothing_in_tmpdir
}
