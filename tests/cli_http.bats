#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The http service as its clients see it: curl, wrk, h2load, ab and bare sockets.

load cli

models=(threads coroutine eventloop)

setup() {
	cli_setup
	server=
}

teardown() {
	[ -z "$server" ] || kill "$server" 2>/dev/null || :
}

# MODEL OPTION..: serve under it; $server, $url and $port are its.
serve() {
	local model=$1
	shift
	rm -f "$tmp/address"
	"$concbench" serve -m "$model" -w http "$@" >"$tmp/address" 2>"$tmp/serve.err" 3>&- &
	server=$!
	until_true test -s "$tmp/address"
	url=http://$(cat "$tmp/address")
	port=${url##*:}
}

# It must still live, and end by itself with status 0 and nothing to say.
stop() {
	local code=0
	kill -TERM "$server"
	wait "$server" || code=$?
	server=
	[ "$code" -eq 0 ] || fail "status $code: $(cat "$tmp/serve.err")"
	[ ! -s "$tmp/serve.err" ] || fail "$(cat "$tmp/serve.err")"
	nothing_in_tmpdir
}

get() {
	curl -sS --max-time 10 "$@"
}

# Python with ask(bytes) for a connection that has said so, heard(s) for all that comes until its
# end, and the arguments as sys.argv.
sockets() {
	/usr/bin/python3 -c '
import os, signal, socket, struct, sys, time
port = int(sys.argv[1])
def ask(request = b""):
	s = socket.create_connection(("127.0.0.1", port), 10)
	s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	s.sendall(request)
	return s
def heard(s):
	parts = []
	while part := s.recv(1048576):
		parts.append(part)
	return b"".join(parts)
'"$1" "$port" "${@:2}"
}

@test "curl: GET, HEAD and POST, whole or chunked, 1.1 and 1.0, kept and closed" {
	head -c 1048576 /dev/urandom >"$tmp/body"
	for model in "${models[@]}"; do
		serve "$model"
		# The sum is of splitmix64 from state 0, as in origin_test.bats.
		[ "$(get "$url/any" | head -c 1 | sha256sum)" = "5a6e7a4754af8e7f47fc9493040d853e7b01e39d537cb1dd353c93b7ae58eb3d  -" ]
		[ "$(get "$url/any" | wc -c)" -eq 1024 ]
		[[ "$(get -I "$url")" == *"200 OK"*"Server: concbench"*"Content-Length: 1024"* ]]
		get --data-binary "@$tmp/body" "$url" | cmp - "$tmp/body"
		get -H 'Expect: 100-continue' --data-binary "@$tmp/body" "$url" | cmp - "$tmp/body"
		get -H 'Transfer-Encoding: chunked' --data-binary "@$tmp/body" "$url" | cmp - "$tmp/body"
		run get -o /dev/null -w '%{http_code} %{http_version} %{num_connects}\n' "$url" \
			--next -sS -o /dev/null -d a=b -w '%{http_code} %{num_connects}\n' "$url" \
			--next -sS --http1.0 -o /dev/null -w '%{http_code} %{num_connects}\n' "$url"
		[ "$output" = $'200 1.1 1\n200 0\n200 0' ]
		run get --http1.0 -o /dev/null -o /dev/null -w '%{num_connects} ' "$url" "$url"
		[ "$output" = "1 1 " ]
		[ "$(get --http2 -o /dev/null -w '%{http_code} %{http_version}' "$url")" = "200 1.1" ]
		[ "$(get -X PUT -d a -o /dev/null -w '%{http_code}' "$url")" = 405 ]
		stop
	done
}

@test "wrk, h2load and ab have no errors" {
	for model in "${models[@]}"; do
		serve "$model"
		run wrk -t1 -c10 -d1 "$url/"
		[[ $output == *"requests in"* && $output != *"Socket errors"* && $output != *"Non-2xx"* ]] ||
			fail "$output"
		run h2load --h1 -t1 -c10 -m1 -n 2000 "$url/"
		[[ $output == *"2000 succeeded, 0 failed, 0 errored, 0 timeout"* ]] || fail "$output"
		run ab -q -k -n 2000 -c 10 "$url/"
		[[ $output == *"Failed requests:"*" 0"* && $output != *"Non-2xx"* ]] || fail "$output"
		[ "$(awk '/^Complete/ || /^Keep-Alive requests/ { n += $NF } END { print n }' <<<"$output")" = 4000 ]
		run ab -q -n 500 -c 10 "$url/"
		[ "$(awk '/^Complete/ || /^Failed/ { n += $NF } END { print n }' <<<"$output")" = 500 ]
		stop
	done
}

@test "bare sockets: garbage, too long a head or target, 100 requests in one write" {
	for model in "${models[@]}"; do
		serve "$model"
		sockets '
def status(request): return heard(ask(request)).split(b" ")[1]
assert status(b"this is not HTTP\r\n\r\n") == b"400"
assert status(bytes(range(256)) * 500) == b"400"
assert status(b"GET / HTTP/1.1\r\nX: " + b"x" * 100000 + b"\r\n\r\n") == b"431"
assert status(b"GET /" + b"x" * 100000 + b" HTTP/1.1\r\n\r\n") == b"414"
assert status(b"POST / HTTP/1.1\r\nContent-Length: 2000000\r\n\r\n" + b"x" * 100000) == b"413"
assert status(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") == b"400"
request = b"POST / HTTP/1.1\r\nContent-Length: 4\r\n\r\n%04d"
s = ask(b"".join(request % i for i in range(100)))
s.shutdown(socket.SHUT_WR)
replies = heard(s)
assert replies.count(b"HTTP/1.1 200 OK") == 100, replies
at = [replies.index(b"\r\n\r\n%04d" % i) for i in range(100)]
assert at == sorted(at)
'
		stop
	done
}

@test "a cell that asks another server tells nothing of the origin's answers" {
	serve threads
	"$concbench" run -w fetch -m threads -c 1 -n 2 --trials 1 --param url="$url/" --param delay_ms=7 \
		-o "$tmp/a.json" >"$tmp/out"
	results 'assert cells[0]["params"].keys() == {"url", "keep_alive", "timeout_ms"}, cells[0]["params"]' "$tmp/a.json"
}

@test "a request may come byte by byte, until header_ms; an idle connection ends after idle_ms" {
	for model in "${models[@]}"; do
		serve "$model" --param header_ms=400 --param idle_ms=300
		sockets '
s = ask()
for c in b"GET / HTTP/1.0\r\n\r\n":
	s.sendall(bytes([c]))
	time.sleep(0.002)
assert heard(s).startswith(b"HTTP/1.1 200")
start = time.time()
s, silent, half = ask(b"GET /"), ask(), ask(b"GET / HTTP/1.1\r\n\r\n")
try:
	while time.time() - start < 9 and not s.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT): pass
except BlockingIOError: pass
s.settimeout(0.01)
data = b""
while not data and time.time() - start < 9:
	s.sendall(b"a")
	try: data = s.recv(100)
	except TimeoutError: pass
assert 0.4 <= time.time() - start < 4, time.time() - start
assert data.startswith(b"HTTP/1.1 408"), data
assert heard(silent) == b""
assert heard(half).startswith(b"HTTP/1.1 200")
assert time.time() - start < 4
'
		stop
	done
}

@test "clients that reset in mid-reply, or do not read, do no harm to others" {
	for model in "${models[@]}"; do
		serve "$model" --param response_bytes=16777216 --param idle_ms=500
		sockets '
request = b"GET / HTTP/1.1\r\n\r\n"
stuck = ask(request * 2)
for i in range(20):
	s = ask(request)
	if i % 2: s.recv(100000)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	s.close()
assert len(heard(ask(b"GET / HTTP/1.0\r\n\r\n"))) > 16777216
time.sleep(1)
try: assert len(heard(stuck)) < 2 * 16777216
except ConnectionResetError: pass
'
		stop
	done
}

@test "beyond --max-connections it answers 503 with Retry-After" {
	for model in "${models[@]}"; do
		serve "$model" --max-connections 2
		sockets '
kept = [ask(b"GET / HTTP/1.1\r\n\r\n") for _ in range(2)]
for s in kept: s.recv(100)
reply = heard(ask())
head, _, body = reply.partition(b"\r\n\r\n")
assert head.startswith(b"HTTP/1.1 503 ") and b"\r\nConnection: close" in head, reply
assert b"\r\nRetry-After: " in head and b"Content-Length: %d\r\n" % len(body) in head + b"\r\n", reply
assert body.count(b"\n") == 1
kept.pop().close()
for _ in range(100):
	if heard(ask(b"GET / HTTP/1.0\r\n\r\n")).startswith(b"HTTP/1.1 200"): break
	time.sleep(0.05)
else: raise SystemExit("no room was made")
'
		stop
	done
}

@test "SIGTERM in mid-request: what has been asked is answered, and it ends with 0" {
	for model in blocking threads threadpool processes prefork eventloop coroutine offload multicore \
		multiprocess-coroutine; do
		serve "$model" --param delay_ms=300
		sockets '
s = ask(b"GET / HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\n\r\n")
time.sleep(0.15)
os.kill(int(sys.argv[2]), signal.SIGTERM)
replies = heard(s)
assert replies.count(b"200 OK") == 2, replies
' "$server" || fail "$model: $(cat "$tmp/serve.err")"
		code=0
		wait "$server" || code=$?
		server=
		[ "$code" -eq 0 ] && [ ! -s "$tmp/serve.err" ] || fail "$model: $code $(cat "$tmp/serve.err")"
	done
}

@test "backends are asked in turn or at once, and the origin ends with the service" {
	for model in "${models[@]}"; do
		for gather in turn gathered; do
			serve "$model" --param backend=3 --param backend_ms=100 --param gather=$gather
			get -o /dev/null "$url" # opens the connections
			run get -o /dev/null -w '%{http_code} %{time_total}' "$url"
			read -r code seconds <<<"$output"
			[ "$code" = 200 ]
			if [ $gather = turn ]; then
				awk "BEGIN { exit !($seconds >= 0.3) }"
			else
				awk "BEGIN { exit !($seconds >= 0.1 && $seconds < 0.25) }"
			fi || fail "$model, $gather: $seconds s"
			stop
			until_true nothing_alive
		done
	done
}

