# SPDX-License-Identifier: MIT
# One panel of a metric against concurrency, in decades: p_column, p_min, p_max,
# p_zero, p_unit, p_label, p_top, p_bottom, p_last. See concurrency.gp.
load scripts.'decades.gp'
set lmargin at screen px(left)
set rmargin at screen px(right)
set tmargin at screen py(p_top)
set bmargin at screen py(p_bottom)
set logscale y
if (!named) { set logscale x }
set xrange [x_low:x_high]
set yrange [y_low:y_high]
unset mxtics
unset mytics
if (named) {
	set xtics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
	do for [m = 1:p_last ? models_n : 0] { set xtics add (word(models, m) m) }
	if (slanted) { set xtics rotate by -35 left offset -0.6,0 }
} else {
	eval 'set xtics nomirror ' . bracketed(p_last ? tics_x : tics_x_bare)
}
eval 'set ytics nomirror ' . bracketed(tics_y)
set grid ytics lt 1 lc rgb hair lw 0.6, lt 1 lc rgb hair lw 0.01
set label 5 p_label at screen px(20),py((p_top + p_bottom) / 2.0) center rotate textcolor rgb ink
if (p_last && !named) {
	set label 7 'concurrency (tasks in flight)' center \
		at screen px((left + right) / 2.0),py(p_bottom + 42) textcolor rgb ink
}
if (p_top == top) {
	set key at screen px(right + 6),py(top - 4) left top Left reverse samplen 3 spacing 1.25 \
		textcolor rgb ink
}
if (!p_some) {
	unset ytics
	unset grid
	set label 6 (p_nothing) at screen px((left + right) / 2.0),py((p_top + p_bottom) / 2.0) \
		center textcolor rgb alarm font ',13'
}
plot for [m = 1:models_n] table index (m - 1) \
		using (valid(p_column + 1) ? beside($3, m) : NaN):(on_axis(column(p_column))):(on_axis(column(p_column + 1))):(on_axis(column(p_column + 2))) \
		with yerrorbars ls line_of(style(m)) dt solid pt -1 lw 1 notitle, \
	for [m = 1:models_n] table index (m - 1) \
		using (beside($3, m)):(on_axis(column(p_column))) \
		with @joined_by ls line_of(style(m)) \
		title (!named && word(values, m) > 0 ? word(models, m) : ''), \
	NaN notitle
unset key
unset label
