"""Writes TOML: scalars, arrays, and tables of tables."""

import json
import textwrap
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent


def value(item):
    if isinstance(item, str):
        return json.dumps(item, ensure_ascii=False)
    if isinstance(item, (bool, np.bool_)):
        return str(bool(item)).lower()
    if isinstance(item, (int, np.integer)):
        return str(int(item))
    if isinstance(item, (float, np.floating)):
        return repr(float(item) + 0.0)  # shortest text that reads back as the same double; no -0.0
    if isinstance(item, np.ndarray):
        item = item.reshape(-1)
    items = [value(entry) for entry in item]
    if len(items) and isinstance(item[0], list) and item[0] and isinstance(item[0][0], str):
        items = ["[" + ", ".join(map(value, entry)) + "]" for entry in item]
        return "[\n" + "".join(f"    {entry},\n" for entry in items) + "]"
    if len(items) and isinstance(item[0], str):
        return "[\n" + "".join(f"    {entry},\n" for entry in items) + "]"
    text = "[" + ", ".join(items) + "]"
    if len(text) <= 100:
        return text
    return "[\n" + textwrap.fill(", ".join(items) + ",", 110, initial_indent="    ",
                                 subsequent_indent="    ", break_on_hyphens=False) + "\n]"


def table(name, row):
    """[[name]] with its plain keys first and its own tables (lists of dicts) after them."""
    lines = ["", f"[[{name}]]"]
    nested = []
    for key, item in row.items():
        if item is None:
            continue
        if isinstance(item, list) and item and isinstance(item[0], dict):
            nested.append((f"{name}.{key}", item))
        else:
            lines.append(f"{key} = {value(item)}")
    for path, rows in nested:
        for inner in rows:
            lines += table(path, inner)
    return lines


def write(file, head, folder=HERE, **tables):
    lines = ["# Written by generate.py; do not edit."]
    lines += [f"# {line}".rstrip() for line in head.strip().splitlines()]
    for name, rows in tables.items():
        for row in rows:
            lines += table(name, row)
    (Path(folder) / file).write_text("\n".join(lines) + "\n", encoding="utf-8")
