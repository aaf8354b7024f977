# SPDX-License-Identifier: MIT
# shellcheck shell=bash
# What the floors' scripts share: arms, run interleaved, and the table of what they reached.
#
# Every round runs each arm once, in random order but with arms that are compared next to each
# other, so that what the machine does with time falls on them alike. Ratios are the medians of the
# rounds' own ratios, with their 96 % interval for 9 rounds. The script sets B, the build folder,
# rounds, and arms: "GROUP NAME COMMAND..", where the command is a function or a program that prints
# the arm's numbers, on one line.
set -o pipefail # a trial that went wrong is no number, whatever it printed
concbench=$B/concbench
dir=$(mktemp -d)
started=()
trap 'kill "${started[@]}" 2>/dev/null; rm -rf "$dir"' EXIT
trap 'exit 130' INT TERM

cpus=$(nproc)
# As --pin shares them out on two CPUs: origin or load on the first, model on the second.
if [ "$cpus" -ge 2 ]; then on_first=(taskset -c 0) on_second=(taskset -c 1) pin=--pin
else on_first=() on_second=() pin=; echo "one CPU only: client and server share it"; fi

# start COMMAND..: a server that prints its address, which is then in address, until the script ends.
start() {
	local out
	out=$(mktemp -p "$dir")
	"$@" > "$out" &
	started+=($!)
	while [ ! -s "$out" ]; do sleep 0.05; done
	address=$(cat "$out")
}

# The first of these numbers of a trial's JSON object.
field() { sed -n "s/.*\"$1\":\([-0-9.e]*\).*/\1/p"; }
trial() { "$concbench" trial "$@"; }

# A service under load: requests/s, the client's CPU in us a request, p50 and p99 in us, offered/s.
numbers() {
	/usr/bin/python3 -c 'import json, sys
t = json.load(sys.stdin)
if t["status"] != "ok": sys.exit(t["status"] + ": " + str(t["reason"]))
print(t["throughput_per_s"],
	t["generator_cpu_share"] * t["elapsed_s"] / t["tasks"] * 1e6,
	t["latency_ns"]["p50"] / 1e3, t["latency_ns"]["p99"] / 1e3,
	t["offered_per_s"] or 0)'
}
load=(-c 100 --param duration_ms=1000 --param warmup_ms=200)
served() { trial -m "$1" -w "$2" "${load[@]}" "${@:3}" | numbers; }
outside() { trial -m outside -w "$1" --external "$2" "${load[@]}" "${@:3}" | numbers; }

# The arms in an order of its own for each round: groups at random, and arms within a group.
shuffled() {
	printf '%s\n' "${arms[@]}" | awk -v seed="$RANDOM$RANDOM" 'BEGIN { srand(seed) }
		!($1 in place) { place[$1] = rand() } { print place[$1], rand(), $0 }' |
		sort -g -k1,1 -k2,2 | cut -d' ' -f4-
}

run_rounds() {
	local round name command value
	for ((round = 1; round <= rounds; round++)); do
		[ -t 2 ] && printf '\rround %d of %d' "$round" "$rounds" >&2
		while read -r name command; do
			value=$($command) || value=
			echo "${value:-nan}" >> "$dir/$name.values"
		done < <(shuffled)
	done
	[ -t 2 ] && printf '\r\033[K' >&2
}

# median, low and high (ranks 2 and n-1: 96 % for 9 rounds) of one number a line; a round whose
# measurement did not hold is left out
summary() { grep -vi nan | sort -g | awk -v least=$(((rounds + 1) / 2)) '{ v[NR] = $1 } END {
	if (NR < least) { print "nan nan nan"; exit } # too few to tell
	m = NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2
	k = NR > 7 ? 2 : 1
	printf "%.4g %.4g %.4g\n", m, v[k], v[NR + 1 - k] }'; }
short=0
# verdict LABEL VALUE LOW HIGH OP TARGET UNIT
verdict() {
	word=$(awk -v v="$2" -v t="$6" -v op="$5" \
		'BEGIN { print v ~ /^[0-9]/ && (op == ">=" ? v >= t : v <= t) ? "reached" : "SHORT" }')
	[ "$word" = reached ] || short=$((short + 1))
	printf '%-46s %8s %-4s [%s, %s]  %s %s  %s\n' "$1" "$2" "$7" "$3" "$4" "$5" "$6" "$word"
}
# column ARM [K]: the K-th number of each round, 1 unless told.
column() { cut -d' ' -f"${2:-1}" "$dir/$1.values"; }
# ratio LABEL ARM ARM OP TARGET [K]
ratio() { read -r m low high < <(paste <(column "$2" "${6:-1}") <(column "$3" "${6:-1}") |
	grep -vi nan | awk '{ print $1 / $2 }' | summary); verdict "$1" "$m" "$low" "$high" "$4" "$5" x; }
# value LABEL ARM OP TARGET UNIT [K]
value() { read -r m low high < <(column "$2" "${6:-1}" | summary)
	verdict "$1" "$m" "$low" "$high" "$3" "$4" "$5"; }
# shown LABEL ARM UNIT [K]
shown() { read -r m low high < <(column "$2" "${4:-1}" | summary)
	printf '%-46s %8s %-4s [%s, %s]\n' "$1" "$m" "$3" "$low" "$high"; }
closing() { echo "medians of $rounds interleaved rounds; $short short of their target"; }
