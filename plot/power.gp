# SPDX-License-Identifier: MIT
# How many gates find a slowdown, against its size: cpu.tsv and io.tsv have a
# row a level, of per cent, rate, low and high. threshold is the gate's.
load scripts.'style.gp'
top = 80
left = 96
right = W - 150
bottom = top + 380
H = bottom + 62
title_text = 'How often a gate finds a slowdown'
parameters = ''
parameters_more = ''
note = 'cells in which a gate finds it by throughput or CPU time, all cells of a kind together; bars: 95 % intervals'
heading = 72
load scripts.'open.gp'
set lmargin at screen px(left)
set rmargin at screen px(right)
set tmargin at screen py(top)
set bmargin at screen py(bottom)
set key at screen px(right + 6),py(top - 4) left top Left reverse samplen 3 spacing 1.25 textcolor rgb ink
set label 5 'gates that find it (%)' at screen px(20),py((top + bottom) / 2.0) center rotate textcolor rgb ink
set label 7 'tasks that do their work twice (%)' center at screen px((left + right) / 2.0),py(bottom + 42) textcolor rgb ink
set grid ytics lt 1 lc rgb hair lw 0.6
set xrange [0:*<10.5]
set autoscale xmax
set yrange [-3:103]
set xtics nomirror autofreq
set ytics nomirror 0,20
set arrow 1 from threshold,-3 to threshold,103 nohead lw 1.4 dt (8,5) lc rgb alarm
plot 'cpu.tsv' using 1:2:3:4 with yerrorbars ls 2 dt solid pt -1 lw 1 notitle, \
	'io.tsv' using 1:2:3:4 with yerrorbars ls 4 dt solid pt -1 lw 1 notitle, \
	'cpu.tsv' using 1:2 with linespoints ls 2 title 'CPU cells', \
	'io.tsv' using 1:2 with linespoints ls 4 title 'I/O cells', \
	NaN with lines lw 1.4 dt (8,5) lc rgb alarm title 'threshold'
unset multiplot
unset output
