#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # run sets status and output where they are read
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench sweep: what it refuses, a short one of real servers, and how it ends when interrupted.

load cli

setup_file() {
	cli_setup
	export SWEEP=$tmp/sweep.json PICTURES=$tmp/pictures
	# Status 1 says that a server failed; whether it was fast enough is not what is tested.
	"$concbench" sweep -m coroutine,blocking -w echo -c 1,10 --rates 4 --duration 0.2 --trials 1 \
		--param warmup_ms=50 --seed 3 -o "$SWEEP" --plots "$PICTURES" >"$tmp/out" 2>"$tmp/err"
	export OUT=$tmp/out
	nothing_in_tmpdir
}

setup() {
	cli_setup
}

@test "bad options are refused, with what is accepted" {
	refused "p50, p90, p99 or p99.9, then < and a time in us, ms or s" sweep --slo 'p95<10ms'
	refused "not 'p99<10'" sweep --slo 'p99<10'
	refused "no service is called 'primes'; there are: echo" sweep -w primes
	refused "no model is called 'green'" sweep -m threads,green
	refused "--rates takes a whole number from 2 to 100" sweep --rates 1
	refused "--trials takes a whole number" sweep --trials 0
	refused "--duration takes a time from 0.001 to 3600 s, not '1e'" sweep --duration 1e
	refused "--duration takes a time" sweep --duration 0
	refused "up to 20000 connections" sweep -c 10,20001
	refused "has no parameter 'size'" sweep -w echo --param size=1
	refused "the sweep itself chooses rate_per_s" sweep -w echo --param rate_per_s=10
	refused "--external takes NAME=ADDR:PORT" sweep --external nginx
	refused "there is already a 'threads'" sweep --external threads=127.0.0.1:80
	refused "--force is for -o" sweep --force
	refused "--plots takes a folder" sweep --plots ''
	refused "unexpected argument 'http'" sweep http
	refused "No such file or directory" sweep -o "$tmp/none/sweep.json"
	echo kept >"$tmp/there.json"
	refused "exists; --force replaces it" sweep -o "$tmp/there.json"
}

@test "a short sweep of real servers is valid and complete" {
	valid "$SWEEP"
	results '
assert root["complete"] is True
assert {c["model"] for c in cells} == {"coroutine", "blocking"}
closed = [c for c in cells if c["params"]["rate_per_s"] == 0]
assert len(closed) == 4
assert sorted(t["order"] for t in trials) == list(range(len(trials)))
for cell in cells:
	assert len(cell["trials"]) == 1 and cell["tasks"] is None
	assert cell["params"]["duration_ms"] in (200, 400) and cell["params"]["warmup_ms"] == 50
	assert cell["status"] in ("ok", "invalid", "unavailable"), cell
' "$SWEEP"
}

@test "each model has its peak, its rates around it, and a rate or a reason" {
	results '
for model in root["sweep"]["models"]:
	own = [c for c in cells if c["model"] == model["model"]]
	closed = [c for c in own if c["params"]["rate_per_s"] == 0 and c["status"] == "ok"]
	best = max(closed, key=lambda c: c["summary"]["throughput_per_s"]["median"])
	peak = best["summary"]["throughput_per_s"]["median"]
	assert model["peak_per_s"] == peak and model["peak_connections"] == best["concurrency"]
	assert model["curve_connections"] == (1 if model["model"] == "blocking" else 10), model
	curve = [c for c in own if c["params"]["rate_per_s"] > 0]
	assert {c["concurrency"] for c in curve} == {model["curve_connections"]}
	rates = [c["params"]["rate_per_s"] for c in curve]
	for share in (0.1, 1.3 / 3, 2.3 / 3, 1.1):
		assert any(abs(rate - share * peak) <= 1 for rate in rates), (rates, peak)
	assert (model["slo_rate_per_s"] is not None) or model["reason"]
	if model["confirmed"]:
		assert any(c["params"] == dict(c["params"], rate_per_s=model["slo_rate_per_s"], duration_ms=400)
			and c["status"] == "ok" and c["summary"]["latency_p99_ns"]["median"] < 1e7 for c in own)
	assert model["usl"] is None and "6 are needed" in model["usl_reason"]
blocking = [c for c in cells if c["model"] == "blocking" and c["concurrency"] == 10]
assert [c["status"] for c in blocking] == ["unavailable"]
' "$SWEEP"
}

@test "the table has a row a model, reasons, and says where the file is" {
	for word in 'p99<10ms' coroutine blocking Nmax; do
		grep -q -- "$word" "$OUT" || fail "no $word in the table" "$(cat "$OUT")"
	done
	grep -q '^  blocking: .* numbers of connections have a throughput' "$OUT"
	grep -q '^  blocking: .*c=10: unavailable: ' "$OUT"
	grep -qx "Results are in $SWEEP" "$OUT"
}

@test "four pictures are drawn, of which none is empty, also later from the file" {
	"$concbench" plot "$SWEEP" -o "$tmp/again"
	for folder in "$PICTURES" "$tmp/again"; do
		[ "$(ls -A "$folder")" = "$(printf 'sweep-%s.png\n' connections cost latency percentiles)" ]
		for file in "$folder"/*; do
			[ "$(head -c 4 "$file" | tail -c 3)" = PNG ]
			[ "$(stat -c %s "$file")" -gt 5000 ]
		done
	done
	cmp "$PICTURES/sweep-latency.png" "$tmp/again/sweep-latency.png"
}

@test "a sweep's file can be exported" {
	"$concbench" export "$SWEEP" --format csv -o "$tmp/sweep.csv"
	results '
import csv
rows = list(csv.reader(open(more[0])))
assert len(rows) == 1 + len(trials), len(rows)' "$SWEEP" -- "$tmp/sweep.csv"
	"$concbench" export "$SWEEP" --format markdown >"$tmp/sweep.md"
	grep -q coroutine "$tmp/sweep.md"
}

@test "text in a sweep's file is never run by gnuplot" {
	/usr/bin/python3 - "$SWEEP" "$tmp" >"$tmp/evil.json" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1]))
evil = "'.system(\"touch %s/ran\").' `touch %s/ran` \"" % (sys.argv[2], sys.argv[2])
root["sweep"]["service"] = root["sweep"]["slo"] = evil
for model in root["sweep"]["models"]:
	model["model"] = model["reason"] = evil
for cell in root["cells"]:
	cell["params"]["text"] = evil
json.dump(root, sys.stdout)
PYTHON
	run "$concbench" plot "$tmp/evil.json" -o "$tmp/evil"
	[ ! -e "$tmp/ran" ]
}

@test "without gnuplot the package is named, and the results are kept" {
	mkdir "$tmp/bin"
	ln -s /bin/sh "$tmp/bin/sh"
	run env PATH="$tmp/bin" "$concbench" sweep -m blocking -w echo -c 1 --rates 2 --duration 0.05 --trials 1 \
		--param warmup_ms=10 -o "$tmp/a.json" --plots "$tmp/out"
	[ "$status" -eq 2 ]
	[[ "$output" == *gnuplot-nox* ]]
	[ ! -e "$tmp/out" ]
	valid "$tmp/a.json"
	nothing_in_tmpdir
}

@test "an outside server is swept beside the models, by its name" {
	"$concbench" serve -m coroutine -w echo >"$tmp/served" 2>&1 3>&- &
	server=$!
	until_true grep -q '127.0.0.1:' "$tmp/served"
	address=$(grep -o '127.0.0.1:[0-9]*' "$tmp/served")
	run "$concbench" sweep -m blocking -w echo -c 1 --external "mine=$address" --rates 2 --duration 0.1 \
		--trials 1 --param warmup_ms=10 -o "$tmp/a.json"
	kill $server
	wait $server || true
	[ "$status" -eq 0 ] || fail "$output"
	valid "$tmp/a.json"
	results '
mine = [m for m in root["sweep"]["models"] if m["model"] == "mine"]
assert len(mine) == 1 and mine[0]["peak_per_s"] > 0, mine
assert all(t["cpu_user_s"] is None for c in cells if c["model"] == "mine" for t in c["trials"])
' "$tmp/a.json"
}

@test "SIGINT keeps what was done, ends with 130 and leaves no process" {
	env --default-signal=INT "$concbench" sweep -m coroutine,threads -w echo -c 1,10 --duration 0.2 --trials 9 \
		-o "$tmp/a.json" --plots "$tmp/out-pictures" >"$tmp/out" 2>"$tmp/err" 3>&- &
	sweeping=$!
	until_true one_alive_named concbench
	sleep 2
	kill -INT $sweeping
	code=0
	wait $sweeping || code=$?
	[ $code -eq 130 ] || fail "status $code" "$(cat "$tmp/out" "$tmp/err")"
	until_true nothing_alive
	nothing_in_tmpdir
	valid "$tmp/a.json"
	results '
assert root["complete"] is False and 1 <= len(trials) < 2 * 2 * 9
assert all(m["slo_rate_per_s"] is None and m["reason"] for m in root["sweep"]["models"])' "$tmp/a.json"
	[ "$(tail -n 1 "$tmp/out")" = "What was done is in $tmp/a.json" ]
	[ ! -e "$tmp/out-pictures" ]
}
