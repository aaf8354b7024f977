# SPDX-License-Identifier: MIT
# The spread of latency by model, in decades, at one concurrency.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
top = heading + 4
models_n = words(models)
slanted = models_n * (widest(models) + 10) > 720
foot = slanted ? 20 + 0.62 * widest(models) : 34
H = top + 400 + foot
left = 96
right = W - 110
title_text = sprintf('Latency of a %s of %s at concurrency %d', \
	operation_short eq 'req' ? 'request' : 'task', workload, latency_concurrency)
load scripts.'open.gp'

p_min = latency_min
p_max = latency_max
p_zero = latency_zero
p_unit = 's'
load scripts.'decades.gp'
set label 7 "p99.9 only where\nten samples lie\nbeyond it" at screen px(right + 14),py(top + 140) left \
	font ',9' textcolor rgb faint
set lmargin at screen px(left)
set rmargin at screen px(right)
set tmargin at screen py(top)
set bmargin at screen py(top + 400)
set logscale y
set xrange [0.5:models_n + 0.5]
set yrange [y_low:y_high]
unset mytics
set xtics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
do for [m = 1:models_n] {
	set xtics add (word(models, m) m)
}
if (slanted) { set xtics rotate by -35 left offset -0.6,0 }
eval 'set ytics nomirror ' . bracketed(tics_y)
set grid ytics lt 1 lc rgb hair lw 0.6, lt 1 lc rgb hair lw 0.01
set label 5 'latency' at screen px(20),py(top + 200) center rotate textcolor rgb ink
set key at screen px(right + 6),py(top - 4) left top Left reverse samplen 1 spacing 1.3 textcolor rgb ink
if (!p_some) {
	unset ytics
	unset grid
	unset key
	unset label 7
	set label 6 (throughput_max > 0 ? 'no latency was recorded' : 'no cell of this workload is ok') \
		at screen px((left + right) / 2.0),py(top + 40) center textcolor rgb alarm font ',13'
}

# The five marks of a model stand side by side on a line that joins them.
names = 'p50 p90 p99 p99.9 max'
marks = '7 5 9 11 2'
first_column = c_p50
place(m, k) = m + 0.13 * (k - 3)
here(k) = $3 == latency_concurrency ? on_axis(column(first_column + 3 * (k - 1))) : NaN
mark(k) = int(word(marks, k))
said_at = y_low * (y_high / y_low)**0.02
said(m) = strlen(strcol(4)) ? strcol(4) : (valid(c_p50) ? '' : 'no latency')
plot for [m = 1:models_n] for [k = 1:4] table index (m - 1) \
		using (place(m, k)):(here(k)):(0.13):(here(k + 1) - here(k)) \
		with vectors nohead lw 1 lc rgb colour(style(m)) notitle, \
	for [m = 1:models_n] table index (m - 1) \
		using (place(m, 3)):(valid(c_p999) ? NaN : here(3)):(0.26):(here(5) - here(3)) \
		with vectors nohead lw 1 dt 3 lc rgb colour(style(m)) notitle, \
	for [m = 1:models_n] for [k = 1:5] table index (m - 1) \
		using (valid(c_p50 + 3 * (k - 1) + 1) ? place(m, k) : NaN):(here(k)):(column(c_p50 + 3 * (k - 1) + 1)):(column(c_p50 + 3 * (k - 1) + 2)) \
		with yerrorbars lc rgb colour(style(m)) lw 1 pt -1 notitle, \
	for [m = 1:models_n] for [k = 1:5] table index (m - 1) \
		using (place(m, k)):(here(k)) with points pt mark(k) ps 1 lw 1.4 lc rgb colour(style(m)) notitle, \
	for [m = 1:models_n] table index (m - 1) \
		using (m):(said_at):($3 == latency_concurrency ? said(m) : '') \
		with labels rotate left textcolor rgb alarm notitle, \
	for [k = 1:5] NaN with points pt mark(k) ps 1 lw 1.4 lc rgb ink title word(names, k)
unset multiplot
unset output
