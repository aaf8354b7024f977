# SPDX-License-Identifier: MIT
# What a request costs the server, by model: CPU time and context switches, at
# about half of its own peak rate (filled) and at the peak of its closed loops (open).
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
models_n = words(models)
left = 28 + widest(models)
panel_gap = 40
panel_width = (W - 14 - left - panel_gap) / 2.0
panel_height = 30 + 34 * models_n
top = heading + 22
bottom = top + panel_height
H = bottom + 92
title_text = 'Cost of a request of '.service.' to the server'
load scripts.'open.gp'

set tmargin at screen py(top)
set bmargin at screen py(bottom)
set yrange [models_n + 0.6:0.4]
set label 8 'filled: open loop at about half the peak rate;  open: closed loop at the peak' \
	at screen px(left),py(bottom + 72) left font ',10' textcolor rgb faint
do for [p = 1:2] {
	most = p == 1 ? cpu_max : switches_max
	unit = p == 1 ? 's' : ''
	panel_left = left + (p - 1) * (panel_width + panel_gap)
	set lmargin at screen px(panel_left)
	set rmargin at screen px(panel_left + panel_width)
	set ytics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
	if (p == 1) { do for [m = 1:models_n] { set ytics add (word(models, m) m) } }
	set xrange [0:most > 0 ? most * 1.22 : 1]
	tics_x = tic(0, '0')
	if (most > 0) {
		x_step = step_of(most, 4)
		do for [i = 1:int(floor(most * 1.1 / x_step))] {
			tics_x = tics_x . tic(i * x_step, si(i * x_step, unit))
		}
	}
	eval 'set xtics nomirror ' . bracketed(tics_x)
	set label 6 (p == 1 ? 'CPU time a request' : 'context switches a request') center \
		textcolor rgb ink at screen px(panel_left + panel_width / 2),py(bottom + 42)
	half = p == 1 ? 2 : 4
	# A label always has a place and a text: gnuplot 5.4 crashes where no label of a plot has.
	place(k) = valid(k) ? column(k) : 0
	said(k) = valid(k) ? si(column(k), unit) : '-'
	plot for [m = 1:models_n] table index (m - 1) \
			using (0):(m - 0.18):(0):(column(half)):(m - 0.34):(m - 0.02) \
			with boxxyerror lc rgb colour(style(m)) fs solid 0.6 border notitle, \
		for [m = 1:models_n] table index (m - 1) \
			using (0):(m + 0.18):(0):(column(half + 1)):(m + 0.02):(m + 0.34) \
			with boxxyerror lc rgb colour(style(m)) fs empty border notitle, \
		for [m = 1:models_n] table index (m - 1) \
			using (place(half)):(m - 0.18):(said(half)) \
			with labels left offset 0.8,0 font ',9' textcolor rgb ink notitle, \
		for [m = 1:models_n] table index (m - 1) \
			using (place(half + 1)):(m + 0.18):(said(half + 1)) \
			with labels left offset 0.8,0 font ',9' textcolor rgb ink notitle, \
		NaN notitle
}
unset multiplot
unset output
