#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# The fuzz targets on their seeds: every one is built, takes each seed, and would tell of a fault.
# `make fuzz` looks for new ones.

load cli

setup_file() {
	cli_setup
	make -s STRICT=1 fuzz-build
}

setup() {
	cli_setup
}

@test "every target takes each of its seeds" {
	run tests/fuzz/run 0
	echo "$output"
	[ "$status" -eq 0 ]
	for source in tests/fuzz/fuzz_*.c; do
		name=$(basename "$source" .c)
		name=${name#fuzz_}
		seeds=$(find "tests/fuzz/corpus-$name" -type f | wc -l)
		[ "$seeds" -gt 5 ]
		grep -q "$seeds files found in" "build-fuzz/$name.log"
	done
}
