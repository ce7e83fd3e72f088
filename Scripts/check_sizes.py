#!/usr/bin/env python3
"""Holds the house's lengths: functions (95 of 100 within 35 lines, none above 60), files (none above 300), and keeps
unsafe code where it belongs. Usage: Scripts/check_sizes.py Sources"""
import pathlib
import re
import sys

HEAD = re.compile(r"^[ \t]*(?:@\w+(?:\([^)]*\))?\s+)*(?:\w+(?:\(set\))?\s+)*(?:func\s+[^\s(<]+|init[?!]?)\s*[<(]", re.M)
UNSAFE = re.compile(r"^[^/\"]*\bunsafe [\w\[]", re.M)
UNSAFE_HOMES = ("LinearAlgebra/", "ModelFiles/", "microscope/", "_TestSupport/")


def body_length(text, start):
    """Lines from the opening to the closing brace of the function that starts here; None without a body."""
    opening = text.find("{", start)
    if opening < 0:
        return None
    depth = 0
    for place in range(opening, len(text)):
        depth += {"{": 1, "}": -1}.get(text[place], 0)
        if depth == 0:
            return text.count("\n", opening, place) + 1
    return None


problems, lengths = [], []
root = pathlib.Path(sys.argv[1])
for path in sorted(root.rglob("*.swift")):
    text = path.read_text()
    lines = text.count("\n")
    if lines > 300:
        problems.append(f"{path}: {lines} lines")
    for match in HEAD.finditer(text):
        length = body_length(text, match.end())
        if length:
            lengths.append(length)
            if length > 60:
                problems.append(f"{path}:{text.count(chr(10), 0, match.start()) + 1}: a function of {length} lines")
    if UNSAFE.search(text) and not str(path.relative_to(root)).startswith(UNSAFE_HOMES):
        problems.append(f"{path}: unsafe code outside of {', '.join(UNSAFE_HOMES)}")
    for word in ("try!", "fatalError(", "as!"):
        if word in text:
            problems.append(f"{path}: {word}")
lengths.sort()
if lengths[int(0.95 * len(lengths))] > 35:
    problems.append(f"functions: 95th percentile {lengths[int(0.95 * len(lengths))]} lines")
print("\n".join(problems) or f"{len(lengths)} functions, median {lengths[len(lengths) // 2]} lines, longest {lengths[-1]}")
sys.exit(1 if problems else 0)
