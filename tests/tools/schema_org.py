"""Writes tests/data/schema_org.json: what schema.org says of the types that this site's structured data uses.

    npm pack schema-dts@2.1.0 && tar xzf schema-dts-2.1.0.tgz
    python -m tests.tools.schema_org package/dist/schema.d.ts

schema-dts (Apache License 2.0) is the whole vocabulary as TypeScript. Each type in USED is kept with the types it is a kind of,
its own properties and what they expect; an enumeration with its members. Add a type to USED before a page uses it.
"""

import json
import re
import sys
from pathlib import Path

DATA = Path(__file__).resolve().parents[1] / "data" / "schema_org.json"
USED = (
    *("MedicalClinic", "PostalAddress", "GeoCoordinates", "OpeningHoursSpecification", "DayOfWeek", "WebSite"),
    *("BreadcrumbList", "ListItem", "MedicalWebPage", "BlogPosting", "Person", "Drug", "MedicalCondition"),
)
_INTERFACE = re.compile(r"^(?:export )?interface (\w+?)(Base|Leaf) extends ([^{]+?) \{$(.*?)^\}$", re.M | re.S)
_THING = re.compile(r"^(?:export )?interface (ThingBase) (?:extends [^{]+)?\{$(.*?)^\}$", re.M | re.S)
_PROPERTY = re.compile(r'^    "(\w+)"\?: SchemaValue<(.+), "\w+">;$', re.M)


def read(text: str) -> dict[str, dict]:
    """Every type of the vocabulary: {"is": the types it is directly a kind of, "properties": {name: what it expects}}."""
    types: dict[str, dict] = {"Thing": {"is": [], "properties": _properties(_THING.search(text)[2])}}
    for name, part, parents, body in _INTERFACE.findall(text):
        if part == "Base":
            types[name] = {"is": re.findall(r"(\w+)Base\b", parents), "properties": _properties(body)}
    for name, part, parents, _ in _INTERFACE.findall(text):
        if part == "Leaf" and name not in types:
            # A type without properties of its own.
            types[name] = {"is": [parent for parent in re.findall(r"(\w+)Base\b", parents) if parent != name], "properties": {}}
    for name, members in re.findall(r"^export type (\w+) = (.*);$", text, re.M):
        if found := re.findall(r'"https://schema\.org/(\w+)"', members):
            types.setdefault(name, {"is": ["Enumeration"], "properties": {}})["members"] = found
    return types


def _properties(body: str) -> dict[str, list[str]]:
    return {name: [part for part in expected.split(" | ") if part != "IdReference"] for name, expected in _PROPERTY.findall(body)}


def with_ancestors(types: dict[str, dict]) -> dict[str, dict]:
    wanted = list(USED)
    for name in wanted:
        wanted += [parent for parent in types[name]["is"] if parent in types and parent not in wanted]
    return {name: types[name] for name in sorted(wanted)}


if __name__ == "__main__":
    kept = with_ancestors(read(Path(sys.argv[1]).read_text(encoding="utf-8")))
    DATA.write_text(json.dumps(kept, separators=(",", ":"), sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(kept)} types, {DATA.stat().st_size} bytes\n")
