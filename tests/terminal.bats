#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench and tmp are set by cli.bash
# What is drawn on a terminal while a run goes, and what is not where there is none.

load cli

setup() {
	cli_setup
	export TERM=xterm-256color
	unset NO_COLOR
	socket=$tmp/tmux
}

teardown() {
	[ ! -e "$socket" ] || tmux -S "$socket" kill-server || true
}

escape=$'\033'

# VARIABLE=VALUE.. -- ARGUMENT..: what concbench sends to a terminal of its own.
on_terminal() {
	local settings=()
	while [ "$1" != -- ]; do
		settings+=("$1")
		shift
	done
	env "${settings[@]}" script -qec "stty rows 24 columns 80; '$concbench' ${*:2}" /dev/null </dev/null
}

# One model far ahead of another, so that there is a best one.
quick=(run -w sleep -m "blocking,threads" -c 20 -n 40 --trials 6)

@test "a terminal has the table in place while it goes, then the final one alone" {
	on_terminal -- "${quick[@]}" >"$tmp/typescript"
	grep -qF "${escape}[A${escape}[K" "$tmp/typescript"
	grep -qF "not run" "$tmp/typescript"
	grep -qF "% " "$tmp/typescript"
	# After the last erasure there is the final table and nothing else.
	last=$(tr -d '\r' <"$tmp/typescript" | awk -v RS="$escape\\\\[K" 'END { printf "%s", $0 }')
	[[ $last == *"sleep: wait on a timer"*"Medians of 6 trials"* ]] || fail "$last"
	[[ $last != *"["*"#"*"] "* ]]
	[[ $last == *"threads      ${escape}[1;32m"*"*"*"${escape}[0m"* ]] || fail "$last"
}

@test "NO_COLOR and a dumb terminal are obeyed" {
	on_terminal NO_COLOR=1 -- "${quick[@]}" >"$tmp/typescript"
	grep -qF "${escape}[A${escape}[K" "$tmp/typescript"
	[ "$(grep -cE "$escape\[[0-9;]*m" "$tmp/typescript")" -eq 0 ]
	on_terminal NO_COLOR= -- "${quick[@]}" >"$tmp/typescript"
	grep -qE "$escape\[[0-9;]*m" "$tmp/typescript"
	on_terminal TERM=dumb -- "${quick[@]}" >"$tmp/typescript"
	[ "$(grep -cF "$escape" "$tmp/typescript")" -eq 0 ]
}

@test "what is worse and what is better is coloured, but not in a file" {
	"$concbench" "${quick[@]}" -o "$tmp/old.json" >"$tmp/out"
	/usr/bin/python3 - "$tmp" <<'PYTHON'
import json, sys
root = json.load(open(sys.argv[1] + "/old.json"))
for name, middles in ("old", (100, 100)), ("new", (200, 50)):
	for cell, middle in zip(root["cells"], middles):
		for i, trial in enumerate(cell["trials"]):
			trial["throughput_per_s"] = middle + i
	json.dump(root, open("%s/%s.json" % (sys.argv[1], name), "w"))
PYTHON
	on_terminal -- compare "$tmp/old.json" "$tmp/new.json" --metric throughput_per_s >"$tmp/typescript" ||
		[ $? -eq 1 ]
	grep -qF "${escape}[31mworse${escape}[0m" "$tmp/typescript"
	grep -qF "${escape}[1;32mbetter${escape}[0m" "$tmp/typescript"
	on_terminal -- compare "$tmp/old.json" "$tmp/new.json" -o "$tmp/text" || [ $? -eq 1 ]
	[ "$(grep -cF "$escape" "$tmp/text")" -eq 0 ]
}

@test "without a terminal there are plain lines" {
	"$concbench" "${quick[@]}" >"$tmp/out" 2>"$tmp/err"
	[ "$(cat "$tmp/out" "$tmp/err" | grep -cF "$escape")" -eq 0 ]
	grep -qE '^ *0 %  sleep (blocking|threads) 20$' "$tmp/err"
	[[ $(cat "$tmp/out") == $'\n'"sleep: "* ]]
}

pane() {
	tmux -S "$socket" capture-pane -p -t run
}

# A bar, and above it a table with a number.
drawn() {
	pane >"$tmp/pane"
	[ "$(grep -c '^\[[#.]*\] ' "$tmp/pane")" -eq 1 ] && grep -qE '^threads .* ±' "$tmp/pane"
}

prompt_is_back() {
	pane | grep -q 'ended with'
}

long=(run -w "sleep,null,primes" -m "blocking,threads,threadpool,eventloop" -c "1,4" -n 60 --param below=20000 --trials 200)

# ROWS: the run in a terminal of 80 columns, until a table is drawn.
begin() {
	tmux -S "$socket" -f /dev/null new-session -d -s run -x 80 -y "$1" /bin/sh
	tmux -S "$socket" send-keys -t run "PS1=; clear; stty -a >'$tmp/before'; '$concbench' ${long[*]}; \
echo ended with \$?; stty -a >'$tmp/after'" Enter
	until_true drawn
}

# WORKLOAD..: the tables on the screen, in so many lines up to the bar.
tables_are() {
	drawn || return
	[ "$(sed '/^\[/q' "$tmp/pane" | tail -n "$rows" | sed -n 's/^\(sleep\|null\|primes\): .*/\1/p' | xargs)" = "$*" ]
}

@test "a table that is higher than the terminal is shown in pages, and Ctrl-C leaves the final one alone" {
	begin 14
	rows=14
	until_true tables_are null
	until_true tables_are sleep # the next page
	tmux -S "$socket" send-keys -t run C-c
	until_true prompt_is_back
	tmux -S "$socket" capture-pane -p -S -200 -t run >"$tmp/pane"
	grep -q 'ended with 130' "$tmp/pane"
	[ "$(grep -c '^\[[#.]*\] ' "$tmp/pane")" -eq 0 ] || fail "$(cat "$tmp/pane")"
	[ "$(grep -c '^sleep: \|^null: \|^primes: ' "$tmp/pane")" -eq 3 ] || fail "$(cat "$tmp/pane")"
	cmp "$tmp/before" "$tmp/after"
}

# NAME: whether the line of that model is on the screen, all of which is drawn.
shows() {
	pane >"$tmp/pane"
	grep -q "^\[[#.]*\] " "$tmp/pane" && grep -q "^$1 " "$tmp/pane"
}

@test "a table of one part that is higher than the terminal is shown whole, piece by piece" {
	know_models
	long=(run -w null -m "$everyone" -c 1 -n 60 --trials 2000)
	tmux -S "$socket" -f /dev/null new-session -d -s run -x 80 -y 8 /bin/sh
	tmux -S "$socket" send-keys -t run "PS1=; clear; '$concbench' ${long[*]}" Enter
	[ "${#here[@]}" -gt 8 ]
	for model in "${here[@]}"; do
		until_true shows "$model"
	done
	tmux -S "$socket" send-keys -t run C-c
	until_true nothing_alive
}

one_table() {
	tables_are null || tables_are sleep || tables_are primes
}

@test "it is drawn anew at the size that the terminal has come to" {
	begin 30
	rows=30
	until_true tables_are null sleep primes
	tmux -S "$socket" resize-window -t run -x 44 -y 12
	rows=12
	until_true one_table
	[ "$(LC_ALL=C.UTF-8 awk 'length > 44' "$tmp/pane" | wc -l)" -eq 0 ]
	tmux -S "$socket" resize-window -t run -x 90 -y 30
	rows=23 # what is drawn: above it may be what no longer fitted in between
	until_true tables_are null sleep primes
	grep -q '^threads .* [0-9.]*M$' "$tmp/pane"
}
