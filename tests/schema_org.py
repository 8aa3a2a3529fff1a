"""Checks nodes of structured data against schema.org's own vocabulary (tests/tools/schema_org.py)."""

import json
from collections.abc import Iterator
from datetime import date, time
from pathlib import Path

TYPES = json.loads((Path(__file__).parent / "data" / "schema_org.json").read_text(encoding="utf-8"))


def mistakes(node: dict, where: str = "") -> Iterator[str]:
    """What the vocabulary does not know in a node and in those within it: types, properties, kinds of values."""
    name = node.get("@type")
    where = f"{where}{name}"
    if name not in TYPES:
        yield f"{where}: no such type"
        return
    known = {key: value for kind in _kinds(name) for key, value in TYPES[kind]["properties"].items()}
    for key, value in node.items():
        if key.startswith("@"):
            continue
        if key not in known:
            yield f"{where}.{key}: no such property"
            continue
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, dict) and "@type" in one:
                yield from mistakes(one, f"{where}.{key}: ")
            if not any(_is(one, expected) for expected in known[key]):
                yield f"{where}.{key}: {one!r} is none of {', '.join(known[key])}"


def _kinds(name: str) -> list[str]:
    """The type and everything that it is a kind of."""
    found = [name]
    for kind in found:
        found += [parent for parent in TYPES[kind]["is"] if parent not in found]
    return found


def _is(value: object, expected: str) -> bool:
    if isinstance(value, dict):
        return value.keys() == {"@id"} or expected in _kinds(value["@type"])
    if isinstance(value, int | float):
        return expected in {"Number", "Integer"}
    if not isinstance(value, str):
        return False
    is_url = value.startswith(("https://", "http://"))
    if expected in {"Date", "Time"}:
        return _reads((date if expected == "Date" else time).fromisoformat, value)
    if members := TYPES.get(expected, {}).get("members"):
        return value in members
    # A thing of its own may be named by its address.
    return expected == "Text" or is_url


def _reads(read, value: str) -> bool:
    try:
        read(value)
    except ValueError:
        return False
    return True
