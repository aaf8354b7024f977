# SPDX-License-Identifier: MIT
# What the pictures have in common: colours, shapes, scales and layout. Each
# picture starts with it, so that none inherits another's settings. Layout is in pixels from the upper left of a picture W wide and H high,
# so that rows of words and legends have the room they need whatever H is.

reset
set encoding utf8
set datafile separator "\t"
W = 960

# Models. Okabe and Ito's colours can be told apart by colour-blind people, and
# shape and dashes tell them apart in grey: the colours come back after seven
# models, the shapes after fourteen, filled first and then open. Points get
# smaller from model to model, so that one on top of another leaves a rim.
palette = '#000000 #0072B2 #56B4E9 #D55E00 #E69F00 #009E73 #CC79A7'
shapes = '7 5 9 11 13 15 3 6 4 8 10 12 14 2'
colour(style) = word(palette, (style - 1) % 7 + 1)
shape(style) = int(word(shapes, (style - 1) % 14 + 1))
do for [i = 1:14] {
	set style line i lc rgb colour(i) pt shape(i) lw 1.5 ps 1.75 - 0.1 * ((i - 1) % 7 + 1)
}
set style line 1 dt solid
set style line 2 dt (14,4)
set style line 3 dt (7,3)
set style line 4 dt (10,3,2,3)
set style line 5 dt (3,3)
set style line 6 dt (14,3,2,3,2,3)
set style line 7 dt (1.5,2.5)
set style line 8 dt (5,2,5,6)
set style line 9 dt solid
set style line 10 dt (14,4)
set style line 11 dt (7,3)
set style line 12 dt (10,3,2,3)
set style line 13 dt (3,3)
set style line 14 dt (14,3,2,3,2,3)
style(m) = int(word(styles, m))
line_of(style) = (style - 1) % 14 + 1

ink = '#333333'
faint = '#888888'
hair = '#DDDDDD'
alarm = '#9A3300'   # words in the place of a number

# A number with at most three digits and a prefix: 10 µs, 2.5 ms, 1 k. What has
# no unit has no prefix below 1: half a switch is 0.5, not 500 m.
rounded(x) = real(sprintf('%.2e', x))
power(x) = x == 0 ? 0 : int(floor(log10(abs(rounded(x))) / 3.0 + 1e-9))
prefix(n) = n == 0 ? '' : word('p n µ m _ k M G T', n + 5)
thousands(x, unit) = strlen(unit) || power(x) > 0 ? power(x) : 0
joined(digits, unit) = digits . (strlen(unit) ? ' ' : '') . unit
si(x, unit) = joined(sprintf('%.3g', rounded(x) / 1000.0**thousands(x, unit)), \
	prefix(thousands(x, unit)) . unit)

# A linear axis: a step of 1, 2 or 5 that gives about n steps up to x.
magnitude(x) = 10.0**floor(log10(x))
nice(x) = x / magnitude(x) > 5 ? 10 * magnitude(x) : \
	x / magnitude(x) > 2 ? 5 * magnitude(x) : \
	x / magnitude(x) > 1 ? 2 * magnitude(x) : magnitude(x)
step_of(x, n) = nice(x / real(n))

# Tics are collected as the text between the brackets of "set xtics (...)".
tic(x, text) = sprintf('"%s" %.9g, ', text, x)
minor_tic(x) = sprintf('"" %.9g 1, ', x)
bracketed(tics) = '(' . tics[1:strlen(tics) - 2] . ')'

# Pixels to gnuplot's share of the picture, from the left and from below.
px(x) = x / real(W)
py(y) = 1 - y / real(H)

# The widest text a list of words needs, in pixels at the usual size.
widest(list) = (longest = 0, sum [i = 1:words(list)] \
	(longest = strlen(word(list, i)) > longest ? strlen(word(list, i)) : longest, 0), 7.2 * longest)

# The heading has the title, one or two lines of parameters, and one on the trials.
lines_of(parameters, more) = strlen(parameters) == 0 ? 0 : strlen(more) == 0 ? 1 : 2
heading_of(parameters, more) = 72 + 17 * lines_of(parameters, more)
