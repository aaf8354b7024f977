# SPDX-License-Identifier: MIT
# What a task costs, against concurrency by model: CPU time and context switches.
load scripts.'style.gp'
load scripts.'concurrency.gp'
H = top + 540 + foot
title_text = 'Cost of a task of '.workload
p_nothing = 'no cell of this workload is ok'
load scripts.'open.gp'

p_column = c_cpu
p_min = cpu_min
p_max = cpu_max
p_zero = cpu_zero
p_unit = 's'
p_label = 'CPU time a task'
p_top = top
p_bottom = top + 255
p_last = 0
load scripts.'panel.gp'

p_column = c_switches
p_min = switches_min
p_max = switches_max
p_zero = switches_zero
p_unit = ''
p_label = 'context switches a task'
p_top = top + 285
p_bottom = top + 540
p_last = 1
load scripts.'panel.gp'
load scripts.'words.gp'
unset multiplot
unset output
