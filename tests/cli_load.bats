#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # run sets status and output where they are read
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# concbench load: every reply checked, every error counted, every number with a second witness.

load cli

setup() {
	cli_setup
	servers=
}

teardown() {
	local pid
	for pid in $servers; do
		kill -CONT "$pid" 2>/dev/null || true
		kill -KILL "$pid" 2>/dev/null || true
		wait "$pid" 2>/dev/null || true
	done
}

# COMMAND..: start a server that prints its address; $pid and $address are its own.
start() {
	: >"$tmp/address"
	"$@" >"$tmp/address" 3>&- &
	pid=$!
	servers="$servers $pid"
	until_true test -s "$tmp/address"
	address=$(cat "$tmp/address")
}

start_echo() {
	start "$concbench" serve -m coroutine -w echo
}

# OPTION..: load the server's echo and leave the results in $tmp/load.json; the verdict may be any,
# as this machine may be busy.
load_echo() {
	local ended=0
	rm -f "$tmp/load.json"
	"$concbench" load --target "$address" -w echo --warmup 0.1 --seed 1 -o "$tmp/load.json" \
		"$@" || ended=$?
	[ "$ended" -le 1 ]
	valid "$tmp/load.json"
}

# CODE: Python on those results.
check() {
	local code=$1
	shift
	results "trial = trials[0]
by_kind = trial['errors_by_kind']
$code" "$tmp/load.json" "$@"
}

# Another protocol, or a server that is not ours: Python that listens and prints its address.
python_server() {
	start /usr/bin/python3 -u -c "
import selectors, socket
listener = socket.create_server(('127.0.0.1', 0), backlog=100)
print('127.0.0.1:%d' % listener.getsockname()[1])
selector = selectors.DefaultSelector()
selector.register(listener, selectors.EVENT_READ)
count = 0
while True:
	for key, _ in selector.select():
		if key.fileobj is listener:
			selector.register(listener.accept()[0], selectors.EVENT_READ)
			continue
		try:
			data = bytearray(key.fileobj.recv(65536))
			count += 1
$1
			key.fileobj.sendall(data)
		except OSError:
			data = b''
		if not data:
			selector.unregister(key.fileobj)
			key.fileobj.close()"
}

@test "a closed loop: a table, an exit status of 0, and results that are read again" {
	start_echo
	run -0 --separate-stderr "$concbench" load --target "$address" -w echo --connections 1 \
		--duration 0.5 --warmup 0.1 -o "$tmp/load.json" --label mine
	[[ $output == *"1 connections, closed loop"*"/s answered"*p50*p90*p99*max* ]]
	[[ $output == *"errors    none"*"ceiling"*"  ok"* ]]
	[ -z "$stderr" ]
	valid "$tmp/load.json"
	check '
assert cells[0]["model"] == "mine" and cells[0]["status"] == "ok" and cells[0]["concurrency"] == 1
assert trial["tasks"] > 100 and trial["errors"] == 0
assert trial["throughput_per_s"] == trial["tasks"] / 0.5
assert trial["served"]["min"] == trial["served"]["max"] == trial["tasks"]
assert trial["service_ns"] == trial["latency_ns"] and trial["lateness_ns"] is None
assert trial["ceiling_per_s"] > 1000 and 0 < trial["generator_cpu_share"] < 1
little = trial["little"]
assert abs(little["in_flight"] - 1) < 0.01, little
assert abs(little["by_service_time"] - 1) < 0.05, little'
	"$concbench" export "$tmp/load.json" --format csv | grep -q '^echo,mine,1,'
	"$concbench" export "$tmp/load.json" --format markdown | grep -q '| mine |'
	"$concbench" plot "$tmp/load.json" -o "$tmp/plots"
	refused "exists; --force" load --target "$address" -w echo -o "$tmp/load.json"
}

@test "--json prints the results and nothing else" {
	start_echo
	"$concbench" load --target "$address" -w echo --connections 2 --duration 0.2 --warmup 0 --json \
		>"$tmp/stdout.json"
	valid "$tmp/stdout.json"
}

@test "a constant rate is kept to the request, a Poisson rate to its chance" {
	start_echo
	load_echo --connections 20 --rate 2000 --arrivals constant --duration 0.5
	check '
assert trial["tasks"] == 1000 and trial["errors"] == 0, trial
assert abs(trial["throughput_per_s"] / trial["offered_per_s"] - 1) < 0.01
assert trial["lateness_ns"]["max"] <= trial["latency_ns"]["max"]
assert trial["service_ns"]["p50"] <= trial["latency_ns"]["p50"]'
	load_echo --connections 20 --rate 2000 --arrivals poisson --duration 0.5 --threads 2
	check '
assert abs(trial["tasks"] - 1000) < 5 * 1000 ** 0.5 and trial["errors"] == 0, trial
assert abs(trial["throughput_per_s"] / trial["offered_per_s"] - 1) < 0.01'
}

@test "more than the server can do: offered is not achieved, and the wait is in the response time" {
	python_server '			import time; time.sleep(0.002)'
	load_echo --connections 4 --rate 2000 --arrivals constant --duration 1
	check '
assert trial["tasks"] == 2000 and trial["errors"] == 0 and trial["unsent"] > 1000, trial
assert trial["throughput_per_s"] < 600 and trial["offered_per_s"] == 2000
assert trial["latency_ns"]["p50"] > 5 * trial["service_ns"]["p50"], trial
assert 3.5 < trial["little"]["in_flight"] <= 4.001, trial["little"]'
}

@test "a server that stands still for 1 s: an open loop shows it, a closed one need not" {
	start_echo
	local first=$address first_pid=$pid
	start_echo
	"$concbench" load --target "$first" -w echo --connections 20 --rate 500 --duration 3 \
		--warmup 0.1 -o "$tmp/open.json" &
	local open=$!
	"$concbench" load --target "$address" -w echo --connections 4 --duration 3 --warmup 0.1 \
		-o "$tmp/closed.json" &
	sleep 2
	kill -STOP "$first_pid" "$pid"
	sleep 1
	kill -CONT "$first_pid" "$pid"
	wait "$open" $! || true
	results '
o, c = (root["cells"][0]["trials"][0] for root in roots)
assert o["errors"] == c["errors"] == 0, (o, c)
assert o["latency_ns"]["p99"] > 5e8, o
assert o["service_ns"]["p50"] < 1e8 and o["latency_ns"]["max"] < 3e9, o
assert c["latency_ns"]["p99"] < 5e8 < c["latency_ns"]["max"], c' "$tmp/open.json" "$tmp/closed.json"
}

@test "a connection a request: all are answered, and no port is held up" {
	start_echo
	load_echo --connections 8 --duration 0.6 --param keep_alive=0
	check '
assert trial["tasks"] > 300 and trial["errors"] == 0, trial
assert trial["served"]["min"] > 0
assert abs(trial["little"]["in_flight"] - 8) < 0.4, trial["little"]'
	# State 06 is TIME_WAIT; the remote port is that of the server.
	local port
	port=$(printf '%04X' "${address#*:}")
	run -0 awk -v port=":$port" '$4 == "06" && $3 ~ port "$" { n++ } END { print n + 0 }' /proc/net/tcp
	[ "$output" -lt 100 ]
}

@test "1000 connections: each is served" {
	start_echo
	load_echo --connections 1000 --duration 0.6
	check '
assert trial["served"]["connections"] == 1000 and trial["served"]["starved"] == 0, trial
assert trial["served"]["min"] > 0 and trial["errors"] == 0, trial'
}

@test "a server for one connection at a time: the others time out, and the numbers do not count" {
	start "$concbench" serve -m blocking -w echo
	run -1 "$concbench" load --target "$address" -w echo --connections 4 --duration 0.3 --warmup 0.1 \
		--timeout 1
	[[ $output == *"failed: "*" timed out"* ]]
}

@test "one wrong byte in 1000 replies is an error" {
	python_server '			data[-1:] = bytes([data[-1] ^ (count % 1000 == 0)]) if data else b""'
	run -1 "$concbench" load --target "$address" -w echo --connections 4 --duration 0.6 --warmup 0 \
		-o "$tmp/load.json"
	[[ $output == *"failed: "*"got a wrong reply"* ]]
	valid "$tmp/load.json"
	check '
assert by_kind["wrong_reply"] >= 1 and trial["errors"] == sum(by_kind.values()), trial
assert by_kind["wrong_reply"] <= trial["tasks"] // 1000 + 2 and trial["status"] == "failed"'
}

@test "a superfluous byte is an error" {
	python_server '			data += b"!" if count % 100 == 0 else b""'
	run -1 "$concbench" load --target "$address" -w echo --connections 2 --duration 0.3 --warmup 0
	[[ $output == *"got a wrong reply"* ]]
}

@test "a server that is killed: the load ends in time, with errors" {
	start_echo
	local begun=$SECONDS
	"$concbench" load --target "$address" -w echo --connections 10 --duration 2 --warmup 0.1 \
		-o "$tmp/load.json" >"$tmp/out" 2>&1 &
	local loading=$! ended=0
	sleep 1.5
	kill -KILL "$pid"
	wait "$pid" || true
	wait "$loading" || ended=$?
	[ "$ended" -eq 1 ]
	[ $((SECONDS - begun)) -lt 8 ]
	check '
assert trial["status"] == "failed" and trial["tasks"] > 100
assert by_kind["read"] >= 1 and by_kind["connect"] >= 10, by_kind
assert by_kind["connect"] < 500, "no busy loop"'
}

@test "a server that says nothing any more: time-outs, with the age they had" {
	start_echo
	"$concbench" load --target "$address" -w echo --connections 5 --duration 1.5 --warmup 0.1 \
		--timeout 0.4 -o "$tmp/load.json" >"$tmp/out" 2>&1 &
	local loading=$! ended=0
	sleep 1.3
	kill -STOP "$pid"
	wait "$loading" || ended=$?
	[ "$ended" -eq 1 ]
	check '
assert by_kind["timeout"] >= 5, by_kind
assert 4e8 <= trial["latency_ns"]["max"] < 2e9, trial["latency_ns"]'
	run -2 "$concbench" load --target "$address" -w echo --timeout 0.2
	[[ $output == *"did not answer in time"* ]]
}

@test "an interrupt: what was measured is kept" {
	start_echo
	"$concbench" load --target "$address" -w echo --connections 2 --duration 60 --warmup 0.1 \
		-o "$tmp/load.json" >"$tmp/out" 2>&1 &
	local loading=$! ended=0
	sleep 1.5
	kill -INT "$loading"
	wait "$loading" || ended=$?
	[ "$ended" -eq 130 ]
	valid "$tmp/load.json"
	check '
assert root["complete"] is False and trial["status"] == "invalid" and trial["tasks"] > 10
assert 0.1 < trial["elapsed_s"] < 10, trial'
}

@test "a histogram's percentiles, and a log that adds up to them" {
	start_echo
	load_echo --connections 2 --rate 300 --duration 1.5 --hgrm "$tmp/a.hgrm" --hlog "$tmp/a.hlog" \
		--label me
	check '
sys.path.insert(0, "tests")
import hdr_log
highest, starts, counts = 0, [], {}
for start, length, longest, slots in hdr_log.intervals(more[0], "me"):
	if slots:
		top = hdr_log.top_ns(max(slots))
		assert -500 <= top - longest * 1e6 <= top * 0.001 + 500, (top, longest)
	for slot, count in slots.items():
		counts[slot] = counts.get(slot, 0) + count
	highest = max(highest, longest)
	starts.append((start, length))
total = sum(counts.values())
assert counts == hdr_log.counts(trial["response_hdr"])
assert starts[:2] == [(0, 1), (1, 0.5)], starts
assert total == trial["tasks"], (total, trial["tasks"])
assert abs(highest * 1e6 - trial["latency_ns"]["max"]) <= 500
rows = [l.split() for l in open(more[1]) if l.strip() and not l.startswith(("#", " " * 7 + "Value"))]
assert rows[-1][3] == "inf" and int(rows[-1][2]) == total
half = next(r for r in rows if float(r[1]) == 0.5)
assert abs(float(half[0]) * 1e6 - trial["latency_ns"]["p50"]) <= 500, half' -- "$tmp/a.hlog" "$tmp/a.hgrm"
}

@test "no server, no service, wrong options: what, why and what to do" {
	start_echo
	kill "$pid"
	wait "$pid" || true
	refused "Connection refused; see that it runs" load --target "$address" -w echo
	refused "--target ADDR:PORT and -w SERVICE are needed" load -w echo
	refused "no service is called 'fetch'" load --target "$address" -w fetch
	refused "is not ADDR:PORT" load --target nowhere -w echo
	refused "has no port" load --target 127.0.0.1:0 -w echo
	refused "--connections takes a whole number from 1 to 20000" load --target "$address" -w echo \
		--connections 0
	refused "--rate takes a whole number from 0 to 10000000 requests/s, not '1.5'" load \
		--target "$address" -w echo --rate 1.5
	refused "poisson and constant" load --target "$address" -w echo --arrivals uniform
	for time in 0 -1 x 1s 1e9 0x1 nan inf; do
		refused "--duration takes a time from 0.001 to 86400 s" load --target "$address" -w echo \
			"--duration=$time"
	done
	refused "--timeout takes a time from 0.01 to 60 s" load --target "$address" -w echo --timeout 61
	refused "4 threads need as many connections, not 2" load --target "$address" -w echo \
		--threads 4 --connections 2
	refused "no parameter 'size'" load --target "$address" -w echo --param size=3
	refused "--label takes" load --target "$address" -w echo --label ../x
	refused "No such file" load --target "$address" -w echo -o "$tmp/none/a.json"
	refused "unexpected argument" load --target "$address" -w echo now
}

@test "connections that a server has no room for are errors, and no busy loop" {
	start "$concbench" serve -m coroutine -w echo --max-connections 2
	run -1 "$concbench" load --target "$address" -w echo --connections 4 --duration 0.5 --warmup 0 \
		-o "$tmp/load.json"
	[[ $output == *"failed: "*"were cut off by the server"* ]]
	check 'assert 2 <= by_kind["read"] < 40 and trial["served"]["connections"] == 4, trial'
}

@test "more connections than files can be open: how many are needed" {
	start_echo
	ulimit -n 80
	refused "100 connections need 164 open files, and the hard limit is 80; raise it" load \
		--target "$address" -w echo --connections 100
}

@test "a server that does not speak the service's protocol is refused before the load" {
	python_server '			data = bytearray(b"no") if data else data'
	refused "it gave a wrong reply" load --target "$address" -w echo
}
