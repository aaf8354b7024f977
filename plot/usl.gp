# SPDX-License-Identifier: MIT
# Fit the universal scalability law to throughput against connections (columns
# 1 and 2 of table). Writes one line to result: whether the fit converged, then
# g, a and b, each with its standard error, and the root mean square of the
# relative errors. bench/sweep/usl.h has the law.
set fit quiet nolog errorvariables maxiter 1000 limit 1e-9
set print result

# N/X is a quadratic in N: its linear fit, which always ends, is where the other begins.
# Both weigh a point by its relative error.
line(n) = c0 + c1 * (n - 1) + c2 * n * (n - 1)
c0 = 1e-5
c1 = 1e-6
c2 = 1e-9
fit line(x) table using 1:($1 / $2):($1 / $2) yerror via c0, c1, c2
stats table using ($2 / $1) nooutput
g = c0 > 0 ? 1.0 / c0 : STATS_max
a = c1 * g
b = c2 * g

law(n) = g * n / (1 + a * (n - 1) + b * n * (n - 1))
fit law(x) table using 1:2:2 yerror via g, a, b
print sprintf('%d %.12g %.12g %.12g %.12g %.12g %.12g %.12g', FIT_CONVERGED, \
	g, g_err, a, a_err, b, b_err, sqrt(FIT_WSSR / (FIT_NDF + 3)))
