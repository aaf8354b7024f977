#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2030,SC2031 # run sets status and output where they are read
# shellcheck disable=SC2154 # concbench and tmp are set by cli.bash
# `concbench serve -w websocket` as its clients see it: Python's websockets, an implementation that
# shares no code with ours, and raw sockets for what no such client would send.

load cli

models="coroutine threads eventloop"

setup() {
	cli_setup
	server=
}

teardown() {
	[ -z "$server" ] || kill "$server" || true
	nothing_alive || until_true nothing_alive
}

# MODEL ARGUMENT..: a server, its port in $port.
serve() {
	local model=$1
	shift
	: >"$tmp/address"
	"$concbench" serve -m "$model" -w websocket "$@" >"$tmp/address" 2>"$tmp/stderr" 3>&- &
	server=$!
	until_true grep -q : "$tmp/address"
	port=$(cut -d: -f2 "$tmp/address")
}

# It must end by itself, with status 0 and nothing to say.
stop() {
	kill "$server"
	wait "$server"
	server=
	[ ! -s "$tmp/stderr" ] || fail "$(cat "$tmp/stderr")"
}

# CODE: Python with the server's port, the websockets client, and raw sockets.
client() {
	timeout 60 /usr/bin/python3 -c "
import asyncio, socket, struct, sys, time, websockets
port = $port
def connect(**options):
	return websockets.connect(f'ws://127.0.0.1:{port}/', compression=None, max_size=None, **options)
hello = (b'GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n'
	b'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n')
def dial():
	return socket.create_connection(('127.0.0.1', port), timeout=20)
def head(s):
	text = b''
	while not text.endswith(b'\r\n\r\n'):
		byte = s.recv(1)
		assert byte, text
		text += byte
	return text
def greeted():
	s = dial()
	s.sendall(hello)
	text = head(s)
	assert text.startswith(b'HTTP/1.1 101 '), text
	assert b'\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n' in text, text
	return s
def rest(s):
	data = b''
	while True:
		more = s.recv(65536)
		if not more:
			return data
		data += more
def frame(first, payload, masked=True, length=None):
	length = len(payload) if length is None else length
	form = 'BB' if length < 126 else '>BBH' if length < 65536 else '>BBQ'
	second = length if length < 126 else 126 if length < 65536 else 127
	sizes = (length,) if length >= 126 else ()
	data = struct.pack(form, first, second | (0x80 if masked else 0), *sizes)
	if not masked:
		return data + payload
	mask = b'\x37\xfa\x21\x3d'
	return data + mask + bytes(b ^ mask[i % 4] for i, b in enumerate(payload))
def close(status):
	return b'\x88\x02' + struct.pack('>H', status)
$1"
}

@test "a client of another make is understood, under every kind of model" {
	for model in $models; do
		serve "$model"
		client '
async def closed(ws):
	try:
		await ws.recv()
	except websockets.ConnectionClosed as e:
		return e.rcvd.code
async def main():
	async with connect() as ws:
		for text in "hello", "", "h\u00e4\u20ac\U0001f600", "x" * 65536, "x" * (1 << 20):
			await ws.send(text)
			assert await ws.recv() == text + "/answer"
		for data in b"", b"close", bytes(range(256)) * 400:
			await ws.send(data)
			assert await ws.recv() == data
		async def parts():
			for i in range(100):
				yield f"{i},"
			pong = await ws.ping(b"between")
			await pong
			yield ""
		await ws.send(parts())
		assert await ws.recv() == "".join(f"{i}," for i in range(100)) + "/answer"
		await ws.pong(b"nobody asked")
		for i in range(100):
			await ws.send(str(i))
		for i in range(100):
			assert await ws.recv() == f"{i}/answer"
		await ws.send("close")
		assert await closed(ws) == 1000
	async with connect() as ws:
		await ws.send(b"x" * ((1 << 20) + 1))
		assert await closed(ws) == 1009
	async with connect() as ws:
		async def parts():
			for i in range(3):
				yield b"x" * (1 << 19)
		try:
			await ws.send(parts())
		except websockets.ConnectionClosed:
			pass
		assert await closed(ws) == 1009
	async with connect() as ws:
		await ws.close(4000, "done here")
		assert (ws.close_code, ws.close_reason) == (4000, "done here")
	many = [await connect() for i in range(100)]
	for i, ws in enumerate(many):
		await ws.send(str(i))
	for i, ws in enumerate(many):
		assert await ws.recv() == f"{i}/answer"
		await ws.close()
asyncio.run(main())' || fail "$model"
		stop
	done
}

@test "what breaks the protocol is closed with the status for it" {
	for model in $models; do
		serve "$model"
		client '
for status, data in (
	(1002, frame(0x81, b"hello", masked=False)),
	(1002, frame(0xc1, b"hello")),
	(1002, frame(0x83, b"hello")),
	(1002, frame(0x80, b"hello")),
	(1002, frame(0x09, b"hello")),
	(1002, frame(0x89, b"x" * 126)),
	(1002, frame(0x88, b"x")),
	(1002, frame(0x88, struct.pack(">H", 1005))),
	(1007, frame(0x81, b"ok\xff")),
	(1007, frame(0x81, b"\xe2\x82")),
	(1009, frame(0x82, b"x", length=(1 << 20) + 1)),
	(1009, frame(0x82, b"x", length=1 << 62)),
	(1009, frame(0x02, b"x") + frame(0x80, b"x", length=1 << 20)),
):
	s = greeted()
	s.sendall(data)
	answer = rest(s)
	assert answer == close(status), (status, data, answer)
	s = greeted() # in one piece with a message before and bytes behind, then byte by byte
	s.sendall(frame(0x81, b"first") + data + b"\0" * 50000)
	assert rest(s) == b"\x81\x0cfirst/answer" + close(status), (status, data)
	s = greeted()
	s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
	for i in range(len(data)):
		s.send(data[i:i + 1])
	assert rest(s) == close(status), (status, data)' || fail "$model"
		stop
	done
}

@test "what is no handshake is told so" {
	for model in $models; do
		serve "$model" --param header_ms=300
		client '
def asks(request):
	s = dial()
	s.sendall(request)
	answer = rest(s)
	assert answer.count(b"HTTP/1.1 ") == 1 and answer.endswith(b"\r\n\r\n"), answer
	assert b"\r\nConnection: close" in answer, answer
	return int(answer.split()[1]), answer
plain = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n"
status, answer = asks(plain)
assert status == 426 and b"\r\nSec-WebSocket-Version: 13\r\n" in answer, answer
status, answer = asks(hello.replace(b": 13", b": 12"))
assert status == 426 and b"\r\nSec-WebSocket-Version: 13\r\n" in answer, answer
assert asks(hello.replace(b"ZQ==", b"Z="))[0] == 400
assert asks(hello.replace(b"Sec-WebSocket-Key", b"Other"))[0] == 400
assert asks(b"\x16\x03\x01\x02\0\x01\0" * 1000)[0] == 400
assert asks(hello[:-2] + b"X: " + b"x" * 8192 + b"\r\n\r\n")[0] == 431
assert asks(hello[:-2] + b"X: " + b"x" * 100000)[0] == 431
start = time.monotonic()
assert asks(b"")[0] == 408
assert asks(hello[:50])[0] == 408
assert time.monotonic() - start >= 0.6
s = dial()
for i in range(len(hello) - 1):
	s.send(hello[i:i + 1])
s.sendall(hello[-1:] + frame(0x81, b"early"))
assert head(s).startswith(b"HTTP/1.1 101 ")
assert s.recv(100) == b"\x81\x0cearly/answer"' || fail "$model"
		stop
	done
}

@test "who is silent or does not read is cut off, who is half closed told goodbye" {
	for model in $models; do
		serve "$model" --param idle_ms=300
		client '
silent = greeted()
talking = greeted()
start = time.monotonic()
for i in range(8):
	time.sleep(0.1)
	talking.sendall(frame(0x89, b""))
assert rest(silent) == close(1001)
assert rest(talking) == b"\x8a\0" * 8 + close(1001)
assert time.monotonic() - start >= 1.1
half = greeted()
half.sendall(frame(0x81, b"last"))
half.shutdown(socket.SHUT_WR)
assert rest(half) == b"\x81\x0blast/answer" + close(1001)
deaf = greeted()
message = frame(0x82, b"x" * 60000)
sent = 0
try:
	while sent < 1 << 30:
		deaf.sendall(message)
		sent += len(message)
except (ConnectionError, BrokenPipeError):
	pass
assert sent < 64 << 20, sent
s = greeted() # the server is none the worse
s.sendall(frame(0x81, b"x"))
assert s.recv(100) == b"\x81\x08x/answer"' || fail "$model"
		stop
	done
}

@test "a stop closes what is open as going away" {
	for model in $models; do
		serve "$model"
		mkfifo "$tmp/$model"
		client '
idle = [greeted() for i in range(5)]
print("open", flush=True)
for s in idle:
	assert rest(s) == close(1001)
	s.close()' >"$tmp/$model" 3>&- &
		talker=$!
		read -r _ <"$tmp/$model"
		stop
		wait $talker || fail "$model"
	done
}
