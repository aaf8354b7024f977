# SPDX-License-Identifier: MIT
# shellcheck shell=bash disable=SC2154 # run sets output and status
# The tests of bench/hypothesis.h against scipy.

load cli

setup() {
	cli_setup
}

@test "every test agrees with scipy to 1e-9, on random values, on ties and on tiny numbers of them" {
	run /usr/bin/python3 -W ignore tests/hypothesis_oracle.py "${concbench%/*}/tests/hypothesis_driver"
	echo "$output"
	[ "$status" -eq 0 ]
	[[ $output =~ ^([0-9]+)\ agree$ ]]
	[ "${BASH_REMATCH[1]}" -ge 500 ]
}
