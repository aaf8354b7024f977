# SPDX-License-Identifier: MIT
# Response time against the offered rate, in decades, with the limit of the SLO.
# What does not hold is an open circle: invalid, or more than the server answers.
panel_height = 430
title_text = sprintf('Response time of %s against load: %s from the intended start', service, slo_percentile)
x_label = 'offered rate (requests/s)'
y_label = slo_percentile.' response time'
load scripts.'sweep.gp'

p_min = response_min
p_max = response_max
p_zero = 0
p_unit = 's'
load scripts.'decades.gp'
set logscale y
set yrange [y_low:y_high]
eval 'set ytics nomirror ' . bracketed(tics_y)
x_most = rate_max > 0 ? rate_max * 1.04 : 1.0
set xrange [0:x_most]
x_step = step_of(x_most, 7)
tics_x = ''
do for [i = 0:int(floor(x_most / x_step))] { tics_x = tics_x . tic(i * x_step, si(i * x_step, '')) }
eval 'set xtics nomirror ' . bracketed(tics_x)
set arrow 1 from 0,slo_limit to x_most,slo_limit nohead lw 1.4 dt (8,5) lc rgb alarm
set label 8 slo_text at graph 1,first slo_limit offset 0.8,0 left textcolor rgb alarm font ',10'
if (rate_max <= 0) {
	set label 6 'no model has a latency curve' at graph 0.5,0.5 center textcolor rgb alarm font ',13'
}
curve(m) = line_of(style(m))
plot for [m = 1:models_n] table index (m - 1) using 2:3 with lines ls curve(m) lw 1 notitle, \
	for [m = 1:models_n] table index (m - 1) using ($4 == 1 ? $2 : NaN):3 \
		with linespoints ls curve(m) title word(models, m), \
	for [m = 1:models_n] table index (m - 1) using ($4 == 0 ? $2 : NaN):3 \
		with points pt 7 ps 1.1 lc rgb 'white' notitle, \
	for [m = 1:models_n] table index (m - 1) using ($4 == 0 ? $2 : NaN):3 \
		with points pt 6 ps 1.1 lw 1.4 lc rgb colour(style(m)) notitle, \
	NaN with points pt 6 ps 1.1 lw 1.4 lc rgb ink title 'does not hold'
unset multiplot
unset output
