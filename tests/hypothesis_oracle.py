# SPDX-License-Identifier: MIT
# The tests of bench/hypothesis.h against scipy, or numpy where scipy has none, on random input:
# asks hypothesis_driver, whose name is the argument, and prints how many agreed.
import itertools
import math
import subprocess
import sys

import numpy as np
from scipy import stats

rng = np.random.default_rng(20240229)
questions, answers = [], []  # a line, and what is to come back


def ask(line, *expected):
	questions.append(line)
	answers.append((0, *expected))


def listed(values):
	return " ".join([str(len(values)), *(repr(float(v)) for v in values)])


def values(n, kind):
	"""Without ties, with few, with many, all equal, and of very different sizes."""
	return {
		"smooth": lambda: rng.normal(size=n),
		"few": lambda: np.round(rng.normal(size=n), 1),
		"many": lambda: rng.integers(0, 4, size=n).astype(float),
		"equal": lambda: np.full(n, 2.5),
		"wide": lambda: np.exp(8 * rng.normal(size=n)),
	}[kind]()


def is_tied(x, y):
	return len(np.unique(np.concatenate([x, y]))) < len(x) + len(y)


def tied_exact(x, y):
	"""p and p_greater over all arrangements of the midranks."""
	ranks = stats.rankdata(np.concatenate([x, y]))
	seen = np.sum(ranks[len(x):])
	if min(len(x), len(y)) < 2:  # which permutation_test has no answer for
		null = np.array([np.sum(some) for some in itertools.combinations(ranks, len(y))])
	else:
		null = stats.permutation_test((ranks[len(x):], ranks[: len(x)]),
			lambda a, b, axis: np.sum(a, axis=axis), vectorized=True, n_resamples=np.inf).null_distribution
	at_least, at_most = np.mean(null > seen - 1e-6), np.mean(null < seen + 1e-6)
	return min(1, 2 * min(at_least, at_most)), at_least


def ask_mann_whitney(x, y):
	m, n = len(x), len(y)
	tied = is_tied(x, y)
	exact = (m + n) * min(m, n) <= 200 if tied else max(m, n) <= 50
	if tied and exact:
		if math.comb(m + n, m) > 6000:
			return
		u = stats.mannwhitneyu(y, x, method="asymptotic").statistic
		p, greater = tied_exact(x, y)
	else:
		method = "exact" if exact else "asymptotic"
		u, p = stats.mannwhitneyu(y, x, method=method)
		greater = stats.mannwhitneyu(y, x, method=method, alternative="greater").pvalue
	ask(f"mann_whitney {listed(x)} {listed(y)}", u, p, greater, exact)


def cumulative(m, n):
	"""P(U <= k) by choosing the ranks of one side, one after the other."""
	ways = np.zeros((m + 1, m * n + 1), dtype=object)
	ways[0, 0] = 1
	for rank in range(m + n):
		for chosen in range(min(rank + 1, m), 0, -1):
			step = rank - chosen + 1  # how many of the other side it is above
			if step <= m * n:
				ways[chosen, step:] += ways[chosen - 1, : m * n + 1 - step]
	return np.array([float(c) for c in np.cumsum(ways[m]) / math.comb(m + n, m)])


def ask_shift(x, y, wanted, below):
	m, n = len(x), len(y)
	differences = np.sort(np.subtract.outer(y, x).ravel())
	ranks = [k for k in range(1, (m * n + 1) // 2 + 1) if 1 - 2 * below[k - 1] >= wanted - 1e-15]
	k = max(ranks, default=1)
	ask(f"shift {wanted} {listed(x)} {listed(y)}", np.median(differences), differences[k - 1],
		differences[m * n - k], max(0, 1 - 2 * below[k - 1]))


def normal_below(m, n):
	k = np.arange(m * n)
	return stats.norm.cdf((k + 0.5 - m * n / 2) / math.sqrt(m * n * (m + n + 1) / 12))


def holm(p):
	order = np.argsort(p)
	stepped = np.maximum.accumulate(np.minimum(1, p[order] * np.arange(len(p), 0, -1)))
	return stepped[np.argsort(order)]


def benjamini_hochberg(p):
	return np.array([min(1, min(q * len(p) / np.sum(p <= q) for q in p if q >= own)) for own in p])


kinds = "smooth", "few", "many", "equal", "wide"
for m, n, kind in itertools.product(range(1, 7), range(1, 7), kinds):
	ask_mann_whitney(values(m, kind), values(n, kind))
for m, n in (1, 50), (50, 1), (2, 49), (20, 21), (30, 30), (30, 31), (50, 50), (49, 50), (51, 50), (1, 51), (300, 200), (10, 1000):
	for kind in kinds:
		ask_mann_whitney(values(m, kind), values(n, kind))
		ask_mann_whitney(values(m, kind), values(n, kind) + 1)
		ask_mann_whitney(values(m, kind) + 9, values(n, kind))
for m, n in *itertools.product(range(1, 6), range(1, 6)), (8, 7), (30, 30), (50, 3), (50, 50), (20, 33):
	below = cumulative(min(m, n), max(m, n))
	for kind, wanted in itertools.product(("smooth", "many"), (0.5, 0.95, 0.999)):
		ask_shift(values(m, kind), values(n, kind), wanted, below)
for m, n in (51, 2), (60, 70), (200, 150):
	for wanted in 0.8, 0.95, 0.99:
		ask_shift(values(m, "smooth"), values(n, "few"), wanted, normal_below(m, n))
for n in *range(1, 20), 100, 999, 10000:
	for kind in "smooth", "many":
		sample = values(n, kind)
		than = rng.choice([0.0, 0.1, -0.5, 2.0])
		p = stats.binomtest(int(np.sum(sample > than)), n, 0.5, alternative="greater").pvalue
		ask(f"sign {than} {listed(sample)}", p)
for n in *range(1, 12), 40, 101:
	sample = values(n, "wide")
	means = [(sample[i] + sample[k]) / 2 for i in range(n) for k in range(i, n)]
	ask(f"center {listed(sample)}", np.median(means))
for n in *range(1, 12), 200, 3000:
	for p in rng.uniform(size=n), rng.uniform(size=n) ** 6, np.round(rng.uniform(size=n), 1):
		ask(f"holm {listed(p)}", *holm(p))
		if n <= 200:
			ask(f"benjamini_hochberg {listed(p)}", *benjamini_hochberg(p))
for n in 1, 2, 3, 10, 100, 2000, 100000:
	for hits in sorted({0, 1, n // 3, n // 2, n - 1, n}):
		for wanted in 0.5, 0.95, 0.999:
			# binomtest's proportion_ci is the same, but solved to 2e-12 only.
			low = stats.beta.ppf((1 - wanted) / 2, hits, n - hits + 1) if hits > 0 else 0
			high = stats.beta.ppf((1 + wanted) / 2, hits + 1, n - hits) if hits < n else 1
			np.testing.assert_allclose(stats.binomtest(hits, n).proportion_ci(wanted, method="exact"), (low, high), atol=1e-11)
			ask(f"rate {hits} {n} {wanted}", low, high)

out = subprocess.run([sys.argv[1]], input="\n".join(questions), capture_output=True, text=True, check=True)
lines = out.stdout.splitlines()
assert len(lines) == len(questions), f"{len(lines)} answers to {len(questions)} questions"
for question, line, expected in zip(questions, lines, answers):
	got = np.array([float(word) for word in line.split()])
	assert len(got) == len(expected), f"{question[:200]}: {line}"
	np.testing.assert_allclose(got, np.array(expected, dtype=float), rtol=1e-9, atol=1e-300, err_msg=question[:200])
print(len(lines), "agree")
