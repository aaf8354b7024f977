# SPDX-License-Identifier: MIT
# Below a picture against concurrency: the cells that have no number, in words,
# at their model's row and their concurrency's place.
if (words(wordy)) {
	unset grid
	unset logscale y
	unset xtics
	set border 0
	set label 1 'without a result' at graph 1,0.5 offset 1,0 left font ',10' textcolor rgb faint
	set tmargin at screen py(H - row_height * words(wordy) - 6)
	set bmargin at screen py(H - 6)
	set yrange [words(wordy) + 0.5:0.5]
	set ytics nomirror scale 0 ('' 0)   # so that gnuplot adds none of its own
	do for [i = 1:words(wordy)] { set ytics add (word(wordy, i) i) }
	set object 1 rectangle from graph 0,0 to graph 1,1 behind fc rgb '#F6F3EE' fs solid noborder
	plot words_table using (named ? (x_low + x_high) / 2 : $2):1:3 with labels font ',10' textcolor rgb alarm notitle, NaN notitle
}
