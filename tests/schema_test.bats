#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# results/schema.json: takes what concbench writes, and no more than that.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	schema=results/schema.json
	result=tests/data/result.json
}

# Whether a result in which a Python statement changed "root" is valid.
valid_after() {
	/usr/bin/python3 -W ignore - "$schema" "$result" "$1" <<'PYTHON'
import json, jsonschema, sys
schema, root = (json.load(open(path)) for path in sys.argv[1:3])
exec(sys.argv[3])
sys.exit(not jsonschema.Draft202012Validator(schema).is_valid(root))
PYTHON
}

refused_after() {
	if valid_after "$1"; then
		echo "taken: $1"
		return 1
	fi
}

@test "the schema is a schema" {
	/usr/bin/python3 -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' $schema
}

@test "it takes the sample, and committed baselines" {
	for file in "$result" results/*.json; do
		[ "$file" = "$schema" ] || /usr/bin/python3 -W ignore -m jsonschema -i "$file" $schema
	done
}

@test "a missing key, an unknown key and a wrong range are refused" {
	valid_after 'pass'
	for change in \
		'del root["options"]["seed"]' \
		'root["more"] = 1' \
		'root["schema"] = 2' \
		'root["started"] = "yesterday"' \
		'root["environment"]["cores"] = 0' \
		'root["cells"][0]["model"] = "../threads"' \
		'root["cells"][0]["concurrency"] = 0' \
		'root["cells"][0]["params"]["delay_ms"] = 1.5' \
		'root["cells"][0]["status"] = "fine"' \
		'root["cells"][0]["trials"][0]["elapsed_s"] = -1' \
		'root["cells"][0]["trials"][0]["latency_ns"]["p99"] = None' \
		'root["cells"][0]["summary"]["throughput_per_s"]["confidence"] = 95'; do
		refused_after "$change"
	done
}

@test "operations, figures and demonstrations are there or not, and never empty" {
	trial='trial = root["cells"][0]["trials"][0]; summary = root["cells"][0]["summary"]; '
	valid_after "$trial"'trial["operations"] = 100'
	valid_after "$trial"'trial["figures"] = {"bytes_per_child": 8332.0}'
	valid_after "$trial"'trial["demonstration"] = True'
	valid_after "$trial"'summary["figures"] = {"lost_updates": summary["elapsed_s"]}'
	valid_after "$trial"'trial["counted"] = True; trial["system_calls"] = 5; trial["allocations"] = None'
	valid_after "$trial"'summary["system_calls_per_task"] = summary["elapsed_s"]'
	refused_after "$trial"'trial["counted"] = False'
	refused_after "$trial"'trial["system_calls"] = -1'
	refused_after "$trial"'trial["operations"] = 0'
	refused_after "$trial"'trial["figures"] = {}'
	refused_after "$trial"'trial["figures"] = {"bytes_per_child": None}'
	refused_after "$trial"'trial["figures"] = {"../x": 1}'
	refused_after "$trial"'trial["demonstration"] = False'
	refused_after "$trial"'summary["figures"] = {"lost_updates": 5}'
}

@test "ok needs numbers, anything else needs a reason" {
	refused_after 'root["cells"][0]["trials"][0]["throughput_per_s"] = None'
	refused_after 'root["cells"][0]["summary"] = None'
	refused_after 'root["cells"][0]["trials"] = []'
	refused_after 'root["cells"][3]["reason"] = None'
	valid_after 'root["cells"][3]["trials"] = []'
}
