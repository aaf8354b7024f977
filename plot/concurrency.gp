# SPDX-License-Identifier: MIT
# The layout of pictures against concurrency: panels one above another, words
# for cells without a number below them, the legend at the right. A single
# concurrency is no axis: the models' names stand there in its place.
heading = heading_of(parameters, parameters_more)
top = heading + 4
row_height = 19
count = words(concurrencies)
models_n = words(models)
named = count == 1
slanted = models_n * (widest(models) + 10) > 720
foot = !named ? 60 : slanted ? 20 + 0.62 * widest(models) : 34
if (words(wordy)) { foot = foot + 8 + row_height * words(wordy) }
left = 96
if (words(wordy) && widest(wordy) + 24 > left) { left = widest(wordy) + 24 }
right = W - (named ? 110 : 70 + widest(models))

# A log axis of the concurrencies that were measured, and nothing between.
first = real(word(concurrencies, 1))
last = real(word(concurrencies, count))
gap = count > 1 ? (last / first)**(1.0 / (count - 1)) : 1
x_low = named ? 0.5 : first / gap**(count > 2 ? 0.35 : 0.6)
x_high = named ? models_n + 0.5 : last * gap**(count > 2 ? 0.35 : 0.6)

# At two concurrencies models stand side by side. At more they do not:
# on a line that rises in decades, a step aside looks like a step up.
spread = count > 2 ? 0 : 0.55
joined_by = count > 2 ? 'linespoints' : 'points'
beside(x, m) = named ? m : x * gap**(models_n > 1 ? spread * ((m - 1.0) / (models_n - 1) - 0.5) : 0)

# A label where it has room beside the last one that was written.
tics_x = ''
tics_x_bare = ''
written = 0
do for [i = 1:named ? 0 : count] {
	c = real(word(concurrencies, i))
	room = written == 0 ? 1 : log(c / written) / log(x_high / x_low) * (right - left) / 44.0
	tics_x = tics_x . tic(c, room >= 1 ? si(c, '') : '')
	tics_x_bare = tics_x_bare . tic(c, '')
	if (room >= 1) { written = c }
}
