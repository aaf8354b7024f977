# SPDX-License-Identifier: MIT
"""No service leaks memory or descriptors over 100,000 connections (websocket: 5,000): `make soak`.

Each server of each model gets half of the connections, a request each, and is looked at, then the
other half, and is looked at again: what an allocator keeps has been taken by then, and a leak goes
on. usage: tests/soak.py [CONNECTIONS]
"""
import json
import os
import subprocess
import sys
import time

os.environ.setdefault("CONCBENCH", "build/concbench")
from serve import CONCBENCH, Server  # noqa: E402

CLIENTS = {"echo": 50, "http": 50, "websocket": 500}
KEEPS = ["websocket"]  # each connection begins with a handshake
RESUMABLE = ["echo"]  # what stackless can serve
GROWTH_KIB = 2048  # 40 bytes a connection of the second half


def memory_kib(server):
    """Anonymous memory: what is shared with other processes changes with them."""
    total = 0
    for pid in server.family():
        try:
            with open(f"/proc/{pid}/smaps_rollup") as file:
                total += next(int(line.split()[1]) for line in file if line.startswith("Anonymous:"))
        except (FileNotFoundError, ProcessLookupError, StopIteration):
            pass  # a process of a connection that has just ended
    return total


def connect(server, service, count):
    """So many connections: a request each, or, of a service that keeps them, as many at a time as
    the pools have workers."""
    done = 0
    how = ["--duration", "0.01"] if service in KEEPS else ["--duration", "2", "--param",
                                                            "keep_alive=0"]
    while done < count:
        command = [CONCBENCH, "load", "--target", "%s:%d" % server.address, "-w", service,
                   "--connections", str(CLIENTS[service]), "--warmup", "0", "--json", *how]
        trial = json.loads(subprocess.run(command, capture_output=True, text=True).stdout)
        trial = trial["cells"][0]["trials"][0]
        assert trial["errors"] == 0, trial
        done += CLIENTS[service] if service in KEEPS else trial["tasks"]
    return done


def settled(server):
    """What it holds once its clients have gone: the least of some looks."""
    looks = []
    for _ in range(20):
        time.sleep(0.05)
        looks.append((server.descriptors(), memory_kib(server)))
    return min(looks)


def soak(model, service, count):
    server = Server("-m", model, "-w", service, "--workers", str(CLIENTS[service]))
    done = connect(server, service, count // 2)
    before = settled(server)
    done += connect(server, service, count // 2)
    after = settled(server)
    server.stop()
    good = after[0] <= before[0] and after[1] - before[1] <= GROWTH_KIB
    print(f"{'ok' if good else 'LEAKS':5} {service:9} {model:24} {done:7} connections: descriptors "
          f"{before[0]} -> {after[0]}, memory {before[1]} -> {after[1]} KiB", flush=True)
    return good


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100000
    listed = json.loads(subprocess.run([CONCBENCH, "list", "--json"], capture_output=True,
                                       text=True, check=True).stdout)
    models = [model["name"] for model in listed["models"] if model["serves"]]
    models += ["prefork:accept=lock", "prefork:accept=reuseport", "prefork:accept=passed"]
    services = [w["name"] for w in listed["workloads"] if w["kind"] == "service"]
    # A load of the websocket takes a second for its 500 connections.
    results = [soak(model, service, count // 20 if service in KEEPS else count)
               for service in services for model in models
               if not (service in KEEPS and model in ("blocking", "prefork:accept=reuseport"))
               and (service in RESUMABLE or model != "stackless")]
    print(f"{sum(results)} passed, {len(results) - sum(results)} failed")
    return 0 if all(results) else 1


if __name__ == "__main__":
    sys.exit(main())
