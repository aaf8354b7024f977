# SPDX-License-Identifier: MIT
# A measure over the runs of a history, a panel a model: values with their
# intervals, the levels between changes, and a gap where the machine changed.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
better_colour = 0x00705A
worse_colour = 0x9A3300
dot = '#0072B2'
left = 84
right = W - 24
top = heading + 26 + (breaks_n > 0 ? 14 : 0)
pitch = panels_n == 1 ? 330 : 190   # from panel to panel
tall = pitch - 44
H = top + pitch * panels_n + 92
title_text = sprintf('History of %s at concurrency %d%s: %s', workload, concurrency, \
	tasks > 0 ? sprintf(', %d tasks', tasks) : '', metric)
note = 'medians of each run''s trials, with their intervals' . (strlen(better) ? '; ' . better : '')
load scripts.'open.gp'

# A label takes 15 pixels of the axis; the last run always has one.
x_margin = 0.7 + 0.008 * run_places[runs_n]
x_first = run_places[1] - x_margin
x_last = run_places[runs_n] + x_margin
width_of(runs) = runs * (right - left) / (x_last - x_first)
every = 1
while (width_of(every) < 15) { every = every + 1 }
set xrange [x_first:x_last]
set lmargin at screen px(left)
set rmargin at screen px(right)
set grid ytics lt 1 lc rgb hair lw 0.6, lt 1 lc rgb hair lw 0.01
set bars 0.4

# What is new about a machine stands beside its line, where there is room before the next one.
x_pixel(place) = left + width_of(place - x_first)
taken = left
do for [b = 1:breaks_n] {
	x_break = x_pixel(break_places[b])
	x_next = b < breaks_n ? x_pixel(break_places[b + 1]) : right
	x_wide = 5.6 * strlen(break_names[b])
	if (x_break + x_wide < x_next) {
		set label 10 + b break_names[b] at screen px(x_break),py(top - 28) left font ',9' textcolor rgb faint
		taken = x_break + x_wide
	} else {
		if (x_break - x_wide > taken) {
			set label 10 + b break_names[b] at screen px(x_break),py(top - 28) right font ',9' textcolor rgb faint
			taken = x_break
		}
	}
}

do for [p = 1:panels_n] {
	p_top = top + pitch * (p - 1)
	p_bottom = p_top + tall
	set tmargin at screen py(p_top)
	set bmargin at screen py(p_bottom)

	# Noise of a few per cent is not to fill the panel, and crosses have room below.
	middle = (lows[p] + highs[p]) / 2.0
	spread = (highs[p] - lows[p]) / 2.0
	if (spread < 0.05 * middle) { spread = 0.05 * middle }
	if (spread <= 0) { spread = 1.0 }
	y_low = middle - 1.35 * spread
	y_high = middle + 1.25 * spread
	if (lows[p] >= 0 && y_low < 0) { y_low = 0 }
	set yrange [y_low:y_high]
	y_step = step_of(y_high - y_low, 5)
	tics_y = ''
	do for [i = int(ceil(y_low / y_step)):int(floor(y_high / y_step))] {
		tics_y = tics_y . tic(i * y_step, si(i * y_step, unit))
	}
	eval 'set ytics nomirror ' . bracketed(tics_y)
	y_cross = y_low + 0.05 * (y_high - y_low)

	unset xtics
	set xtics nomirror scale 0.4 format '' (x_first - 1)
	do for [i = runs_n:1:-1] {
		if ((runs_n - i) % every == 0) { set xtics add ((p == panels_n ? run_names[i] : '') run_places[i]) }
	}
	if (p == panels_n) { set xtics rotate by 50 right font ',9' }

	set label 8 names[p] at screen px(left),py(p_top - 11) left font ',12' textcolor rgb 'black'
	do for [b = 1:breaks_n] {
		set arrow b from break_places[b], graph 0 to break_places[b], graph 1 nohead \
			lw 1.2 dt (6,4) lc rgb faint back
	}
	if (p == 1) {
		set key at screen px(right),py(heading - 31) right top horizontal Left reverse \
			samplen 2 width -3 font ',10' textcolor rgb ink
	}
	plot levels index (p - 1) using 1:2 with lines lw 2 lc rgb 'black' title 'level', \
		table index (p - 1) using 1:2:3:4 with yerrorbars pt -1 lw 1 lc rgb dot notitle, \
		table index (p - 1) using 1:($5 == 0 ? $2 : NaN) with points pt 7 ps 0.8 lc rgb dot title 'run', \
		table index (p - 1) using 1:($5 == 1 ? $2 : NaN) with points pt 7 ps 0.8 lc rgb 'white' notitle, \
		table index (p - 1) using 1:($5 == 1 ? $2 : NaN) with points pt 6 ps 0.8 lw 1.2 lc rgb dot \
			title 'of a changed tree (*)', \
		table index (p - 1) using 1:($5 == 2 ? y_cross : NaN) with points pt 2 ps 0.9 lw 1.6 lc rgb alarm \
			title 'failed', \
		changes index (p - 1) using 1:($3 > $2 ? $3 : $2):4:($5 < 0 ? worse_colour : $5 > 0 ? better_colour : 0x333333) \
			with labels offset 0,0.9 font ',11' textcolor rgb variable notitle, \
		NaN notitle
	unset key
	unset label
}
unset multiplot
unset output
