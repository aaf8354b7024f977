# SPDX-License-Identifier: MIT
# Which model is fastest, over the share of a task that computes and the tasks in
# flight: a coloured field with a letter where one is told apart, white where none is.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
columns = words(shares)
rows = words(concurrencies)
field_height = rows > 12 ? 34 : 46
left = 96
right = W - 90 - widest(models)
top = heading + 4
bottom = top + field_height * rows
H = bottom + 64
title_text = 'Which model is fastest at mixed'
load scripts.'open.gp'

set lmargin at screen px(left)
set rmargin at screen px(right)
set tmargin at screen py(top)
set bmargin at screen py(bottom)
set border 0
set xrange [0.5:columns + 0.5]
set yrange [0.5:rows + 0.5]
# A tic's text is a format, in which the sign stands for itself when it is written twice.
tics_x = ''
do for [i = 1:columns] { tics_x = tics_x . tic(i, word(shares, i).' %%') }
tics_y = ''
do for [i = 1:rows] { tics_y = tics_y . tic(i, word(concurrencies, i)) }
eval 'set xtics nomirror scale 0 ' . bracketed(tics_x)
eval 'set ytics nomirror scale 0 ' . bracketed(tics_y)
set label 5 'tasks in flight' at screen px(20),py((top + bottom) / 2.0) center rotate textcolor rgb ink
set label 6 'share of a task''s time that computes' center \
	at screen px((left + right) / 2.0),py(bottom + 42) textcolor rgb ink
set key at screen px(right + 12),py(top) left top Left reverse samplen 2 spacing 1.4 \
	textcolor rgb ink
set style fill solid 0.45 border rgb '#AAAAAA'

# The colours of models beyond the seventh come back, so the letter is what counts.
won(m) = word(winners, m) eq '1'
is(m) = int(column(3)) == m
plot table using 1:2:(0.5):(0.5) with boxxyerror lc rgb 'white' fs solid 1 border rgb hair notitle, \
	for [m = 1:words(models)] table \
		using (is(m) ? $1 : NaN):2:(0.5):(0.5) \
		with boxxyerror lc rgb colour(style(m)) \
		title (won(m) ? word(letters, m).'  '.word(models, m) : ''), \
	table using 1:2:(strcol(4)) with labels offset 0,0.35 font ',15' textcolor rgb 'black' notitle, \
	table using 1:2:(strcol(5)) with labels offset 0,-0.75 font ',9' textcolor rgb ink notitle, \
	NaN notitle
unset multiplot
unset output
