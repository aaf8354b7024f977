# SPDX-License-Identifier: MIT
"""Histories for tests: runs made from tests/data/result.json, whose fetch cell is given values.

history.py FOLDER CODE: CODE says what a run of number i looks like, by what it does to `run`, which
has value, dirty, failed and machine. n is the number of runs. Values have noise of 1 %.
"""
import copy, datetime, json, os, random, sys, types

folder, code = sys.argv[1], sys.argv[2]
base = json.load(open(os.path.join(os.path.dirname(__file__), "data/result.json")))
noise = random.Random(7)
start = datetime.datetime(2026, 9, 1, 2)


def give(cell, value):
	summary = cell["summary"]["throughput_per_s"]
	summary.update(median=value, low=value * 0.99, high=value * 1.01)


def fail(cell):
	cell.update(status="crashed", reason="it was killed by signal 11", summary=None)


def cells_of(run, count):
	ok = [c for c in base["cells"] if c["workload"] == "fetch" and c["status"] == "ok"]
	cells = copy.deepcopy([c for c in ok if c["concurrency"] == 100][:count])
	for cell in cells:
		cell["trials"] = cell["trials"][:1]
		give(cell, run.value * (1 + 0.01 * noise.gauss(0, 1)))
	if run.failed:
		fail(cells[0])
	return cells


settings = {"n": 20, "cells": 1}
exec(code.split("---")[0], settings)
os.makedirs(folder, exist_ok=True)
for i in range(settings["n"]):
	run = types.SimpleNamespace(value=1000.0, dirty=False, failed=False, machine={})
	exec(code.split("---")[1] if "---" in code else "", {"run": run, "i": i})
	root = {k: v for k, v in base.items() if k != "cells"}
	root = copy.deepcopy(root)
	root["started"] = (start + datetime.timedelta(days=i)).strftime("%Y-%m-%dT%H:%M:%SZ")
	root["environment"].update(run.machine, git="%012x" % (0xABC000000000 + i * 7919 * 65537) + "-dirty" * run.dirty)
	root["cells"] = cells_of(run, settings["cells"])
	json.dump(root, open(os.path.join(folder, "run-%03d.json" % (settings["n"] - i)), "w"))
