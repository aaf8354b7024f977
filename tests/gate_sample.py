#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Write tests/data/gate.json: a gate's document that has one of everything, with made-up numbers.

python3 tests/gate_sample.py >tests/data/gate.json; the golden files beside it are then to be
written anew, too.
"""
import json
import random
import re
import statistics

THRESHOLD = 0.03
UNITS = {
    "throughput_per_s": ("/s", "higher"),
    "latency_p50_ns": ("ns", "lower"),
    "latency_p99_ns": ("ns", "lower"),
    "cpu_per_task_s": ("s", "lower"),
    "elapsed_s": ("s", "lower"),
    "peak_memory_kib": ("KiB", "lower"),
    "switches_per_task": ("", "lower"),
    "system_calls_per_task": ("", "lower"),
    "allocations_per_task": ("", "lower"),
}
rng = random.Random(5)


def paired(name, base, ratio=1.0, noise=0.01, pairs=20, **more):
    """A metric of paired trials, whose interval is the central half of the pairs' ratios."""
    unit, better = UNITS[name]
    bases = [float(f"{base * (1 + rng.gauss(0, noise)):.6g}") for _ in range(pairs)]
    heads = [float(f"{b * ratio * (1 + rng.gauss(0, noise)):.6g}") for b in bases]
    ratios = sorted(h / b for b, h in zip(bases, heads))
    middle = statistics.median(ratios)
    metric = {
        "name": name, "unit": unit, "better": better, "test": "sign", "gated": True,
        "base": statistics.median(bases), "head": statistics.median(heads),
        "ratio": round(middle, 5), "low": round(ratios[pairs // 4], 5),
        "high": round(ratios[-1 - pairs // 4], 5), "confidence": 0.959,
        "hodges_lehmann": round(statistics.mean(ratios), 5),
        "threshold": THRESHOLD, "noise": round(noise, 4), "p": 0.74, "p_adjusted": 1.0,
        "verdict": "no regression", "reason": None, "pairs_needed": None,
        "values": {"base": bases, "head": heads},
    }
    metric.update(more)
    return metric


def counted(name, base, head, **more):
    """A metric of a few traced trials, that hardly differ."""
    unit, better = UNITS[name]
    ratio = head / base if base else None
    metric = {
        "name": name, "unit": unit, "better": better, "test": "rank", "gated": True,
        "base": base, "head": head, "ratio": ratio and round(ratio, 5), "low": None, "high": None,
        "confidence": None, "hodges_lehmann": None, "threshold": 0.005, "noise": None,
        "p": 0.6, "p_adjusted": 1.0, "verdict": "no regression", "reason": None,
        "pairs_needed": None, "values": {"base": [base] * 5, "head": [head] * 5},
    }
    metric.update(more)
    return metric


def cell(workload, model, concurrency, tasks, params, metrics, **more):
    one = {
        "workload": workload, "model": model, "concurrency": concurrency, "tasks": tasks,
        "params": params, "control": False, "status": "ok", "reason": None, "arm": None,
        "pairs": 20, "elapsed_s": 18.4, "metrics": metrics,
    }
    one.update(more)
    return one


def six(rate, p50, p99, cpu, memory, switches):
    """The metrics of a cell in which nothing changed."""
    return [
        paired("throughput_per_s", rate),
        paired("latency_p50_ns", p50),
        paired("latency_p99_ns", p99, noise=0.03, threshold=0.043),
        paired("cpu_per_task_s", cpu),
        paired("peak_memory_kib", memory, noise=0.002),
        paired("switches_per_task", switches, noise=0.004),
    ]


def put(metrics, metric):
    return [metric if m["name"] == metric["name"] else m for m in metrics]


def echo():
    metrics = six(48200, 9.9e5, 2.1e6, 2.05e-5, 9120, 0.42)
    metrics = put(metrics, paired(
        "throughput_per_s", 48200, 0.925, p=0.000024, p_adjusted=0.0011, verdict="regression"))
    metrics = put(metrics, paired(
        "latency_p99_ns", 2.1e6, 1.145, noise=0.03, threshold=0.043, p=0.000031,
        p_adjusted=0.0013, verdict="regression"))
    return metrics + [
        counted("system_calls_per_task", 2.01, 3.01, p=0.004, p_adjusted=0.0079,
                verdict="regression"),
        counted("allocations_per_task", 0, 0.5, p=0.004, p_adjusted=0.0079, verdict="regression",
                reason="base has none, so there is no ratio"),
    ]


def file():
    metrics = six(9150, 4.1e6, 1.3e7, 7.4e-5, 8800, 2.02)
    return put(metrics, paired(
        "latency_p99_ns", 1.3e7, 1.02, noise=0.08, pairs=80, threshold=0.061, p=0.2,
        p_adjusted=0.9, verdict="inconclusive", pairs_needed=210,
        reason="its interval is wider than the threshold after 80 pairs"))


def skynet():
    metrics = six(310e3, 3.1e8, 3.2e8, 1.1e-6, 41200, 0.0012)
    metrics = put(metrics, paired("throughput_per_s", 310e3, 1.13, verdict="improvement"))
    metrics = put(metrics, paired("cpu_per_task_s", 1.1e-6, 0.88, verdict="improvement"))
    return put(metrics, paired(
        "switches_per_task", 0.0012, 1.6, noise=0.4, gated=False, threshold=1.2, p=None,
        p_adjusted=None, verdict="not gated", reason="fewer than 1 in 100 tasks has one"))


def command():
    return [
        paired("elapsed_s", 0.412, noise=0.02, threshold=0.034),
        paired("cpu_per_task_s", 0.61),
        paired("peak_memory_kib", 20480, noise=0.001),
        paired("switches_per_task", 14, noise=0.05, threshold=0.08),
    ]


ENVIRONMENT = json.load(open("tests/data/result.json"))["environment"]
GATE = {
    "schema": 1, "kind": "gate", "environment": ENVIRONMENT,
    "options": {"threshold": THRESHOLD, "alpha": 0.01, "seed": 1, "pairs": 20, "pairs_most": 80,
                "command": ["gate", "--base", "main"]},
    "base": {"name": "main", "git": "7cd9055abcde", "dirty": False},
    "head": {"name": "this tree", "git": "0123456789ab-dirty", "dirty": True},
    "verdict": "regression", "reason": None,
    "elapsed_s": 240.2, "trials_s": 231.0, "build_s": 6.1, "date": "2026-11-22T02:00:00Z",
    "notes": ["the tree has changes that are not committed: it was gated as it is",
              "the CPU frequency governor cannot be read"],
    "cells": [
        cell("primes", "blocking", 1, 32, {"below": 50000},
             six(1012, 9.7e5, 1.1e6, 9.6e-4, 2900, 0.03), control=True),
        cell("primes", "threads", 64, 512, {"below": 50000},
             six(1985, 3.1e7, 4.9e7, 9.7e-4, 6100, 1.3)),
        cell("primes", "threads", 64, 512, {"below": 200000},
             six(512, 1.2e8, 1.9e8, 3.8e-3, 6120, 2.2)),
        cell("echo", "prefork:accept=lock", 100, None, {"body_bytes": 64}, echo()),
        cell("file", "coroutine", 64, 512, {"file_kib": 64}, file(), pairs=80),
        cell("skynet", "coroutine", 16, 4, {"children": 1000}, skynet()),
        cell("fetch", "uring", 64, 512, {"delay_ms": 10, "body_bytes": 4096}, [],
             status="crashed", reason="task 17 | signal 11 (Segmentation fault)", arm="head",
             pairs=1),
        cell("mixed", "processes", 64, 512, {}, [], status="timeout",
             reason="not done after 10 s", arm="base", pairs=0),
        cell("command", "make -s check", 1, 1, {}, command()),
    ],
}
# A list of numbers on one line.
print(re.sub(r"(?<=[\[\d.e+-]),?\n\s*(?=[\d\]-])", lambda m: ", " if "," in m[0] else "",
             json.dumps(GATE, indent="\t")))
