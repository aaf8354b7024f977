# SPDX-License-Identifier: MIT
"""The table of documented commands that do not run as they are, and whether its rows are honest."""
import re
import shlex

# Options that only say how much is measured, or where to: a shortened command may have less of
# them, and may add them.
AMOUNTS = {
    "-c", "-m", "-n", "-o", "-w", "--aa", "--cells", "--connections", "--duration", "--force",
    "--gates", "--inject", "--pairs", "--param", "--rate", "--rates", "--trials", "--warmup",
}
ALONE = {"--force"}  # of these, those that take no value
PLACEHOLDER = re.compile(r"[A-Z][A-Z_]*(\.json)?")


def read_table(path):
    """Rows of two lines: a command as it is documented, and below it, behind a tab, what to run;
    behind `status N: ` where it is to fail so; or `interrupted`, where it is to end by a Ctrl-C; or
    `outside: ` and why it is not run."""
    rows, command = {}, None
    with open(path) as file:
        for number, line in enumerate(file, 1):
            text = line.strip()
            if not text or line.startswith("#"):
                continue
            if line.startswith("\t") != (command is not None) or (command is None and text in rows):
                raise SystemExit(f"{path}:{number}: a command, once, and one line behind a tab")
            if command is not None:
                rows[command] = text
            command = None if command else text
    if command:
        raise SystemExit(f"{path}: a command, once, and one line behind a tab")
    return rows


def words_of(command):
    if re.match(r"(build/)?concbench ", command):
        command = re.sub(r"[][]", "", command)  # what may be left out of a synopsis
    lexer = shlex.shlex(command, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return [word for token in lexer for word in
            (token.split("=", 1) if token.startswith("--") else [token])]


def is_less(before, after):
    """Whether a value is a smaller number, or a list of fewer of the same things."""
    if "=" in before and before.split("=")[0] == after.split("=")[0]:
        before, after = before.split("=", 1)[1], after.split("=", 1)[1]
    try:
        return float(before.rstrip("%")) >= float(after.rstrip("%"))
    except ValueError:
        return set(after.split(",")) <= set(before.split(","))


def difference(documented, shortened):
    """What else than its amounts a shortened command has changed; None where nothing is."""
    before, after = words_of(documented), words_of(shortened)
    at = position = 0
    while position < len(after):
        word = after[position]
        expected = before[at] if at < len(before) else None
        option = before[at - 1] if at else None
        if word == expected or expected and PLACEHOLDER.fullmatch(expected):
            at += 1
        elif expected and option == after[position - 1] and option in AMOUNTS - ALONE and \
                not expected.startswith("-"):
            if option != "-o" and not is_less(expected, word):
                return f"{option} {word} is no part of {expected}"
            at += 1
        elif word in AMOUNTS:
            position += word not in ALONE
        else:
            return f"'{word}' stands where '{expected or 'nothing'}' does"
        position += 1
    return f"'{before[at]}' is gone" if at < len(before) else None
