#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The embedded origin as its clients see it, over curl and over bare sockets.

setup_file() {
	export CONCBENCH="${CONCBENCH:-build/concbench}"
	"$CONCBENCH" origin >"$BATS_FILE_TMPDIR/url" 3>&- &
	echo $! >"$BATS_FILE_TMPDIR/pid"
	until [ -s "$BATS_FILE_TMPDIR/url" ]; do sleep 0.02; done
	URL=$(cat "$BATS_FILE_TMPDIR/url")
	export URL
	export PORT="${URL##*:}"
}

# Whatever the tests did to it, it must have lived until now, and leave cleanly.
teardown_file() {
	kill -TERM "$(cat "$BATS_FILE_TMPDIR/pid")" && wait "$(cat "$BATS_FILE_TMPDIR/pid")"
}

get() {
	curl -sS --max-time 5 "$@"
}

code() {
	get -o "$BATS_TEST_TMPDIR/body" -w '%{http_code}' "$@"
}

# Send a printf format over a socket of its own, and print what comes until it closes.
raw() {
	exec 9<>"/dev/tcp/127.0.0.1/$PORT"
	# shellcheck disable=SC2059 # the format is the test's own
	printf "$1" >&9
	timeout 5 cat <&9
	local err=$?
	exec 9>&-
	return $err
}

now_ms() {
	echo $(($(date +%s%N) / 1000000))
}

# The sums come from a second implementation: splitmix64 from state 0 as
# little-endian bytes, cut to 65521 of them and repeated.
@test "bodies of every size hold the bytes of origin_fill" {
	while read -r bytes sum; do
		for _ in first second; do
			[ "$(get "$URL/body?bytes=$bytes" | sha256sum)" = "$sum  -" ]
		done
	done <<-END
		0 e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855
		1 5a6e7a4754af8e7f47fc9493040d853e7b01e39d537cb1dd353c93b7ae58eb3d
		4096 609f24ecd546a75b3296a5aea0360ce83039fd435bbde109282fffe5d8f618d7
		65536 89b9ac60a7a38a0e5d46fe18753fb34d7958ec31ae3b268f57c397776dfcf112
		65537 3a708214f669595b39ef41acf759cb4346f0b8e10ed3ea00c18805785d8f4345
		5242880 de9626ea3d5bb3be3348b692c2724214e03dc9a09d5d1d5cfc55f6e68918bdd9
	END
}

@test "a slow reader gets a long body whole" {
	run python3 - "$PORT" <<-'END'
		import hashlib, socket, sys, time
		s = socket.socket()
		s.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 20000)
		s.connect(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"GET /body?bytes=5242880 HTTP/1.0\r\n\r\n")
		data = b""
		while part := s.recv(99991):
		    data += part
		    time.sleep(0.001)
		print(hashlib.sha256(data.partition(b"\r\n\r\n")[2]).hexdigest())
	END
	[ "$output" = de9626ea3d5bb3be3348b692c2724214e03dc9a09d5d1d5cfc55f6e68918bdd9 ]
}

@test "without parameters the body is empty" {
	[ "$(code "$URL/body")" = 200 ]
	[ ! -s "$BATS_TEST_TMPDIR/body" ]
	[ "$(code "$URL/body?&bytes=3&")" = 200 ]
	[ "$(wc -c <"$BATS_TEST_TMPDIR/body")" = 3 ]
}

@test "HEAD gives the length and no body" {
	run raw 'HEAD /body?bytes=4096 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
	[[ $output == *"HTTP/1.1 200 OK"* ]]
	[[ $output == *"Content-Length: 4096"* ]]
	[ "${#output}" -lt 200 ]
	run raw 'HEAD /x HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
	[[ $output == *"404 Not Found"*"Content-Length: 5"* ]]
	[[ $output != *"there is only"* ]]
}

@test "another path is 404, another method 405 and says which are allowed" {
	[ "$(code "$URL/")" = 404 ]
	[ "$(code "$URL/bodyx?bytes=1")" = 404 ]
	[ "$(code -X DELETE "$URL/body")" = 405 ]
	[[ "$(get -i -X POST -d 'a=b' "$URL/body")" == *"Allow: GET, HEAD"* ]]
}

@test "the body of a request is read and ignored, also a long or chunked one" {
	head -c 1000000 /dev/zero >"$BATS_TEST_TMPDIR/long"
	run get -H 'Expect:' --data-binary "@$BATS_TEST_TMPDIR/long" -w '%{http_code} ' "$URL/body" \
		--next -sS -X GET -H 'Transfer-Encoding: chunked' -d 'abc' \
		-w '%{http_code} %{num_connects}' "$URL/body"
	[[ $output == *"405"*"200 0" ]]
}

@test "bad numbers are 400 with the reason, and the connection goes on" {
	for query in bytes= bytes=x bytes=-1 bytes=+1 bytes=1.5 bytes bytes=1073741825 \
		bytes=99999999999999999999 delay_ms=60001 delay_ms=x; do
		[ "$(code "$URL/body?$query")" = 400 ]
		grep -q 'must be a whole number from 0 to' "$BATS_TEST_TMPDIR/body"
	done
	[ "$(code "$URL/body?size=1")" = 400 ]
	grep -q 'the parameters are bytes, delay_ms and delay_us' "$BATS_TEST_TMPDIR/body"
	run get -v "$URL/body?bytes=x" "$URL/body"
	[[ $output == *"Re-using existing connection"* ]]
}

@test "a target that is too long is 414" {
	[ "$(code "$URL/body?bytes=$(printf '%0300d' 1)")" = 414 ]
}

@test "garbage is 400 and ends the connection" {
	run raw 'this is not HTTP\r\n\r\n'
	[[ $output == "HTTP/1.1 400 Bad Request"*"Connection: close"*"this is not an HTTP request" ]]
	run raw 'GET /body HTTP/1.1\r\nContent-Length: x\r\n\r\n'
	[[ $output == "HTTP/1.1 400"* ]]
	run raw '\000\001\002\003'
	[[ $output == "HTTP/1.1 400"* ]]
}

@test "a header of 100 KB is 431, which the client gets to read" {
	run raw "GET /body HTTP/1.1\r\nX: $(head -c 100000 /dev/zero | tr '\0' x)\r\n\r\n"
	[[ $output == "HTTP/1.1 431"*"Connection: close"* ]]
}

@test "HTTP/1.1 keeps the connection, unless asked to close it" {
	run get -v "$URL/body?bytes=5000" "$URL/body?bytes=70000" -o /dev/null -o /dev/null
	[[ $output == *"Re-using existing connection"* ]]
	run get -v -H 'Connection: close' "$URL/body" "$URL/body"
	[[ $output != *"Re-using existing connection"* ]]
	[[ $output == *"< Connection: close"* ]]
}

@test "HTTP/1.0 closes the connection, unless asked to keep it" {
	run raw 'GET /body?bytes=0 HTTP/1.0\r\n\r\n'
	[ "$status" = 0 ]
	[[ $output == *"Connection: close"* ]]
	run get -v -0 -H 'Connection: keep-alive' "$URL/body" "$URL/body"
	[[ $output == *"Re-using existing connection"* ]]
}

@test "an offer to upgrade is passed over" {
	run get --http2 -o /dev/null -w '%{http_code} %{http_version}' "$URL/body?bytes=10"
	[ "$output" = "200 1.1" ]
}

@test "delay_ms waits, and no longer" {
	start=$(now_ms)
	get "$URL/body?delay_ms=200"
	waited=$(($(now_ms) - start))
	[ "$waited" -ge 200 ]
	[ "$waited" -lt 1000 ]
}

@test "pipelined requests are answered in order, past a delayed one and a bad one" {
	start=$(now_ms)
	run raw 'GET /body?delay_ms=200 HTTP/1.1\r\n\r\nGET /none HTTP/1.1\r\n\r\nHEAD /body?bytes=3 HTTP/1.1\r\nConnection: close\r\n\r\n'
	waited=$(($(now_ms) - start))
	[ "$waited" -ge 200 ]
	[[ $output == *"Content-Length: 0"*"404 Not Found"*"Content-Length: 3"* ]]
}

@test "more pipelined requests than the input buffer holds are all answered" {
	request='GET /body?bytes=1 HTTP/1.1\r\nHost: localhost\r\n\r\n'
	printf -v many "%0.s$request" {1..1000}
	run raw "GET /body?delay_ms=100 HTTP/1.1\r\n\r\n$many""GET /body HTTP/1.0\r\n\r\n"
	[ "$(grep -ac '200 OK' <<<"$output")" = 1002 ]
}

@test "a client that has shut down its side still gets its response" {
	run python3 - "$PORT" <<-'END'
		import socket, sys
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"GET /body?bytes=9&delay_ms=50 HTTP/1.1\r\n\r\nGET /body?bytes=7 HTTP/1.1\r\n\r\n")
		s.shutdown(socket.SHUT_WR)
		data = b""
		while part := s.recv(65536):
		    data += part
		assert data.count(b"200 OK") == 2, data
		assert b"Content-Length: 9" in data and b"Content-Length: 7" in data, data
	END
	[ "$status" = 0 ]
}

@test "clients that reset, stall or say half a request do it no harm" {
	run python3 - "$PORT" <<-'END'
		import socket, struct, sys, time
		def ask(request):
		    s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		    s.sendall(request)
		    return s
		def reset(s):
		    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
		    s.close()
		long = b"GET /body?bytes=1073741824 HTTP/1.1\r\n\r\n"
		slow = b"GET /body?bytes=9&delay_ms=50 HTTP/1.1\r\n\r\n"
		stalled = [ask(long) for _ in range(20)]
		for request in [long, slow, b"GET /bo", b"garbage\r\n\r\n", b""] * 20:
		    s = ask(request)
		    if request == long:
		        s.recv(100000)
		    reset(s)
		for s in stalled[:10]:
		    reset(s)
		for s in stalled[10:]:
		    s.close()
		time.sleep(0.2)
	END
	[ "$status" = 0 ]
	[ "$(get "$URL/body?bytes=4" | wc -c)" = 4 ]
}

@test "more clients than descriptors are turned away, without spinning" {
	(
		ulimit -n 40
		exec "$CONCBENCH" origin >"$BATS_TEST_TMPDIR/url" 3>&-
	) &
	pid=$!
	until [ -s "$BATS_TEST_TMPDIR/url" ]; do sleep 0.02; done
	run python3 - "$(cut -d: -f3 "$BATS_TEST_TMPDIR/url")" "$pid" <<-'END'
		import socket, sys, time
		def ticks():
		    return sum(map(int, open(f"/proc/{sys.argv[2]}/stat").read().split()[13:15]))
		clients = [socket.create_connection(("127.0.0.1", int(sys.argv[1]))) for _ in range(60)]
		time.sleep(0.1)
		before = ticks()
		time.sleep(0.3)
		assert ticks() - before < 5, "it spins"
		for s in clients:
		    s.close()
		time.sleep(0.1)
		s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
		s.sendall(b"GET /body HTTP/1.1\r\n\r\n")
		assert b"200 OK" in s.recv(1000)
	END
	kill "$pid"
	wait "$pid"
	[ "$status" = 0 ]
}

@test "SIGTERM and SIGINT end it with status 0, in the midst of responses too" {
	for signal in TERM INT; do
		# A background job would ignore SIGINT.
		run python3 - "$signal" <<-'END'
			import os, signal, socket, subprocess, sys
			p = subprocess.Popen([os.environ["CONCBENCH"], "origin"], stdout=subprocess.PIPE, text=True)
			port = int(p.stdout.readline().rsplit(":", 1)[1])
			clients = []
			for query in ["delay_ms=60000", "bytes=1073741824", "bytes=1"]:
			    s = socket.create_connection(("127.0.0.1", port))
			    s.sendall(b"GET /body?%s HTTP/1.1\r\n\r\n" % query.encode())
			    clients.append(s)
			clients[1].recv(1)
			p.send_signal(getattr(signal, "SIG" + sys.argv[1]))
			sys.exit(p.wait(5))
		END
		[ "$status" = 0 ]
	done
}

@test "--listen takes an address; bad usage is 2 with a message" {
	run timeout 5 "$CONCBENCH" origin --listen "127.0.0.1:$PORT"
	[ "$status" = 2 ]
	[[ $output == *"cannot listen on 127.0.0.1:$PORT: Address already in use"* ]]
	for bad in 127.0.0.1 :80 127.0.0.1: 127.0.0.1:x 127.0.0.1:65536 127.0.0.1:-1 300.1.1.1:80; do
		run timeout 5 "$CONCBENCH" origin --listen "$bad"
		[ "$status" = 2 ]
		[[ $output == *"'$bad' is not ADDR:PORT"* ]]
	done
	run timeout 5 "$CONCBENCH" origin --bogus
	[ "$status" = 2 ]
	[[ $output == *"\`concbench origin --help\` lists the options"* ]]
	run timeout 5 "$CONCBENCH" origin extra
	[ "$status" = 2 ]
	run timeout 5 "$CONCBENCH" origin --help
	[ "$status" = 0 ]
}
