# SPDX-License-Identifier: MIT
# How much worse each metric of a gate's cells is, as a ratio with its interval, a panel a
# metric: right of 1 is worse. Each panel has a scale of its own, as counts hardly differ
# where times do by far; what lies beyond it is drawn as an arrow at its edge.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
panels_n = words(lows)
cells_n = |cell_names|
panel_columns = panels_n < 3 ? panels_n : 3
panel_rows = (panels_n + panel_columns - 1) / panel_columns
row_height = 18
panel_height = 14 + row_height * cells_n
left = 34 + 6.4 * longest_cell
panel_gap = 20
panel_width = (W - 20 - left - panel_gap * (panel_columns - 1)) / real(panel_columns)
row_gap = 66
top = heading + 50
H = top + panel_rows * panel_height + (panel_rows - 1) * row_gap + 46
title_text = 'How much worse than base: '.verdict
note = 'right of 1 is worse'
load scripts.'open.gp'

# By kind: 1 regression, 2 inconclusive, 3 improvement, 4 no regression, 5 not gated, 6 control.
# Black and blue, yellow and green are apart for all eyes, and shapes tell without any.
kind_words = 'regression inconclusive improvement no_regression not_gated control'
kind_colours = '#D55E00 #CC79A7 #009E73 #0072B2 #888888 #888888'
kind_shapes = '9 12 11 7 6 5'
kind_sizes = '1.5 1.3 1.3 0.8 0.8 0.9'
kind_colour(k) = word(kind_colours, k)
kind_shape(k) = int(word(kind_shapes, k))
kind_size(k) = real(word(kind_sizes, k))
spaced(w) = w eq 'no_regression' ? 'no regression' : w eq 'not_gated' ? 'not gated' : w
band = '#F2EBDD'

within(x) = x < lowest ? lowest : x > highest ? highest : x
is(k) = int(column(9)) == k
inside(x) = x >= lowest && x <= highest
# A label always has a place and a text: gnuplot 5.4 crashes where no label of a plot has.
beside(n) = valid(n + 2) ? within(column(n + 2)) : valid(n) ? within(column(n)) : 1
# The word of a cell that broke has the whole panel; that of a ratio beyond it stands clear of the interval.
at_left(n) = valid(n) ? beside(n) : x_low
percent_tic(x) = abs(x) < 1e-9 ? '1' : sprintf('%.4g', 1 + x)
# The legend, over the whole width.
set lmargin at screen px(10)
set rmargin at screen px(W - 10)
set tmargin at screen py(heading - 6)
set bmargin at screen py(heading + 20)
set border 0
unset tics
set xrange [0:1]
set yrange [0:1]
set key inside left center Left reverse horizontal samplen 1 textcolor rgb ink
plot NaN with boxes lc rgb band fs solid 1 noborder title 'within the limit', \
	for [k = 1:6] NaN with points pt kind_shape(k) ps kind_size(k) lc rgb kind_colour(k) \
		title spaced(word(kind_words, k))
unset key
unset label

set border 3
set tics nomirror out scale 0.6 textcolor rgb ink
set yrange [cells_n + 0.7:0.3]
do for [p = 1:panels_n] {
	# The room right of the last interval is for the numbers of regressions and of what lies beyond.
	lowest = real(word(lows, p))
	highest = real(word(highs, p))
	x_low = lowest - 0.04 * (highest - lowest)
	x_high = highest + 0.3 * (highest - lowest)
	panel_left = left + ((p - 1) % panel_columns) * (panel_width + panel_gap)
	panel_top = top + ((p - 1) / panel_columns) * (panel_height + row_gap)
	set lmargin at screen px(panel_left)
	set rmargin at screen px(panel_left + panel_width)
	set tmargin at screen py(panel_top)
	set bmargin at screen py(panel_top + panel_height)
	set xrange [x_low:x_high]
	x_step = step_of(x_high - x_low, 4)
	tics_x = ''
	do for [i = int(ceil((x_low - 1) / x_step)):int(floor((x_high - 1) / x_step))] {
		tics_x = tics_x . tic(1 + i * x_step, percent_tic(i * x_step))
	}
	eval 'set xtics nomirror ' . bracketed(tics_x)
	set ytics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
	if ((p - 1) % panel_columns == 0) {
		do for [i = 1:cells_n] { set ytics add (cell_names[i] i) }
	}
	set label 5 panel_names[p] at graph 0,1 offset 0,0.6 left textcolor rgb 'black'
	set arrow 1 from 1,graph 0 to 1,graph 1 nohead lw 0.6 lc rgb ink front
	plot table index (p - 1) using (1):1:(within(1 / (1 + $5))):(within(1 + $5)):($1 - 0.5):($1 + 0.5) \
			with boxxyerror lc rgb band fs solid 1 noborder notitle, \
		for [k = 1:6] table index (p - 1) \
			using (is(k) && valid(3) ? within($2) : NaN):1:(within($3)):(within($4)) \
			with xerrorbars pt -1 lw 1.4 lc rgb kind_colour(k) notitle, \
		for [k = 1:6] table index (p - 1) \
			using (is(k) && inside($2) ? $2 : NaN):1 \
			with points pt kind_shape(k) ps kind_size(k) lc rgb kind_colour(k) notitle, \
		table index (p - 1) \
			using (at_left(2)):1:(strcol(6)) \
			with labels left offset 0.3,0 font ',9' textcolor rgb alarm notitle, \
		table index (p - 1) \
			using (beside(2)):1:(strcol(7)) \
			with labels left offset 0.8,0 font ',9' textcolor rgb alarm notitle, \
		table index (p - 1) \
			using (highest):1:(strcol(8)) \
			with labels left offset 0.8,0 font ',9' textcolor rgb alarm notitle, \
		NaN notitle
	unset label
}
unset multiplot
unset output
