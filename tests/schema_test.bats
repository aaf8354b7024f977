#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# results/schema.json and gate-schema.json: take what concbench writes, and no more than that.

setup() {
	cd "$BATS_TEST_DIRNAME/.." || return 1
	schema=results/schema.json
	result=tests/data/result.json
}

# Whether a result in which a Python statement changed "root" is valid.
valid_after() {
	/usr/bin/python3 -W ignore - "$schema" "$result" "$1" <<'PYTHON'
import json, jsonschema, os, sys
schema, root = (json.load(open(path)) for path in sys.argv[1:3])
exec(sys.argv[3])
beside = jsonschema.RefResolver("file://" + os.path.realpath(sys.argv[1]), schema)
sys.exit(not jsonschema.Draft202012Validator(schema, resolver=beside).is_valid(root))
PYTHON
}

refused_after() {
	if valid_after "$1"; then
		echo "taken: $1"
		return 1
	fi
}

@test "the schemas are schemas" {
	for file in results/*schema.json; do
		/usr/bin/python3 -c 'import json, jsonschema, sys
jsonschema.Draft202012Validator.check_schema(json.load(open(sys.argv[1])))' "$file"
	done
}

@test "it takes the sample, and committed baselines" {
	for file in "$result" results/*.json; do
		[[ $file == *schema.json ]] || /usr/bin/python3 -W ignore -m jsonschema -i "$file" $schema
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

@test "a gate: the sample is taken, what is wrong in it is not" {
	schema=results/gate-schema.json
	result=tests/data/gate.json
	valid_after 'pass'
	valid_after 'root["cells"][0]["metrics"][0]["values"]["base"] = [None, 2]'
	for change in \
		'del root["notes"]' \
		'root["more"] = 1' \
		'root["kind"] = "run"' \
		'root["verdict"] = "fine"' \
		'root["environment"]["cores"] = 0' \
		'root["options"]["alpha"] = 1' \
		'root["base"]["dirty"] = None' \
		'root["cells"][0]["arm"] = "head"' \
		'root["cells"][6]["arm"] = None' \
		'root["cells"][0]["metrics"][0]["verdict"] = "not gated"' \
		'root["cells"][0]["metrics"][0]["gated"] = False' \
		'root["cells"][0]["metrics"][0]["threshold"] = None' \
		'root["cells"][0]["metrics"][0]["p"] = 1.5' \
		'root["cells"][0]["metrics"][0]["ratio"] = -1'; do
		refused_after "$change"
	done
}

@test "a gate: its JUnit XML has a case for each gated metric and each broken cell" {
	/usr/bin/python3 - tests/data/gate.json tests/data/gate.xml <<'PYTHON'
import json, sys, xml.etree.ElementTree as tree
gate = json.load(open(sys.argv[1]))
suite = tree.parse(sys.argv[2]).getroot()[0]
gated = [m["verdict"] for c in gate["cells"] for m in c["metrics"] if m["gated"]]
broken = [c for c in gate["cells"] if c["status"] != "ok"]
count = lambda tag: len(suite.findall(f"testcase/{tag}"))
assert len(suite) == int(suite.get("tests")) == len(gated) + len(broken)
assert count("failure") == gated.count("regression") > 0
assert count("skipped") == gated.count("inconclusive") > 0
assert count("error") == len(broken) > 0
names = [(case.get("classname"), case.get("name")) for case in suite]
assert len(set(names)) == len(names)
PYTHON
}

@test "only what is imported may not know its machine" {
	for change in 'root["environment"]["host"] = None' 'root["environment"]["cores"] = None' \
		'root["started"] = None' 'root["options"] = None'; do
		refused_after "$change"
		valid_after "$change"'; root["imported"] = "hyperfine"'
	done
	refused_after 'root["imported"] = "somebody"'
	refused_after 'root["cells"][0]["trials"][0]["cpu_user_s"] = None'
}
