# SPDX-License-Identifier: MIT
# Throughput against concurrency by model, in decades, with intervals.
load scripts.'style.gp'
load scripts.'concurrency.gp'
H = top + 400 + foot
title_text = 'Throughput of '.workload
p_nothing = 'no cell of this workload is ok'
load scripts.'open.gp'

p_column = c_throughput
p_min = throughput_min
p_max = throughput_max
p_zero = throughput_zero
p_unit = ''
p_label = 'throughput ('.operation.'/s)'
p_top = top
p_bottom = top + 400
p_last = 1
load scripts.'panel.gp'
load scripts.'words.gp'
unset multiplot
unset output
