#!/usr/bin/env bats
# SPDX-License-Identifier: MIT
# shellcheck disable=SC2154,SC2046,SC2016 # concbench and tmp are set by cli.bash, output and status by run; lists of names; backticks
# docs/course: its code is the source's, its chapters are whole, and its links lead somewhere.

load cli

setup() {
	cli_setup
	chapters=(docs/course/[01]*.md)
	[ "${#chapters[@]}" = 12 ] || fail "${#chapters[@]} chapters"
}

# The course with what it is included from, to be changed.
copy_course() {
	mkdir -p "$tmp/tree"
	cp -r docs models bench "$tmp/tree"
}

# CODE FILE..: Python, with a page's parts as functions of its text.
pages() {
	local code=$1
	shift
	/usr/bin/python3 -c "
import os, re, sys
paths = sys.argv[1:]

def read(path):
	with open(path) as file: return file.read()
def blocks(text, language):
	return re.findall(r'^\`\`\`' + language + r'\n(.*?)^\`\`\`$', text, re.S | re.M)
def markers(text):
	return re.findall(r'^<!-- (?:code|printed): .*', text, re.M)
def pictures(text):
	return re.findall(r'!\[[^]]+\]\(([^)]+)\)', text)
def prose(text):
	return re.sub(r'^\`\`\`.*?^\`\`\`$', '', text, flags=re.S | re.M)
def links(text):
	return [link for link in re.findall(r'\]\(([^)\s]+)\)', prose(text)) if '://' not in link]
def anchors(text):
	heads = re.findall(r'^#+ (.*)', prose(text), re.M)
	return [re.sub(r'[^\w\- ]', '', re.sub(r'\]\([^)]*\)', '', head).lower()).replace(' ', '-') for head in heads]
def names(text):
	return [' '.join(name.split()) for name in re.findall(r'\`([^\`]+)\`', prose(text))]
def numbers(text):
	return re.findall(r'\d+(?:[.,]\d+)*', re.sub(r'<!--.*?-->|\`[^\`]+\`|\]\([^)]*\)', ' ', prose(text)))
# What a translation shares with its original. Names and numbers may stand in another order there.
parts = {
	'headings': lambda text: re.findall(r'^(#+) ', prose(text), re.M),
	'markers': markers,
	'code': lambda text: blocks(text, 'c'),
	'commands': lambda text: blocks(text, 'sh'),
	'links and pictures': lambda text: [os.path.basename(link) for link in links(text)],
	'exercises': lambda text: re.findall(r'^\*\*(\d)\.\*\* |^(</?details>)', text, re.M),
	'items': lambda text: re.findall(r'^(-|\d\.) ', prose(text), re.M),
	'table rows': lambda text: [row.count('|') for row in re.findall(r'^\|.*', prose(text), re.M)],
	'names': lambda text: sorted(names(text)),
	'numbers': lambda text: sorted(numbers(text)),
}
def differences(translation, original):
	return [name for name, part in parts.items() if part(translation) != part(original)]
$code" "$@"
}

@test "the code in the course is that of the source" {
	run docs/course/include --check
	[ "$output" = "" ]
	[ "$status" = 0 ]
}

@test "a page or a source that was changed is noticed, and mended" {
	copy_course
	cd "$tmp/tree/docs/course"
	mkdir -p zh
	cp 03-*.md zh/
	sed -i 's/pthread_join(slot->thread, NULL);/pthread_detach(slot->thread);/' zh/03-*.md
	run ./include --check
	[ "$status" = 1 ]
	[[ $output == *"/zh/03-"*"differs from the source"* ]]
	[ "$(wc -l <<<"$output")" = 1 ]
	./include
	cmp 03-*.md zh/03-*.md
	./include --check
	sed -i 's/slot->joinable = false;/slot->joinable = 0;/' ../../models/threads.c
	run ./include --check
	[ "$status" = 1 ]
	[ "$(grep -c '/03-.*differs' <<<"$output")" = 2 ]
	rm -r zh
	./include 03-*.md
	grep -q 'slot->joinable = 0;' 03-*.md
}

@test "a marker that leads nowhere is an error, and nothing is written" {
	page=$tmp/page.md
	for marker in 'code: models/none.c from: static to: }' 'code: models/threads.c from: static to: }' \
		'code: models/threads.c from: static void \*body( to: never' 'code: models/threads.c' 'printed: none.txt'; do
		printf '<!-- %s -->\n```c\nkept\n```\n' "${marker/\\/}" >"$page"
		run docs/course/include "$page"
		[ "$status" = 2 ]
		[[ $output == "$page: "* ]]
		grep -q '^kept$' "$page"
	done
	printf '<!-- code: models/threads.c from: static void *body( to: } -->\nno block\n' >"$page"
	run docs/course/include "$page"
	[ "$status" = 2 ]
	[[ $output == *"no fenced block below"* ]]
}

@test "every chapter has its code, command, output, picture, exercises and reading" {
	pages '
sections = ["The surprise", "The idea", "The code", "Run it", "The picture", "Exercises", "Further reading"]
for path in paths:
	text = read(path)
	assert re.findall(r"^## (.*)", text, re.M) == sections, path
	part = dict(zip(sections, re.split(r"^## .*\n", text, flags=re.M)[1:]))
	assert re.search(r"\d", part["The surprise"]), (path, "a surprise has a number")
	code = blocks(part["The code"], "c")
	assert len(code) == part["The code"].count("<!-- code:"), (path, "code without a marker")
	assert 20 <= sum(block.count("\n") for block in code) <= 40, (path, "20 to 40 lines of code")
	assert any("build/concbench " in block for block in blocks(part["Run it"], "sh")), (path, "a command")
	printed = blocks(part["Run it"], "text")
	assert "<!-- printed:" in part["Run it"] and any(block.strip() for block in printed), (path, "what it printed")
	assert pictures(part["The picture"]), (path, "a picture")
	exercises = re.split(r"^\*\*\d\.\*\* ", part["Exercises"], flags=re.M)[1:]
	assert len(exercises) >= 2, (path, "exercises")
	for exercise in exercises:
		answer = re.search(r"<details><summary>.+</summary>\n\n(.+?)\n\n</details>", exercise, re.S)
		assert answer, (path, "an exercise without an answer", exercise)
	assert "build/concbench" in part["Exercises"], (path, "an exercise to be checked by a command")
	assert part["Further reading"].count("\n- ") + 1 >= 3, (path, "reading")
' "${chapters[@]}"
}

@test "pictures are pictures, and links lead to files and headings that are there" {
	pages '
for path in paths:
	text = read(path)
	for link in links(text):
		name, _, anchor = link.partition("#")
		target = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
		assert os.path.exists(target), (path, link)
		assert not anchor or anchor in anchors(read(target)), (path, link)
	for picture in pictures(text):
		with open(os.path.join(os.path.dirname(path), picture), "rb") as file: start = file.read(400)
		assert start.startswith(b"\x89PNG\r\n") or b"<svg" in start, (path, picture)
' docs/course/*.md $(find docs/course -path '*/zh/*.md')
}

@test "the contents lead to every chapter, and each chapter to the next" {
	for i in "${!chapters[@]}"; do
		grep -qF "(${chapters[i]##*/})" docs/course/README.md
		[ "$i" = 0 ] || grep -qF "(${chapters[i]##*/})" "${chapters[i - 1]}"
	done
	grep -qF "(teachers.md)" docs/course/README.md
	grep -qF "docs/course/README.md" README.md
}

@test "every subcommand, model and workload that the course names is there" {
	grep -ohE 'build/concbench [a-z]+' docs/course/*.md | sort -u | cut -d' ' -f2 >"$tmp/commands"
	[ "$(wc -l <"$tmp/commands")" -ge 5 ]
	while read -r command; do
		"$concbench" "$command" --help >"$tmp/help" || fail "there is no $command"
	done <"$tmp/commands"
	"$concbench" list --json >"$tmp/list"
	pages '
import json
known = json.load(open(paths[0]))
models = {row["name"] for row in known["models"]}
workloads = {row["name"] for row in known["workloads"]}
seen = 0
for path in paths[1:]:
	for block in blocks(read(path), "sh"):
		for names in re.findall(r"concbench .* -m (\S+)", block):
			for name in names.split(","):
				assert name.split(":")[0] in models, (path, name)
				seen += 1
		for name in re.findall(r"concbench .* -w (\S+)", block):
			assert name in workloads, (path, name)
assert seen > 50, seen
' "$tmp/list" "${chapters[@]}"
}

# What the Chinese page $1, from the folder $2, does not have as its original has it; a glossary is its
# own.
drift() {
	pages '
original, translation = (read(os.path.join(folder, paths[0])) for folder in ("docs/course", paths[1]))
print(*differences(translation.split("\n## 术语表\n")[0], original), sep=", ")
' "$1" "$2"
}

@test "every page has a Chinese one, with the same parts in the same order" {
	for page in docs/course/*.md; do
		name=${page##*/}
		run -0 drift "$name" docs/course/zh
		[ "$output" = "" ] || fail "zh/$name differs in: $output"
		head -n 4 "$page" | grep -qF "[中文](zh/$name)" || fail "$page has no link to zh/$name"
		head -n 4 "docs/course/zh/$name" | grep -qF "[English](../$name)" || fail "zh/$name has no link back"
	done
	[ "$(ls docs/course/zh)" = "$(cd docs/course && ls -- *.md)" ]
}

@test "a translation that has drifted is noticed, by what has" {
	mkdir -p "$tmp/zh"
	while IFS=: read -r part name change; do
		sed "$change" "docs/course/zh/$name" >"$tmp/zh/$name"
		run -0 drift "$name" "$tmp/zh"
		[ "$output" = "$part" ] || fail "$change: '$output' and not '$part'"
	done <<-'EOF'
		headings:04-pools.md:s/^## 代码/### 代码/
		markers:04-pools.md:s/ from: static int run( to: }/ from: static int run( to: };/
		code:04-pools.md:s/err = gang_run(/err = crew_run(/
		commands:04-pools.md:s/-c 1,10,100/-c 1,10/
		links and pictures:09-blocking-the-loop.md:s/trace-stall-coroutine/trace-stall-threads/
		links and pictures:04-pools.md:s/(05-processes-and-isolation.md)/(06-the-event-loop.md)/
		exercises:04-pools.md:s/^\*\*2\.\*\*/（2）/
		items:12-a-loop-a-core.md:/^- 在进程里/s/- //
		table rows:teachers.md:s/^| 70-80 | 休息 |$/| 70-80 |/
		names:04-pools.md:s/\x60par_pool_run_next\x60/\x60par_pool_next\x60/
		numbers:04-pools.md:s/53,400/53,500/
	EOF
	run ! drift 13-none.md docs/course/zh
}
