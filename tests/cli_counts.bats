#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench, tmp and stderr are set by cli.bash and by run
# Counts of a trial: held against strace and valgrind; and what is injected on purpose shows in them.

load cli

setup() {
	cli_setup
	mkdir "$tmp/work"
}

teardown() {
	until_true nothing_alive
}

# KEY ARGUMENT..: that number of a trial with these.
counted() {
	local trial
	trial=$("$concbench" trial "${@:2}" --counts --workdir "$tmp/work")
	[[ $trial == *'"status":"ok"'*'"counted":true'* && $trial =~ \"$1\":([0-9]+) ]] || fail "$trial"
	echo "${BASH_REMATCH[1]}"
}

# FOLLOW ARGUMENT..: system calls that strace sees in a trial with these; with FOLLOW as -f, also in
# what it starts. Its -c leaves out calls that do not return, as those that end a process.
by_strace() {
	# shellcheck disable=SC2086 # an empty one is none
	strace $1 -o "$tmp/strace" "$concbench" trial "${@:2}" --workdir "$tmp/work" >/dev/null
	grep -cE '^([0-9]+ +)?[a-z0-9_]+\(' "$tmp/strace"
}

# ARGUMENT..: allocations that valgrind sees in a trial with these.
by_valgrind() {
	valgrind --log-file="$tmp/valgrind" "$concbench" trial "$@" --workdir "$tmp/work" >/dev/null
	sed -n 's/,//g; s/.*total heap usage: \([0-9]*\) allocs.*/\1/p' "$tmp/valgrind"
}

# COMMAND ARGUMENT..: how much more it says of 40 tasks than of 20.
of_twenty() {
	echo $(($("$@" -n 40) - $("$@" -n 20)))
}

equal() {
	[ "$1" -eq "$2" ] || fail "$1 is not $2: $3"
}

@test "system calls are those that strace sees" {
	for trial in "blocking -w sleep" "processes -w sleep" "blocking -w file"; do
		read -ra words <<<"$trial"
		ours=$(of_twenty counted system_calls -m "${words[@]}")
		equal "$ours" "$(of_twenty by_strace -f -m "${words[@]}")" "$trial"
	done
	[ "$ours" -gt 20 ]
}

@test "the origin's calls are not counted" {
	ours=$(of_twenty counted system_calls -m blocking -w rawget)
	seen=$(of_twenty by_strace '' -m blocking -w rawget)
	[ $((ours * 10)) -ge $((seen * 9)) ] && [ $((ours * 10)) -le $((seen * 11)) ] || fail "$ours of $seen"
	[ "$ours" -ge 80 ]
}

@test "allocations are those that valgrind sees" {
	ours=$(of_twenty counted allocations -m coroutine -w spawn --param children=10)
	equal "$ours" "$(of_twenty by_valgrind -m coroutine -w spawn --param children=10)" spawn
	[ "$ours" -ge 200 ]
	equal "$(counted allocations -m blocking -w primes -n 50)" 0 primes
}

@test "one more call a task is seen in every form of a task" {
	for trial in "blocking sleep" "blocking primes" "blocking null" "blocking sha256" "processes null" \
		"coroutine primes" "eventloop null" "stackless null"; do
		read -r model workload <<<"$trial"
		plain=$(counted system_calls -m "$model" -w "$workload" -n 60)
		equal "$(counted system_calls -m "$model" -w "$workload" -n 60 --inject-call)" \
			$((plain + 60)) "$trial"
	done
	for model in eventloop coroutine; do
		plain=$(counted system_calls -m $model -w sleep -n 200)
		more=$(($(counted system_calls -m $model -w sleep -n 200 --inject-call) - plain))
		[ $more -ge 190 ] && [ $more -le 210 ] || fail "$model: $more more than $plain"
	done
}

@test "threads and processes by the hundred are counted" {
	for model in threads processes; do
		calls=$(counted system_calls -m $model -w sleep -n 400 -c 200)
		[ "$calls" -ge 2000 ] && [ "$calls" -le 20000 ] || fail "$model: $calls"
	done
}

@test "a server is counted without its load, also by its workers" {
	for model in threads prefork; do
		"$concbench" trial -m $model -w echo -c 4 --param duration_ms=200 --param warmup_ms=20 \
			--counts --workdir "$tmp/work" >"$tmp/trial"
		/usr/bin/python3 -c '
import json, sys
trial = json.load(open(sys.argv[1]))
assert trial["status"] in ("ok", "invalid") and trial["counted"], trial
assert trial["tasks"] > 100 and 2 <= trial["system_calls"] / trial["tasks"] <= 6, trial
assert trial["allocations"] is not None, trial' "$tmp/trial"
	done
}

@test "where nobody may trace, counting is unavailable, and says why" {
	run --separate-stderr strace -f -o /dev/null "$concbench" trial -m blocking -w null --counts
	[ "$status" -eq 1 ]
	[[ $output == *'"status":"unavailable"'*ptrace* ]]
}

@test "injected work is half of the tasks once more, and shows in CPU time and calls" {
	plain=$(counted system_calls -m blocking -w sleep -n 60)
	equal "$(counted system_calls -m blocking -w sleep -n 60 --inject 50)" $((plain + 30)) sleep
	equal "$(counted system_calls -m blocking -w sleep -n 80 --inject 2.5)" 82 "2.5 % of 80"
	for percent in 0 50; do
		"$concbench" trial -m blocking -w primes -n 100 --inject $percent >"$tmp/$percent"
	done
	/usr/bin/python3 -c '
import json, sys
plain, more = (json.load(open(path)) for path in sys.argv[1:])
cpu_s = [t["cpu_user_s"] + t["cpu_system_s"] for t in (plain, more)]
assert 1.2 <= cpu_s[1] / cpu_s[0] <= 1.8, cpu_s
assert "counted" not in plain' "$tmp/0" "$tmp/50"
}

@test "work is not injected where there is no straight-line form, nor any share of it" {
	for trial in "eventloop sleep" "stackless sleep" "threads echo"; do
		read -r model workload <<<"$trial"
		run --separate-stderr "$concbench" trial -m "$model" -w "$workload" --inject 5
		[ "$status" -eq 1 ]
		[[ $output == *'"status":"unavailable"'*inject* ]] || fail "$output"
	done
	refused "0 to 100" trial -m blocking -w null --inject 101
	refused "0 to 100" trial -m blocking -w null --inject -1
	refused "0 to 100" trial -m blocking -w null --inject nan
	refused "0 to 100" trial -m blocking -w null --inject 5x
}

@test "a counted trial that is ended leaves nothing behind" {
	for how in "processes INT" "threads KILL"; do
		read -r model signal <<<"$how"
		"$concbench" trial -m "$model" -w fetch -c 4 -n 4000 --param delay_ms=1000 --counts \
			>"$tmp/out" 3>&- &
		until_true one_alive_named origin
		sleep 0.1
		kill "-$signal" $!
		wait $! || true
		until_true nothing_alive
		[ ! -s "$tmp/out" ]
	done
}
