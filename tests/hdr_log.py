# SPDX-License-Identifier: MIT
"""A reader of HdrHistogram's interval logs, strict about the encoding."""
import base64
import struct
import zlib


def counts(text):
	"""The slots of a base64 payload that have a count: {slot: count}."""
	data = base64.b64decode(text, validate=True)
	cookie, size = struct.unpack(">II", data[:8])
	assert cookie == 0x1C849314 and size == len(data) - 8
	plain = zlib.decompress(data[8:])
	cookie, size, offset, digits, low, _, ratio = struct.unpack(">IIIIqqd", plain[:40])
	assert (cookie, offset, digits, low, ratio) == (0x1C849313, 0, 3, 1, 1.0)
	assert size == len(plain) - 40
	at, slot, slots = 40, 0, {}
	while at < len(plain):
		value, shift = 0, 0
		while True:
			byte = plain[at]
			at += 1
			value |= (byte & 0x7F) << shift
			shift += 7
			if byte < 0x80:
				break
		value = (value >> 1) ^ -(value & 1)
		if value > 0:
			slots[slot] = value
		slot += -value if value < 0 else 1
	return slots


def top_ns(slot):
	"""The highest value that a slot counts."""
	bucket = 0 if slot < 2048 else (slot >> 10) - 1
	return ((slot - (bucket << 10)) << bucket) + (1 << bucket) - 1


def intervals(path, tag):
	"""(start, length, max in ms, slots) of each line with that tag."""
	lines = open(path).read().splitlines()
	assert lines[0] == "#[Histogram log format version 1.3]"
	assert lines[1].startswith("#[StartTime: ") and lines[2].startswith('"StartTimestamp"')
	for line in lines[3:]:
		name, start, length, longest, text = line.split(",")
		if name == "Tag=" + tag:
			yield float(start), float(length), float(longest), counts(text)
