# SPDX-License-Identifier: MIT
# Open the file of a picture of height H with its heading: title, parameters, note.
if (format eq 'png') {
	set terminal pngcairo size 1.5*W,1.5*H font 'sans,11' fontscale 1.1 linewidth 1.5 \
		pointscale 1.5 noenhanced background 'white'
} else {
	set terminal svg size W,H dynamic font 'DejaVu Sans,Verdana,sans-serif,12' noenhanced background 'white'
}
# A name that begins with | would be run.
set output './'.picture
set multiplot
unset label
unset key
set border 3 lw 0.8 lc rgb ink
set tics nomirror out scale 0.6 textcolor rgb ink
set label 1 title_text at screen px(20),py(24) left font ',15' textcolor rgb 'black'
set label 2 parameters at screen px(20),py(47) left font ',10' textcolor rgb ink
set label 3 parameters_more at screen px(20),py(64) left font ',10' textcolor rgb ink
set label 4 note at screen px(20),py(heading - 24) left font ',10' textcolor rgb faint
