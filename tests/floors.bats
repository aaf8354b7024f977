#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The hand-written servers that concbench is held against: a floor that answers
# wrongly, or does less than it should, would be a wrong yardstick.

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	make -s -j2 B=build CC=gcc SAN= STRICT=1 floors-build
}

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	pids=()
}

teardown() {
	[ "${#pids[@]}" = 0 ] || kill "${pids[@]}" 2>/dev/null || true
}

# PROGRAM ARGUMENT..: start it, and put the line that it prints into $line.
start() {
	local out
	out=$(mktemp "$BATS_TEST_TMPDIR/XXXXXX")
	"$@" <&0 >"$out" 3>&- & # which would else read from /dev/null
	pids+=($!)
	for _ in {1..500}; do
		[ ! -s "$out" ] || break
		sleep 0.02
	done
	line=$(cat "$out")
	[ -n "$line" ]
}

# NAME: start that floor; its port is in $port.
serve() {
	start build/floors/"$1"
	[[ $line =~ ^127\.0\.0\.1:[1-9][0-9]*$ ]]
	port=${line##*:}
}

# What was started last must still run, and end on SIGTERM with status 0.
ends_well() {
	local pid=${pids[-1]}
	kill -TERM "$pid"
	unset 'pids[-1]'
	wait "$pid"
}

# PID: how many sockets it has open, one of which listens.
sockets() {
	find "/proc/$1/fd" -lname "socket:*" | wc -l
}

# PID COUNT: wait until it has so many open.
settles() {
	for _ in {1..250}; do
		[ "$(sockets "$1")" != "$2" ] || return 0
		sleep 0.02
	done
	return 1
}

# CODE: Python with connect() to the server, and all_of(socket) that reads to the end.
python() {
	timeout 20 python3 -c "
import os, socket, struct, sys, threading, time
def connect():
	s = socket.socket()
	s.settimeout(10)
	s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
	s.connect(('127.0.0.1', $port))
	return s
def exactly(s, size):
	data = bytearray()
	while len(data) < size and (part := s.recv(1 << 20)):
		data += part
	return bytes(data)
def all_of(s):
	return exactly(s, 1 << 40)
def in_thread(function, *arguments):
	thread = threading.Thread(target=function, args=arguments, daemon=True)
	thread.start()
	return thread
$1"
}

# More than every buffer on the way holds, so the server's writes do not fit; meanwhile it must not
# wait for this client, nor read on.
echoes() {
	python '
data = os.urandom(1 << 20)
s = connect()
in_thread(s.sendall, data)
assert exactly(s, len(data)) == data
much = data * 48
in_thread(s.sendall, much)
time.sleep(0.3)
other = connect()
for message in b"x", data[:70000]:
	in_thread(other.sendall, message)
	assert exactly(other, len(message)) == message
assert exactly(s, len(much)) == much
other.shutdown(socket.SHUT_WR)
assert other.recv(1) == b""
'
}

@test "echo_epoll sends back what it gets, also what does not fit at once" {
	serve echo_epoll
	echoes
	ends_well
}

@test "echo_libuv sends back what it gets, also what does not fit at once" {
	serve echo_libuv
	echoes
	ends_well
}

@test "both echoes serve a hundred clients at once, and outlive those that reset" {
	for floor in echo_epoll echo_libuv; do
		serve "$floor"
		before=$(sockets "${pids[-1]}")
		python '
data = os.urandom(1 << 20)
clients = [connect() for _ in range(100)]
clients[0].settimeout(0.5)
try:
	clients[0].sendall(data * 48)
	assert False, "the server reads on, though nobody reads what it writes"
except TimeoutError:
	pass
for s in clients[:20]:
	s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
	s.close()
answers = {}
def client(i):
	piece = data[i * 1000:][:100000]
	in_thread(clients[i].sendall, piece)
	answers[i] = exactly(clients[i], len(piece)) == piece
for thread in [in_thread(client, i) for i in range(20, 100)]:
	thread.join()
assert len(answers) == 80 and all(answers.values())
'
		settles "${pids[-1]}" "$before"
		ends_well
	done
}

@test "http_epoll answers with the origin's body, and keeps the connection" {
	start "${CONCBENCH:-build/concbench}" origin
	curl -sS --max-time 5 -o "$BATS_TEST_TMPDIR/expected" "$line/body?bytes=1024"
	[ "$(wc -c <"$BATS_TEST_TMPDIR/expected")" = 1024 ]
	ends_well
	serve http_epoll
	run curl -sS --max-time 5 -v "http://127.0.0.1:$port/"{1,2} \
		-o "$BATS_TEST_TMPDIR/1" -o "$BATS_TEST_TMPDIR/2"
	[ "$status" = 0 ]
	[[ $output == *"HTTP/1.1 200 OK"*"Content-Length: 1024"*"Re-using existing connection"* ]]
	cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/1"
	cmp "$BATS_TEST_TMPDIR/expected" "$BATS_TEST_TMPDIR/2"
	curl -sS --max-time 5 --http2 "http://127.0.0.1:$port/" | cmp - "$BATS_TEST_TMPDIR/expected"
	ends_well
}

@test "http_epoll closes after HTTP/1.0 and Connection: close, and answers nothing more" {
	serve http_epoll
	python '
get = b"GET / HTTP/1.1\r\n\r\n"
for last in b"GET / HTTP/1.0\r\n\r\n", b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n":
	s = connect()
	s.sendall(last)
	reply = all_of(s)
	assert reply.count(b"200 OK") == reply.count(b"Connection: close") == 1, reply
	s = connect()
	s.sendall(get + last + get)
	reply = all_of(s)
	assert reply.count(b"200 OK") == 2 and reply.count(b"Connection: close") == 1, reply
'
	ends_well
}

@test "http_epoll answers requests that come in pieces, and many that come at once" {
	serve http_epoll
	python '
get = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
s = connect()
for byte in get:
	s.sendall(bytes([byte]))
	time.sleep(0.002)
s.sendall(last)
reply = all_of(s)
one = reply[:reply.index(b"HTTP", 1)]
assert reply.count(b"200 OK") == 2, reply
s = connect()
in_thread(s.sendall, get * 20000 + last)
time.sleep(0.3)
other = connect()
other.sendall(last)
assert one[-1024:] == all_of(other)[-1024:]
reply = all_of(s)
assert reply.startswith(one * 20000) and reply[len(one) * 20000:].count(b"200 OK") == 1
assert reply.endswith(one[-1024:])
'
	ends_well
}

@test "http_epoll closes on heads over 8 KiB, other methods and what is not HTTP" {
	serve http_epoll
	python '
get = b"GET / HTTP/1.1\r\n\r\n"
last = b"GET / HTTP/1.1\r\nConnection: close\r\n\r\n"
def ask(request):
	s = connect()
	try:
		s.sendall(request)
		return all_of(s)
	except (BrokenPipeError, ConnectionResetError):
		return b""
def long(size):
	start = b"GET / HTTP/1.1\r\nX: "
	return start + b"x" * (size - len(start) - 4) + b"\r\n\r\n"
assert ask(long(8000) * 3 + last).count(b"200 OK") == 4
for bad in long(8400), long(100000), b"POST / HTTP/1.1\r\nContent-Length: 0\r\n\r\n", b"\0\1\2\3":
	assert ask(bad) == b"", bad[:30]
reply = ask(get + b"garbage\r\n\r\n")
assert reply.count(b"200 OK") == reply.count(b"Connection: close") == 1, reply
'
	ends_well
}

@test "hold holds so many connections, and tells when the server has not kept them" {
	serve echo_epoll
	server=${pids[-1]}
	mkfifo "$BATS_TEST_TMPDIR/input"
	exec 8<>"$BATS_TEST_TMPDIR/input"
	before=$(sockets "$server")
	start build/floors/hold "127.0.0.1:$port" 500 8>&- <"$BATS_TEST_TMPDIR/input"
	[ "$line" = "held 500" ]
	settles "$server" $((before + 500))
	exec 8>&-
	wait "${pids[-1]}"
	exec 8<>"$BATS_TEST_TMPDIR/input"
	start build/floors/hold "127.0.0.1:$port" 10 8>&- <"$BATS_TEST_TMPDIR/input"
	kill "$server"
	wait "$server"
	exec 8>&-
	status=0
	wait "${pids[-1]}" || status=$?
	[ "$status" = 1 ]
	run -1 build/floors/hold "127.0.0.1:$port" 1
	[[ $output == *"cannot connect"* ]]
	run -2 build/floors/hold "127.0.0.1:$port"
	[[ $output == "usage: "* ]]
}

@test "the floors of one call print what it costs" {
	for call in "micro_stackless switch" "micro_stackless spawn" "pth yield" "pth spawn"; do
		# shellcheck disable=SC2086 # a program and its argument
		run -0 --separate-stderr build/floors/$call
		[[ $output =~ ^[0-9]+\.[0-9]+$ && $output =~ [1-9] ]]
	done
	run -2 build/floors/pth
	run -2 build/floors/micro_stackless idly
}
