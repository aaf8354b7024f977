# SPDX-License-Identifier: MIT
# The table of claims.md, of what `concbench claims --json` printed.
def sig($d): if . == 0 then 0 else (fabs | log10 | floor) as $e | ($d - 1 - $e) as $k
	| (if $k > 0 then (. * pow(10; $k) | round) / pow(10; $k) else round end) end;
def fmt($unit): if $unit == "ns" then "\(. / 1e6 | sig(3)) ms" elif $unit == "s" then "\(. * 1e3 | sig(3)) ms"
	elif $unit == "x" then "\(sig(3))x" else "\(sig(3))" end;
def row: .unit as $u | (if .regime then .regime + ": " else "" end) + .label
	+ " \(.value | fmt($u)) [\(.low | fmt($u)), \(.high | fmt($u))]";
.claims[] | "| \(.number) `\(.name)` | \(.title) | "
	+ (if .status == "failed" then "failed: " + .reason
	   elif .verdict == "depends" then "depends: " + .told else .verdict end)
	+ " | " + ([.numbers[] | select(.answer != null or .regime != null or (.reads | . == "throughput_per_s")) | row] | join("<br>")) + " |"
