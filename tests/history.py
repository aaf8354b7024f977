# SPDX-License-Identifier: MIT
"""Histories for tests: runs made from tests/data/result.json, whose fetch cell is given values.

history.py FOLDER CODE: CODE is "n = RUNS; cells = CELLS --- what a run of number i looks like", by
what it does to `run`, which has value, dirty, failed (of the first cell) and machine (facts of the
environment). Values have noise of 1 %. The later a run, the earlier its file's name.
"""
import copy, datetime, json, os, random, sys, types

folder, code = sys.argv[1], sys.argv[2]
base = json.load(open(os.path.join(os.path.dirname(__file__), "data/result.json")))
MODELS = ["threads", "processes", "prefork:accept=lock"]
noise = random.Random(7)
start = datetime.datetime(2026, 9, 1, 2)


def give(cell, value):
	summary = cell["summary"]["throughput_per_s"]
	summary.update(median=value, low=value * 0.99, high=value * 1.01)


def fail(cell):
	cell.update(status="crashed", reason="it was killed by signal 11", summary=None)


def cells_of(run, count):
	like = next(c for c in base["cells"] if c["workload"] == "fetch" and c["concurrency"] == 100)
	cells = [copy.deepcopy(like) for model in MODELS[:count]]
	for cell, model in zip(cells, MODELS):
		cell["model"] = model
		cell["trials"] = cell["trials"][:1]
		give(cell, run.value * (1 + 0.01 * noise.gauss(0, 1)))
	if run.failed:
		fail(cells[0])
	return cells


settings = {"n": 20, "cells": 1}
before, _, each = code.partition("---")
exec(before.strip(), settings)
os.makedirs(folder, exist_ok=True)
for i in range(settings["n"]):
	run = types.SimpleNamespace(value=1000.0, dirty=False, failed=False, machine={})
	exec(each.strip(), {"run": run, "i": i})
	root = copy.deepcopy({key: value for key, value in base.items() if key != "cells"})
	root["started"] = (start + datetime.timedelta(days=i)).strftime("%Y-%m-%dT%H:%M:%SZ")
	root["environment"].update(run.machine, git="%012x" % (0xABC000000000 + i * 7919 * 65537) + "-dirty" * run.dirty)
	root["cells"] = cells_of(run, settings["cells"])
	json.dump(root, open(os.path.join(folder, "run-%03d.json" % (settings["n"] - i)), "w"))
