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
quick=(run -w sleep -m blocking,threads -c 20 -n 40 --trials 6)

@test "a terminal has the table in place while it goes, then the final one alone" {
	on_terminal -- "${quick[@]}" >"$tmp/typescript"
	grep -qF "$escape[J" "$tmp/typescript"
	grep -qF "not run" "$tmp/typescript"
	grep -qF "% " "$tmp/typescript"
	# After the last erasure there is the final table and nothing else.
	last=$(tr -d '\r' <"$tmp/typescript" | awk -v RS="$escape\\\\[J" 'END { printf "%s", $0 }')
	[[ $last == *"sleep: wait on a timer"*"Medians of 6 trials"* ]] || fail "$last"
	[[ $last != *"["*"#"*"] "* ]]
	[[ $last == *"threads      $escape[1;32m"*"*"*"$escape[0m"* ]] || fail "$last"
}

@test "NO_COLOR and a dumb terminal are obeyed" {
	on_terminal NO_COLOR=1 -- "${quick[@]}" >"$tmp/typescript"
	grep -qF "$escape[J" "$tmp/typescript"
	[ "$(grep -cE "$escape\[[0-9;]*m" "$tmp/typescript")" -eq 0 ]
	on_terminal NO_COLOR= -- "${quick[@]}" >"$tmp/typescript"
	grep -qE "$escape\[[0-9;]*m" "$tmp/typescript"
	on_terminal TERM=dumb -- "${quick[@]}" >"$tmp/typescript"
	[ "$(grep -cF "$escape" "$tmp/typescript")" -eq 0 ]
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

long=(run -w sleep,null,primes -m blocking,threads,threadpool,eventloop -c 1,4 -n 60 --param below=20000 --trials 200)

@test "it is drawn within the terminal, also when that is resized, and Ctrl-C leaves all as it was" {
	tmux -S "$socket" -f /dev/null new-session -d -s run -x 80 -y 14 /bin/sh
	tmux -S "$socket" send-keys -t run "PS1=; stty -a >'$tmp/before'; '$concbench' ${long[*]}; echo ended with \$?; stty -a >'$tmp/after'" Enter
	until_true drawn
	[ "$(grep -c '^sleep: \|^null: \|^primes: ' "$tmp/pane")" -eq 1 ] || fail "$(cat "$tmp/pane")"
	tmux -S "$socket" resize-window -t run -x 44 -y 12
	sleep 1.5
	until_true drawn
	[ "$(LC_ALL=C.UTF-8 awk 'length > 44' "$tmp/pane" | wc -l)" -eq 0 ]
	tmux -S "$socket" resize-window -t run -x 90 -y 30
	sleep 1.5
	until_true drawn
	for workload in sleep null primes; do
		[ "$(grep -c "^$workload: " "$tmp/pane")" -eq 1 ] || fail "$(cat "$tmp/pane")"
	done
	tmux -S "$socket" send-keys -t run C-c
	until_true prompt_is_back
	tmux -S "$socket" capture-pane -p -S -200 -t run >"$tmp/pane"
	grep -q 'ended with 130' "$tmp/pane"
	[ "$(grep -c '^\[[#.]*\] ' "$tmp/pane")" -eq 0 ] || fail "$(cat "$tmp/pane")"
	diff <(sed 's/rows.*columns [0-9]*//' "$tmp/before") <(sed 's/rows.*columns [0-9]*//' "$tmp/after")
	tmux -S "$socket" send-keys -t run "echo seen" Enter
	until_true grep -q '^seen' <(pane)
}
