# SPDX-License-Identifier: MIT
# A page of `concbench report` as a test looks at it. To read it checks that its tags are
# balanced, its ids unique, its links within the page lead somewhere, and its tables have what a
# screen reader needs.
import base64
import gzip
import html.parser

VOID = {"meta", "link", "input", "br", "img"}
HIDDEN = {"style", "script", "title"}


class Page(html.parser.HTMLParser):
	def __init__(self, path):
		super().__init__()
		with open(path, encoding="utf-8") as file:
			self.raw = file.read()
		self.open, self.counts, self.ids, self.links = [], {}, set(), set()
		self.attribute_names, self.data, self.words = set(), {}, []
		self.tables, self.cell = [], None
		self.feed(self.raw)
		self.close()
		assert not self.open, self.open
		assert self.links <= self.ids, self.links - self.ids
		self.text = "".join(self.words)
		for table in self.tables:
			assert table["caption"] and table["heads"] > 0, table["class"]

	def handle_starttag(self, tag, attributes):
		own = dict(attributes)
		self.counts[tag] = self.count(tag) + 1
		self.attribute_names |= set(own)
		if "id" in own:
			assert own["id"] not in self.ids, own["id"]
			self.ids.add(own["id"])
		href = own.get("href") or ""
		if href.startswith("#"):
			self.links.add(href[1:])
		elif href:
			assert href.startswith("data:application/gzip;base64,"), href
			self.data[own["download"]] = gzip.decompress(base64.b64decode(href.split(",")[1]))
		if tag == "svg":
			assert own.get("aria-hidden") or (own.get("role") == "img" and own["aria-label"]), own
		self.in_table(tag, own)
		if tag not in VOID:
			self.open.append(tag)

	def in_table(self, tag, own):
		if tag == "table":
			self.tables.append({"class": own.get("class", "").split(), "rows": [], "caption": False, "heads": 0})
		elif tag == "caption":
			self.tables[-1]["caption"] = True
		elif tag == "tr":
			self.tables[-1]["rows"].append([])
		elif tag in ("td", "th"):
			self.cell = []
			assert tag == "td" or own.get("scope") in ("row", "col"), own
			self.tables[-1]["heads"] += tag == "th"

	def handle_startendtag(self, tag, attributes):
		self.handle_starttag(tag, attributes)
		if tag not in VOID:
			self.handle_endtag(tag)

	def handle_endtag(self, tag):
		assert self.open and self.open[-1] == tag, (tag, self.open, self.getpos())
		self.open.pop()
		if tag in ("td", "th"):
			self.tables[-1]["rows"][-1].append("".join(self.cell).strip())
			self.cell = None

	def handle_data(self, data):
		if self.open and self.open[-1] in HIDDEN:
			return
		self.words.append(data)
		if self.cell is not None:
			self.cell.append(data)

	def count(self, tag):
		return self.counts.get(tag, 0)

	# The texts of the rows of all tables of a class, their heads too.
	def rows(self, name):
		return [row for table in self.tables if name in table["class"] for row in table["rows"]]
