# SPDX-License-Identifier: MIT
"""A server under test, and what its clients and its watchers do to it; for cli_serve.bats."""
import os
import resource
import signal
import socket
import subprocess
import sys
import time

CONCBENCH = os.environ["CONCBENCH"]


class Server:
    """`concbench serve ARGUMENTS..`, with at most `files` open files where given."""

    def __init__(self, *arguments, files=None):
        def limit():
            if files:
                resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))

        self.process = subprocess.Popen(
            [CONCBENCH, "serve", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, preexec_fn=limit)
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        host, port = line.strip().split(":")
        self.address = host, int(port)
        self.pid = self.process.pid

    def connect(self, timeout=10):
        client = socket.create_connection(self.address, timeout)
        client.settimeout(timeout)
        return client

    def family(self):
        """The server's process and all it forked."""
        pids = [self.pid]
        for pid in pids:
            try:
                with open(f"/proc/{pid}/task/{pid}/children") as file:
                    pids += [int(child) for child in file.read().split()]
            except FileNotFoundError:
                pass
        return pids

    def descriptors(self):
        total = 0
        for pid in self.family():
            try:
                total += len(os.listdir(f"/proc/{pid}/fd"))
            except FileNotFoundError:
                pass
        return total

    def threads(self):
        return len(os.listdir(f"/proc/{self.pid}/task"))

    def cpu_s(self):
        total = 0
        for pid in self.family():
            with open(f"/proc/{pid}/stat") as file:
                fields = file.read().rsplit(")", 1)[1].split()
            total += int(fields[11]) + int(fields[12])
        return total / os.sysconf("SC_CLK_TCK")

    def stop(self, status=0):
        """SIGTERM; it must end with this status, in time, and leave nothing behind."""
        family = self.family()
        self.process.send_signal(signal.SIGTERM)
        got = self.process.wait(15)
        self.errors = self.process.stderr.read()
        assert got == status, (got, self.errors)
        until(lambda: not any(os.path.exists(f"/proc/{pid}") for pid in family), "all gone")


def until(condition, what):
    """Wait for what must come about, at most 20 s."""
    end = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < end, f"in 20 s it did not come about: {what}"
        time.sleep(0.02)


def receive(client, size):
    data = b""
    while len(data) < size:
        part = client.recv(size - len(data))
        if not part:
            break
        data += part
    return data


def echoes(client, message=b"hello"):
    client.sendall(message)
    got = receive(client, len(message))
    assert got == message, (len(got), got[:50])


def talks(client):
    """Whether the connection still echoes."""
    try:
        echoes(client)
        return True
    except (ConnectionError, AssertionError):
        return False


def refuses(client):
    """Whether the server has ended this connection, by an end of file or a reset."""
    try:
        return client.recv(1) == b""
    except ConnectionError:
        return True


if __name__ == "__main__":
    sys.exit("to be imported")
