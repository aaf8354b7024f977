# SPDX-License-Identifier: MIT
# What a task, operation or request costs: CPU time and context switches, against concurrency
# by model; of a single concurrency model by model.
load scripts.'style.gp'
load scripts.'concurrency.gp'
H = top + 540 + foot
title_text = 'Cost of '.workload.' per '.operation_short . \
	(named ? ' at concurrency '.word(concurrencies, 1) : '')
p_nothing = 'no cell of this workload is ok'
load scripts.'open.gp'

p_column = c_cpu
p_min = cpu_min
p_max = cpu_max
p_zero = cpu_zero
p_unit = 's'
p_label = 'CPU time per '.operation_short
p_top = top
p_bottom = top + 255
p_last = 0
load scripts.'panel.gp'

p_column = c_switches
p_min = switches_min
p_max = switches_max
p_zero = switches_zero
p_unit = ''
p_label = 'context switches per '.operation_short
p_top = top + 285
p_bottom = top + 540
p_last = 1
load scripts.'panel.gp'
load scripts.'words.gp'
unset multiplot
unset output
