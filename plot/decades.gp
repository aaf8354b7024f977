# SPDX-License-Identifier: MIT
# A log axis from p_min to p_max in p_unit: makes y_low, y_high, and tics_y.
# Decades when there are many, 1-2-5 when few, even steps within one. Where
# p_zero is set, 0 has a place of its own below, at y_zero.
p_some = p_max > 0 || p_zero
p_min = real(p_min)   # 4 / 10 is 0 to gnuplot
p_max = real(p_max)
if (p_max <= 0) {
	p_min = 1.0
	p_max = 1.0
}
if (p_zero && p_min > p_max / 10) {
	p_min = p_max / 10   # far enough from 0 to see that 0 is something else
}
pad = (p_max / p_min)**0.06
if (pad < 1.12) { pad = 1.12 }
y_low = p_min / pad
y_high = p_max * pad
tics_y = ''
ratio = y_high / y_low
if (ratio < 4) {
	y_step = step_of(y_high - y_low, 5)
	do for [i = int(ceil(y_low / y_step)):int(floor(y_high / y_step))] {
		tics_y = tics_y . tic(i * y_step, si(i * y_step, p_unit))
	}
} else {
	do for [k = int(floor(log10(y_low))):int(floor(log10(y_high)))] {
		do for [i = 1:9] {
			y_tic = i * 10.0**k
			shown = i == 1 || (ratio < 1000 && (i == 2 || i == 5))
			if (y_tic >= y_low && y_tic <= y_high) {
				tics_y = tics_y . (shown ? tic(y_tic, si(y_tic, p_unit)) : minor_tic(y_tic))
			}
		}
	}
}
y_zero = y_low
if (p_zero) {
	y_zero = y_low / ratio**0.06
	y_low = y_zero / ratio**0.04
	tics_y = tics_y . tic(y_zero, '0')
}
on_axis(y) = y > 0 ? y : y <= 0 ? y_zero : NaN
