#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# concbench gate and concbench selftest: verdicts, exit statuses, and what is left behind.

load cli

# A threshold and cells with which a busy machine cannot be taken for a change.
quick=(--threshold 100% --pairs 14 --cells primes:below=1000/blocking/1/20)

setup() {
	cli_setup
	export GIT_CONFIG_COUNT=1 GIT_CONFIG_KEY_0=safe.directory GIT_CONFIG_VALUE_0='*'
}

teardown() {
	nothing_in_tmpdir
	nothing_alive
	[[ $(git worktree list) != *"$TMPDIR"* ]]
}

# NAME COMMAND: a program in $tmp that runs a shell command.
program() {
	printf '#!/bin/sh\n%s\n' "$2" >"$tmp/$1"
	chmod +x "$tmp/$1"
}

# MAKEFILE: a commit that has nothing but this Makefile, in $commit; no object of it goes to the
# repository, only to the test's own folder.
commit_of() {
	local objects blob tree
	objects=$(git rev-parse --path-format=absolute --git-path objects)
	export GIT_ALTERNATE_OBJECT_DIRECTORIES=$tmp/objects
	mkdir -p "$tmp/objects"
	blob=$(printf '%b' "$1" | GIT_OBJECT_DIRECTORY=$tmp/objects git hash-object -w --stdin)
	tree=$(printf '100644 blob %s\tMakefile\n' "$blob" | GIT_OBJECT_DIRECTORY=$tmp/objects git mktree)
	commit=$(GIT_OBJECT_DIRECTORY=$tmp/objects GIT_ALTERNATE_OBJECT_DIRECTORIES=$objects \
		git -c user.name=n -c user.email=e commit-tree -m base "$tree")
}

# CODE: Python on the gate's document in $tmp/gate.
gate() {
	/usr/bin/python3 -c "
import json
gate = json.load(open('$tmp/gate/gate.json'))
cells = gate['cells']
metrics = {m['name']: m for c in cells if not c['control'] for m in c['metrics']}
$1"
}

@test "the same program on both sides passes, and leaves all five files" {
	run --separate-stderr "$concbench" gate --base "$concbench" "${quick[@]}" -o "$tmp/gate"
	[ "$status" -eq 0 ]
	[[ $output == "Pass: "* ]]
	[ "$(ls "$tmp/gate" | xargs)" = "forest.png forest.svg gate.json gate.md gate.xml" ]
	/usr/bin/python3 -W ignore -m jsonschema --base-uri "file://$PWD/results/" -i "$tmp/gate/gate.json" results/gate-schema.json
	xmllint --noout "$tmp/gate/gate.xml"
	gate '
assert gate["verdict"] == "pass" and gate["options"]["threshold"] == 1
assert [c["control"] for c in cells] == [False, True], cells
assert set(metrics) >= {"throughput_per_s", "latency_p50_ns", "latency_p99_ns", "cpu_per_task_s", "peak_memory_kib", "switches_per_task", "system_calls_per_task", "allocations_per_task"}, metrics
for m in metrics.values():
	assert len(m["values"]["base"]) == len(m["values"]["head"]) >= 10, m
	assert m["verdict"] != "regression" and m["p_adjusted"] > 0.0034, m
assert metrics["system_calls_per_task"]["test"] == "rank"
assert 0 < gate["trials_s"] <= gate["elapsed_s"]'
}

# Of memory, as a busy machine does not make it more.
@test "a command that takes more is a regression, one that takes less passes" {
	more='head -c 30000000 /dev/zero | tail -c 30000000 >/dev/null'
	run "$concbench" gate --command-base true --command-head "$more" --threshold 100% --pairs 14 -o "$tmp/gate"
	[ "$status" -eq 1 ]
	gate '
assert gate["verdict"] == "regression"
memory = metrics["peak_memory_kib"]
assert memory["verdict"] == "regression" and memory["ratio"] > 5, memory
assert memory["low"] <= memory["ratio"] <= memory["high"] and memory["p_adjusted"] <= 0.0034
assert memory["head"] > 29000, memory'
	grep -q '<failure' "$tmp/gate/gate.xml"
	run "$concbench" gate --command-base "$more" --command-head true --pairs 14 --threshold 100% --format json
	[ "$status" -eq 0 ]
	[[ $output == *'"verdict": "improvement"'* ]]
}

@test "too few pairs are inconclusive, with the number that would do" {
	run "$concbench" gate --command-base true --command-head true --pairs 2 --threshold 100% -o "$tmp/gate"
	[ "$status" -eq 3 ]
	gate '
assert gate["verdict"] == "inconclusive"
m = metrics["elapsed_s"]
assert m["verdict"] == "inconclusive" and len(m["values"]["base"]) == 8 and 8 < m["pairs_needed"] <= 16, m'
}

@test "a head that fails where base does not is a regression" {
	run "$concbench" gate --command-base true --command-head 'exit 7' --pairs 14 -o "$tmp/gate"
	[ "$status" -eq 1 ]
	[[ $output == *"status 7"* ]]
	gate 'assert cells[0]["arm"] == "head" and cells[0]["status"] == "failed"'
}

@test "what fails on both sides, or failed once, is not held against head" {
	run "$concbench" gate --command-base 'exit 7' --command-head 'exit 7' --pairs 14
	[ "$status" -eq 3 ]
	# Head's seventh launch fails, and no other.
	command='test "$(echo >>'$tmp'/%s; wc -l <'$tmp'/%s)" -ne %d'
	# shellcheck disable=SC2059 # the format is the command
	run "$concbench" gate --command-base "$(printf "$command" base base 0)" \
		--command-head "$(printf "$command" head head 7)" --pairs 14 --threshold 100% -o "$tmp/gate"
	[ "$status" -eq 0 ]
	gate 'assert cells[0]["status"] == "ok" and gate["verdict"] == "pass"'
}

@test "commands that are not there are bad usage" {
	touch "$tmp/plain"
	run "$concbench" gate --command-base "$tmp/none" --command-head "$tmp/plain"
	[ "$status" -eq 2 ]
	[[ $output == *"cannot run '$tmp/none': no such command"*"cannot run '$tmp/plain': it is not to be executed"* ]]
}

@test "a base that fails is told, and nothing can be gated" {
	run "$concbench" gate --command-base 'exit 7' --command-head true --pairs 14
	[ "$status" -eq 3 ]
	[[ $output == *"no cell could be measured"* ]]
}

# ARGUMENT..: as $tmp/build/concbench this program, but with its bench/gate/arm.o as make makes it with these.
with_arms_of() {
	local build arm=$tmp/build/bench/gate/arm.o
	build=$(dirname "$concbench")
	make -s B="$tmp/build" "$@" "$arm"
	# shellcheck disable=SC2046 # the libraries are words
	gcc -pthread -o "$tmp/build/concbench" "$arm" "$build/libconcbench.a" \
		$(make -s --eval 'libraries: ; @echo $(LIBS)' libraries)
}

@test "base is built with the linker's flags that this build was given" {
	with_arms_of LDFLAGS=-Wl,-O1
	commit_of "all:\n\t@mkdir -p build && cp $concbench build && echo '\$(LDFLAGS)' >$tmp/flags\n"
	for given in "$concbench:" "$tmp/build/concbench:-Wl,-O1"; do
		run --separate-stderr "${given%%:*}" gate --base "$commit" "${quick[@]}"
		[ "$status" -eq 0 ]
		[ "$(cat "$tmp/flags")" = "${given#*:}" ]
	done
}

@test "base has this tree's compiler cache, but not that of a tree that is gone" {
	with_arms_of "TREE=-DDATADIR='\"$tmp/gone\"' -DGIVEN="
	commit_of "all:\n\t@mkdir -p build && cp $concbench build && echo '\$(CCACHE_DIR)' >$tmp/cache\n"
	for cached in "$concbench:$PWD/build/ccache" "$tmp/build/concbench:"; do
		CCACHE_DIR='' run --separate-stderr "${cached%%:*}" gate --base "$commit" --threshold 100% \
			--pairs 2 --cells null/blocking/1/20
		[ "$status" -eq 3 ] || fail "$stderr"
		[ "$(cat "$tmp/cache")" = "${cached#*:}" ] || fail "$(cat "$tmp/cache")"
	done
}

@test "base is a commit: checked out, built with this build's flags, run and removed" {
	commit_of "all:\n\t@mkdir -p build && cp $concbench build && echo '\$(CC) \$(CFLAGS)' >$tmp/flags\n"
	run --separate-stderr "$concbench" gate --base "$commit" "${quick[@]}" -o "$tmp/gate"
	[ "$status" -eq 0 ]
	[ "$(cat "$tmp/flags")" = "gcc -std=gnu11 -O2 -g -pthread" ]
	gate "assert gate['base']['git'] == '${commit:0:12}' and gate['build_s'] > 0"
}

@test "a commit that does not build: the compiler's output, status 2" {
	commit_of 'all:\n\t@echo "int main(void) { return nothing; }" >a.c && $(CC) $(CFLAGS) a.c\n'
	refused "'$commit' does not build" gate --base "$commit" "${quick[@]}"
	[[ $stderr == *"a.c:1:"*"nothing"* ]]
}

@test "what is no commit, no program, no concbench or has no common cell is refused" {
	program silent 'exit 0'
	program other 'echo "{\"workloads\": [], \"models\": []}"'
	refused "no commit or program 'no-such-ref'" gate --base no-such-ref
	refused "no commit or program './none'" gate --base ./none
	refused "no commit or program '--all'" gate --base=--all
	refused "is no concbench" gate --base "$tmp/silent"
	refused "base has none of the cells" gate --base "$tmp/other" "${quick[@]}"
}

@test "bad usage is told with what would do" {
	refused "--base REF|PROGRAM" gate
	refused "go together" gate --command-base true
	refused "take no --base" gate --command-base true --command-head true --base HEAD
	refused "percentage from 0.1% to 100%" gate --base "$concbench" --threshold 0
	refused "percentage from 0.1% to 100%" gate --base "$concbench" --threshold 3x
	refused "even number" gate --base "$concbench" --pairs 3
	refused "whole number from 2 to 1000 pairs" gate --base "$concbench" --pairs 1002
	refused "from 0 to 9223372036854775807" gate --base "$concbench" --seed 9223372036854775808
	refused "there are: text markdown json" gate --base "$concbench" --format xml
	refused "there are: null sleep" gate --base "$concbench" --cells primos/blocking/1
	refused "there are: blocking threads" gate --base "$concbench" --cells primes/blockin/1
	refused "it has: below" gate --base "$concbench" --cells primes:above=1/blocking/1
	refused "a cell is WORKLOAD" gate --base "$concbench" --cells primes/blocking
	refused "names no cell" gate --base "$concbench" --cells ,
	refused "whole number from 1" gate --base "$concbench" --cells primes/blocking/0
	refused "is a service" gate --base "$concbench" --cells echo/threads/1/100
	refused "cannot make folder '$tmp/a/b'" gate --base "$concbench" -o "$tmp/a/b"
	mkdir "$tmp/full"
	echo precious >"$tmp/full/gate.json"
	refused "exists; --force replaces it" gate --base "$concbench" -o "$tmp/full"
}

@test "cells come from a file with comments, too" {
	printf '# mine\nprimes:below=1000/blocking/1/20 # one\n\nnull/threads/2/20,null/coroutine/2/20\n' >"$tmp/cells"
	run "$concbench" gate --base "$concbench" --threshold 100% --pairs 2 --cells "$tmp/cells" -o "$tmp/gate"
	[ "$status" -eq 3 ]
	gate 'assert [(c["workload"], c["model"], c["concurrency"]) for c in cells if not c["control"]] == [("primes", "blocking", 1), ("null", "threads", 2), ("null", "coroutine", 2)]'
}

@test "changes since the build, or in it, are told" {
	GIT_INDEX_FILE=$tmp/index run "$concbench" gate --base "$concbench" --threshold 100% --pairs 2 \
		--cells null/blocking/1/20 -o "$tmp/gate"
	gate 'assert any("not committed" in note or "is now at" in note for note in gate["notes"])'
}

@test "interrupted while it measures or builds, it leaves nothing" {
	commit_of 'all:\n\t@sleep 60\n'
	for base in "$concbench" "$commit"; do
		"$concbench" gate --base "$base" -o "$tmp/gate" >/dev/null 2>&1 3>&- &
		gate=$!
		until_true something_runs
		kill -INT "$gate"
		wait "$gate" && status=0 || status=$?
		[ "$status" -eq 130 ] || fail "$base: status $status"
		[ ! -e "$tmp/gate/gate.json" ]
		nothing_in_tmpdir
	done
}

something_runs() {
	[ "$(find "$TMPDIR" -maxdepth 1 | wc -l)" -gt 2 ] || [ -d "$TMPDIR"/*/tree ]
}

@test "selftest: identical code is not found, a system call more each task is" {
	run "$concbench" selftest --aa 1 --inject call,100% --gates 1 --pairs 14 --threshold 50% \
		--cells primes:below=3000/blocking/1/20 -o "$tmp/test"
	[ "$status" -eq 0 ]
	/usr/bin/python3 -c '
import json, sys
call, twice, same = json.load(open(sys.argv[1]))["levels"]
assert same["regression"]["gates"] == 0 and same["gates"] == 1, same
assert call["cells"][0]["by_metric"]["system_calls_per_task"] == 1 and call["inject_call"], call
assert twice["inject_percent"] == 100 and twice["cells"][0]["found"]["gates"] == 1, twice
assert all(c["found"]["gates"] == 0 for level in (call, twice, same) for c in level["cells"] if c["control"])
' "$tmp/test/selftest.json"
	[ -s "$tmp/test/power.svg" ] && [ -s "$tmp/test/power.png" ]
}

@test "selftest refuses what it cannot do" {
	refused "nothing is asked for" selftest
	refused "percentage from 0.1% to 100%" selftest --inject 0%
	refused "whole number from 1" selftest --aa 0
	refused "a service" selftest --inject call --cells echo/threads/1
	refused "straight-line tasks alone" selftest --inject 5% --cells sleep/eventloop/1/100
	refused "no whole number" selftest --inject 2.5% --cells primes/blocking/1/100
}
