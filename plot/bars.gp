# SPDX-License-Identifier: MIT
# Throughput of each model as a bar with its interval, a panel a concurrency:
# each has a scale of its own, from 0, so that the models of a panel compare.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
models_n = words(models)
count = words(concurrencies)
panel_columns = count < 3 ? count : 3
panel_rows = (count + panel_columns - 1) / panel_columns
panel_height = 26 + 22 * models_n
left = 28 + widest(models)
panel_gap = 22
panel_width = (W - 14 - left - panel_gap * (panel_columns - 1)) / real(panel_columns)
row_gap = 78
top = heading + 22
H = top + panel_rows * panel_height + (panel_rows - 1) * row_gap + 54
title_text = 'Throughput of '.workload.', model by model'
load scripts.'open.gp'

set yrange [models_n + 0.7:0.3]
share(x) = sprintf(x < 9.95 ? ' ± %.1f %%' : ' ± %.0f %%', x)
half(n) = valid(n + 1) && valid(n + 2) ? share(50.0 * (column(n + 2) - column(n + 1)) / column(n)) : ''
said(n) = valid(n) ? si(column(n), '') . half(n) : ''
# A label always has a place and a text: gnuplot 5.4 crashes where no label of a plot has.
end_of(n) = valid(n + 2) ? column(n + 2) : valid(n) ? column(n) : 0
do for [c = 1:count] {
	here = real(word(concurrencies, c))
	panel_left = left + ((c - 1) % panel_columns) * (panel_width + panel_gap)
	panel_top = top + ((c - 1) / panel_columns) * (panel_height + row_gap)
	set lmargin at screen px(panel_left)
	set rmargin at screen px(panel_left + panel_width)
	set tmargin at screen py(panel_top)
	set bmargin at screen py(panel_top + panel_height)
	most = real(word(highest, c))
	set ytics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
	if ((c - 1) % panel_columns == 0) {
		do for [m = 1:models_n] { set ytics add (word(models, m) m) }
	}
	# The room right of the longest bar is for its number.
	set xrange [0:most > 0 ? most * (1 + 112.0 / (panel_width - 112)) : 1]
	tics_x = tic(0, '0')
	if (most > 0) {
		x_step = step_of(most, 3)
		do for [i = 1:int(floor(most * 1.05 / x_step))] {
			tics_x = tics_x . tic(i * x_step, si(i * x_step, ''))
		}
	}
	eval 'set xtics nomirror ' . bracketed(tics_x)
	set label 5 'concurrency '.word(concurrencies, c) at graph 0,1 offset 0,0.6 left textcolor rgb 'black'
	set label 6 'throughput ('.operation.'/s)' center textcolor rgb ink \
		at screen px(panel_left + panel_width / 2),py(panel_top + panel_height + 40)
	plot for [m = 1:models_n] table index (m - 1) every ::(c - 1)::(c - 1) \
			using (0):(m):(0):(column(c_throughput)):(m - 0.36):(m + 0.36) \
			with boxxyerror lc rgb colour(style(m)) fs solid 0.55 border notitle, \
		for [m = 1:models_n] table index (m - 1) every ::(c - 1)::(c - 1) \
			using (valid(c_throughput + 1) ? column(c_throughput) : NaN):(m):(column(c_throughput + 1)):(column(c_throughput + 2)) \
			with xerrorbars pt -1 lw 1.2 lc rgb 'black' notitle, \
		for [m = 1:models_n] table index (m - 1) every ::(c - 1)::(c - 1) \
			using (end_of(c_throughput)):(m):(said(c_throughput)) \
			with labels left offset 0.8,0 font ',9' textcolor rgb ink notitle, \
		for [m = 1:models_n] table index (m - 1) every ::(c - 1)::(c - 1) \
			using (0):(m):(strcol(4)) \
			with labels left offset 0.8,0 font ',10' textcolor rgb alarm notitle, \
		NaN notitle
	unset label
}
unset multiplot
unset output
