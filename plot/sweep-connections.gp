# SPDX-License-Identifier: MIT
# Throughput of closed loops against connections, with intervals, and the
# scalability law as a thin line where its fit was accepted.
panel_height = 430
title_text = 'Throughput of '.service.' against connections, in closed loops'
x_label = 'connections'
y_label = 'throughput (requests/s)'
load scripts.'sweep.gp'

x_from = connections_min > 0 ? connections_min / 1.25 : 1.0
x_to = connections_max > 0 ? connections_max * 1.25 : 10.0
set logscale x
set xrange [x_from:x_to]
tics_x = ''
do for [k = 0:int(floor(log10(x_to)))] {
	do for [i = 1:9] {
		x_tic = i * 10.0**k
		if (x_tic >= x_from && x_tic <= x_to) {
			tics_x = tics_x . (i == 1 || i == 3 ? tic(x_tic, si(x_tic, '')) : minor_tic(x_tic))
		}
	}
}
eval 'set xtics nomirror ' . bracketed(tics_x)
y_most = throughput_max > 0 ? throughput_max * 1.06 : 1.0
set yrange [0:y_most]
y_step = step_of(y_most, 6)
tics_y = ''
do for [i = 0:int(floor(y_most / y_step))] { tics_y = tics_y . tic(i * y_step, si(i * y_step, '')) }
eval 'set ytics nomirror ' . bracketed(tics_y)
if (throughput_max <= 0) {
	set label 6 'no closed loop is ok' at graph 0.5,0.5 center textcolor rgb alarm font ',13'
}
set samples 300
laws = sum [m = 1:models_n] (word(law_g, m) ne 'NaN')
number(list, m) = real(word(list, m))
law(m, n) = number(law_g, m) * n / \
	(1 + number(law_a, m) * (n - 1) + number(law_b, m) * n * (n - 1))
shows_law(m, n) = word(law_g, m) ne 'NaN' && n >= number(law_first, m) && n <= number(law_last, m)
plot for [m = 1:models_n] shows_law(m, x) ? law(m, x) : NaN with lines lw 0.9 dt solid lc rgb colour(style(m)) notitle, \
	for [m = 1:models_n] table index (m - 1) using (valid(4) ? $2 : NaN):3:4:5 \
		with yerrorbars pt -1 lw 1 lc rgb colour(style(m)) notitle, \
	for [m = 1:models_n] table index (m - 1) using 2:3 \
		with linespoints ls line_of(style(m)) title word(models, m), \
	NaN with lines lw 0.9 dt solid lc rgb ink title (laws > 0 ? 'fitted law' : '')
unset multiplot
unset output
