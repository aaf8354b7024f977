# SPDX-License-Identifier: MIT
# The timeline of tasks, a row each: a thin line while it is queued or waits, a thick one while it
# runs, half as thick where it runs for less than half of what a pixel shows.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more) + 17
rows_n = |names|
row_height = rows_n > 30 ? 14 : 24
left = 84
longest = 0
do for [i = 1:rows_n] { longest = strlen(places[i]) > longest ? strlen(places[i]) : longest }
right = longest > 16 ? 138 : 106
top = heading + 26
bottom = top + row_height * rows_n + 10
H = bottom + 60
note = sums . (more > 0 ? sprintf('; %d more are not shown', more) : '')
load scripts.'open.gp'

# By cell: 1 queued, 2 waiting, 3 running in part, 4 running. Thickness tells them apart in grey.
colours = '#BBBBBB #E69F00 #0072B2 #0072B2'
halves = '0.05 0.11 0.2 0.38'
cell_colour(k) = word(colours, k)
half(k) = real(word(halves, k))

# The legend, over the whole width.
set lmargin at screen px(10)
set rmargin at screen px(W - 10)
set tmargin at screen py(heading - 14)
set bmargin at screen py(heading + 12)
set border 0
unset tics
set xrange [0:1]
set yrange [0:1]
set key inside left center Left reverse horizontal samplen 2 textcolor rgb ink
plot for [k = 1:4] NaN with lines lw 22 * half(k) lc rgb cell_colour(k) title cell_words[k]
unset key
unset label

set lmargin at screen px(left)
set rmargin at screen px(W - right)
set tmargin at screen py(top)
set bmargin at screen py(bottom)
set border 1 lw 0.8 lc rgb ink
set xrange [0:length_s > 0 ? length_s : 1]
set yrange [rows_n + 0.7:0.3]
set tics nomirror out scale 0.6 textcolor rgb ink
tics_y = ''
do for [i = 1:rows_n] {
	tics_y = tics_y . tic(i, names[i])
	set label (9 + i) places[i] at graph 1,first i offset 1,0 left font ',10' textcolor rgb faint
}
eval 'set ytics nomirror scale 0 ' . bracketed(tics_y)
tics_x = tic(0, '0')
do for [i = 1:int(floor(length_s * 1.0001 / step_s))] {
	tics_x = tics_x . tic(i * step_s, si(i * step_s, 's'))
}
eval 'set xtics nomirror ' . bracketed(tics_x)
set grid xtics lc rgb hair lw 0.6 lt 1
plot for [k = 1:4] table using ($4 == k ? $2 : NaN):1:2:3:($1 - half(k)):($1 + half(k)) \
	with boxxyerror lc rgb cell_colour(k) fs solid 1 noborder notitle, \
	NaN notitle
unset multiplot
unset output
