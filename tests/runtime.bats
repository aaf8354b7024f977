#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154 # concbench and tmp are set by cli.bash, output and status by run
# models/runtime as a reader would use it: the program of docs/runtime.md; and under valgrind.

load cli

setup() {
	cli_setup
	build=$(dirname "$concbench")
}

# block LANGUAGE: the first such block of the page.
block() {
	awk -v start="\`\`\`$1" '$0 == start { on = 1; next } on && /^```/ { exit } on' docs/runtime.md
}

# build_program FILE: by the command of the page.
build_program() {
	local command
	command=$(block sh)
	command=${command/program.c/$1}
	command=${command/build\//$build/}
	echo '#include <liburing.h>' | gcc -E -o /dev/null - 2>/dev/null || command=${command/ -luring/}
	eval "${command/-o program/-g -o $tmp/program}"
}

# memcheck COMMAND..: fails at an invalid access, a use of what was never set, or a leak.
memcheck() {
	valgrind -q --trace-children=yes --error-exitcode=9 --leak-check=full \
		--show-leak-kinds=definite --errors-for-leak-kinds=definite "$@"
}

@test "the program of docs/runtime.md prints what the page says" {
	block c >"$tmp/program.c"
	build_program "$tmp/program.c"
	"$tmp/program" >"$tmp/said"
	block text >"$tmp/expected"
	[ -s "$tmp/expected" ]
	diff "$tmp/expected" "$tmp/said"
}

@test "valgrind finds nothing in the program of docs/runtime.md" {
	block c >"$tmp/program.c"
	build_program "$tmp/program.c"
	memcheck "$tmp/program"
}

@test "valgrind finds nothing in random schedules" {
	CONCBENCH_SCHEDULES=40 memcheck "$build/tests/schedule_test"
}

@test "valgrind does find a leak and a use of what was never set, in a task" {
	cat >"$tmp/program.c" <<-'END'
		#include <stdlib.h>
		#include "models/io.h"
		#include "models/runtime/task.h"
		static int64_t err_in_a_task(void *arg)
		{
			char *volatile lost = malloc(100);
			int err = io_sleep(1000);
			if (arg ? !lost : *lost)
				err = 1;
			lost = NULL;
			return err;
		}
		int main(int argc, char **argv)
		{
			return runtime_run(NULL, err_in_a_task, argc > 1 ? argv : NULL) < 0;
		}
	END
	build_program "$tmp/program.c"
	"$tmp/program"
	run memcheck "$tmp/program"
	[[ $output == *"uninitialised value"* ]]
	run memcheck "$tmp/program" only-leak
	[ "$status" -eq 9 ]
	[[ $output == *"100 bytes in 1 blocks are definitely lost"* ]]
}
