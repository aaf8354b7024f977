#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# `concbench serve`: every model's server under the clients that it must survive.

load cli

reactors_missing() {
	local model
	for model in coroutine:reactor={epoll,poll,uring}; do
		! "$concbench" trial -m $model -w null -c 1 -n 1 | grep -q '"unavailable"' || echo $model
	done
}

setup() {
	cli_setup
	mapfile -t models < <("$concbench" list models --json | /usr/bin/python3 -c '
import json, sys
for model in json.load(sys.stdin)["models"]:
	if model["serves"] and not model["unavailable"]:
		print(model["name"])
		for param in model["params"]:
			if param["name"] == "reactor" and model["name"] != "coroutine":
				continue # they have them in common
			for choice in param.get("choices", "").split("|")[1:]:
				print(model["name"] + ":" + param["name"] + "=" + choice)' |
		grep -vxF -f <(reactors_missing))
	models+=(multicore:loops=3 multiprocess-coroutine:workers=3)
	[ "${#models[@]}" -ge 10 ]
}

# CODE: Python with a server under each model, some at the same time; it begins with the name of
# the model in `model`.
each() {
	local model pids=() i at_once=8
	for model in "${models[@]}"; do
		[ "${#pids[@]}" -lt $at_once ] || wait "${pids[-at_once]}" || true # judged below
		MODEL=$model PYTHONPATH=tests timeout 60 /usr/bin/python3 -c "
import os, socket, struct, threading, time
from serve import *
model = os.environ['MODEL']
$1" >"$tmp/out-${#pids[@]}" 2>&1 3>&- &
		pids+=($!)
	done
	for i in "${!pids[@]}"; do
		wait "${pids[i]}" || fail "under ${models[i]}" "$(cat "$tmp/out-$i")"
	done
	nothing_alive
	nothing_in_tmpdir
}

@test "it serves many clients at once, messages of any size, and stops when told" {
	each '
server = Server("-m", model, "-w", "echo", "--workers", "12")
big = os.urandom(1 << 20)
def talk():
	client = server.connect()
	echoes(client)
	sender = threading.Thread(target=client.sendall, args=(big,))
	sender.start()
	assert receive(client, len(big)) == big
	sender.join()
	for size in (1, 1000, 16384, 40000):
		echoes(client, big[:size])
	client.close()
talkers = [threading.Thread(target=talk) for _ in range(10)]
failed = []
threading.excepthook = lambda args: failed.append(args)
for talker in talkers: talker.start()
for talker in talkers: talker.join()
assert not failed, failed
server.stop()'
}

@test "connections beyond the limit are told so and closed, and there is room again afterwards" {
	each '
if model.startswith(("blocking", "prefork", "threadpool")):
	raise SystemExit # their limit is the number of workers: clients wait in the backlog
server = Server("-m", model, "-w", "echo", "--max-connections", "3")
clients = [server.connect() for _ in range(3)]
for client in clients: echoes(client)
assert refuses(server.connect())
for client in clients: echoes(client)
clients[0].close()
def room():
	with server.connect() as client:
		try:
			client.sendall(b"x")
			return client.recv(1) == b"x"
		except ConnectionError:
			return False
until(room, "room again")
server.stop()'
}

@test "a client of a full pool waits, and is served when a worker is free" {
	each '
if not model.startswith(("blocking", "prefork", "threadpool")):
	raise SystemExit
server = Server("-m", model, "-w", "echo", "--workers", "1")
first, second = server.connect(), server.connect()
echoes(first)
second.sendall(b"wait")
second.settimeout(0.3)
try:
	assert not second.recv(4), "served beside the first"
except socket.timeout:
	pass
first.close()
second.settimeout(10)
assert receive(second, 4) == b"wait"
server.stop()'
}

@test "a client that says nothing, or takes nothing, is closed after idle_ms" {
	each '
server = Server("-m", model, "-w", "echo", "--workers", "2", "--param", "idle_ms=200")
silent = server.connect()
begun = time.monotonic()
assert refuses(silent)
assert 0.15 < time.monotonic() - begun < 10
deaf = server.connect()
deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
deaf.settimeout(0.1)
def stuff():
	try:
		deaf.send(b"x" * 65536)
		return False
	except socket.timeout:
		return False
	except ConnectionError:
		return True
until(stuff, "the deaf client is cut off")
echoes(server.connect())
server.stop()'
}

@test "resets, half-closes and 10,000 dropped connections leave nothing behind" {
	each '
server = Server("-m", model, "-w", "echo", "--workers", "4")
with server.connect() as client: echoes(client)
time.sleep(0.1)
before = server.descriptors(), server.threads()
half = server.connect()
half.sendall(b"last words")
half.shutdown(socket.SHUT_WR)
assert receive(half, 100) == b"last words"
half.close()
reset = struct.pack("ii", 1, 0)
for i in range(1000 if model == "processes" else 10000):
	client = socket.create_connection(server.address)
	if i % 2:
		client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
	if i % 3 == 0:
		client.sendall(b"some")
	client.close()
with server.connect() as client: echoes(client)
# A process that has ended is reaped at the next connection.
def same():
	with server.connect() as client: echoes(client)
	time.sleep(0.05)
	return server.descriptors() <= before[0] and server.threads() <= before[1]
until(same, f"as before, {before}, now {server.descriptors(), server.threads()}")
server.stop()'
}

@test "out of descriptors it waits without spinning, and serves again when some are free" {
	each '
if not model.startswith(("threads", "eventloop", "coroutine", "offload", "multicore")):
	raise SystemExit # the others have one connection a process, or a fixed number, or many processes
server = Server("-m", model, "-w", "echo", files=40)
clients = [server.connect() for _ in range(10)]
for client in clients: echoes(client)
clients += [server.connect() for _ in range(50)]
time.sleep(0.3)
begun = server.cpu_s()
time.sleep(1)
assert server.cpu_s() - begun < 0.3, "it spins"
last = clients[-1]
last.sendall(b"later")
for client in clients[:-1]: client.close()
assert receive(last, 5) == b"later"
server.stop()'
}

@test "a stop lets go of idle clients at once, and cuts off what lasts beyond --drain" {
	each '
server = Server("-m", model, "-w", "echo", "--workers", "3", "--drain", "1")
idle = server.connect()
echoes(idle)
begun = time.monotonic()
server.stop()
assert time.monotonic() - begun < 0.9, "the idle client held it up"
assert refuses(idle)
# A reply that no buffers of the kernel hold; stackless has no http, and writes only where there is room.
if model == "stackless":
	server = Server("-m", model, "-w", "echo", "--drain", "1")
else:
	server = Server("-m", model, "-w", "http", "--workers", "3", "--drain", "1",
		"--param", "response_bytes=16777216")
deaf = server.connect()
deaf.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
deaf.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
deaf.setblocking(False)
end = time.monotonic() + 1
while time.monotonic() < end:
	try:
		if model == "stackless":
			deaf.send(b"x" * 65536)
			continue
	except BlockingIOError:
		pass
	time.sleep(0.02)
begun = time.monotonic()
server.stop()
assert 0.5 < time.monotonic() - begun < 10
assert "cut off" in server.errors, server.errors'
}

@test "a worker that dies is replaced" {
	PYTHONPATH=tests timeout 60 /usr/bin/python3 -c '
import os, signal
from serve import *
for way in ("prefork:accept=all", "prefork:accept=lock", "prefork:accept=reuseport",
		"prefork:accept=passed", "multiprocess-coroutine:workers=2"):
	server = Server("-m", way, "-w", "echo", "--workers", "2")
	until(lambda: len(server.family()) == 3, "two workers")
	for pid in server.family()[1:]:
		os.kill(pid, signal.SIGKILL)
	def served():
		with server.connect(1) as client:
			try:
				echoes(client)
				return True
			except (OSError, AssertionError):
				return False
	until(served, way + " serves again")
	server.stop()'
	nothing_alive
}

@test "every loop gets connections, a stop reaches all, and a worker takes its own along" {
	PYTHONPATH=tests timeout 60 /usr/bin/python3 -c '
import os, signal
from serve import *
def watched(pid):
	"""How many connections each of its loops waits for: sockets, but for the listener."""
	what = lambda fd: os.readlink("/proc/%d/fd/%s" % (pid, fd))
	counts = []
	for fd in os.listdir("/proc/%d/fd" % pid):
		if "eventpoll" in what(fd):
			with open("/proc/%d/fdinfo/%s" % (pid, fd)) as file:
				fds = [line.split()[1] for line in file if line.startswith("tfd:")]
			counts.append(sum("socket:" in what(fd) for fd in fds) - 1)
	return counts
for model in ("multicore:loops=3", "multiprocess-coroutine:workers=3"):
	server = Server("-m", model, "-w", "echo")
	workers = server.family()[1:] or [server.pid]
	clients = [server.connect() for _ in range(120)]
	for client in clients: echoes(client)
	taken = lambda: [count for pid in workers for count in watched(pid)]
	until(lambda: sum(taken()) == 120, "all are waited for")
	taken = taken()
	assert len(taken) == 3 and min(taken) >= 15, taken # 40 each are expected
	if len(workers) == 3:
		os.kill(workers[0], signal.SIGKILL)
		until(lambda: len(server.family()) == 4 and workers[0] not in server.family(), "a new one")
		alive = [client for client in clients if talks(client)]
		assert len(alive) == 120 - taken[0], (len(alive), taken)
		clients = alive
	echoes(server.connect())
	server.stop()
	assert all(refuses(client) for client in clients)
	assert not server.errors, server.errors'
	nothing_alive
}

@test "bad arguments of serve are refused" {
	refused "no model is called 'thread'; there are: blocking threads" serve -m thread -w echo
	refused "parameter accept of prefork is one of all|lock|reuseport|passed, not 'some'" \
		serve -m prefork:accept=some -w echo
	refused "no service is called 'sleep'; there are: echo" serve -m threads -w sleep
	refused "-m MODEL and -w SERVICE are needed" serve -m threads
	refused "is not ADDR:PORT" serve -m threads -w echo --listen 8080
	refused "is not ADDR:PORT" serve -m threads -w echo --listen 127.0.0.1:70000
	refused "--workers" serve -m threads -w echo --workers 0
	refused "unexpected argument 'now'" serve -m threads -w echo now
}

@test "a port that is taken is an error that says so" {
	PYTHONPATH=tests /usr/bin/python3 -c '
from serve import *
server = Server("-m", "threads", "-w", "echo")
for model in ("threads", "prefork:accept=reuseport", "coroutine", "eventloop", "processes"):
	second = subprocess.run([CONCBENCH, "serve", "-m", model, "-w", "echo", "--listen",
		"%s:%d" % server.address], capture_output=True, text=True, timeout=20)
	assert second.returncode == 2 and "Address already in use; choose another port" in second.stderr, second
server.stop()'
}
