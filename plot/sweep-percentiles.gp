# SPDX-License-Identifier: MIT
# Response time by percentile at about 70 % of each model's own peak; a step of
# the axis is as long from 90 % to 99 % as from 99 % to 99.9 %.
panel_height = 430
title_text = 'Response time of '.service.' by percentile, each model at about 70 % of its own peak'
x_label = 'share of requests answered within'
y_label = 'response time'
load scripts.'sweep.gp'

p_min = ladder_min
p_max = ladder_max
p_zero = 0
p_unit = 's'
load scripts.'decades.gp'
set logscale xy
set yrange [y_low:y_high]
eval 'set ytics nomirror ' . bracketed(tics_y)
set xrange [1:(beyond_max > 10 ? beyond_max * 1.15 : 10)]
tics_x = tic(1, 'least') . tic(2, '50 %%') . tic(10, '90 %%') . tic(100, '99 %%') . tic(1000, '99.9 %%') . \
	tic(1e4, '99.99 %%') . tic(1e5, '99.999 %%') . tic(1e6, '99.9999 %%')
eval 'set xtics nomirror ' . bracketed(tics_x)
set grid xtics
if (beyond_max <= 0) {
	set label 6 'no point of any curve near 70 % of the peak holds' at graph 0.5,0.5 center \
		textcolor rgb alarm font ',13'
}
plot for [m = 1:models_n] table index (m - 1) using 2:3 \
		with linespoints ls line_of(style(m)) title word(models, m), \
	NaN notitle
unset multiplot
unset output
