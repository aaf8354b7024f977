# SPDX-License-Identifier: MIT
# What the pictures of a sweep share: one panel of height panel_height below
# the heading, the legend at the right.
load scripts.'style.gp'
heading = heading_of(parameters, parameters_more)
models_n = words(models)
top = heading + 4
left = 96
right = W - 82 - widest(models)
bottom = top + panel_height
H = bottom + 62
load scripts.'open.gp'
set lmargin at screen px(left)
set rmargin at screen px(right)
set tmargin at screen py(top)
set bmargin at screen py(bottom)
unset mxtics
unset mytics
set grid ytics lt 1 lc rgb hair lw 0.6, lt 1 lc rgb hair lw 0.01
set key at screen px(right + 6),py(top - 4) left top Left reverse samplen 3 spacing 1.25 \
	textcolor rgb ink
set label 5 y_label at screen px(20),py((top + bottom) / 2.0) center rotate textcolor rgb ink
set label 7 x_label center at screen px((left + right) / 2.0),py(bottom + 42) textcolor rgb ink

