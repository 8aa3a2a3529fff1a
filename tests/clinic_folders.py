"""An invented clinic in another state, as the folder that CLINIC_DIR names."""

from pathlib import Path

FACTS = """\
name = "High Desert Example Clinic"
summary = "Ketamine clinic in Bend, Oregon. Ketamine for depression is off-label."
street = "100 Example Avenue"
city = "Bend"
state = "OR"
postal_code = "97701"
time_zone = "America/Los_Angeles"
time_zone_label = "Pacific Time"
copyright_since = 2026
phone = "(541) 555-0100"
federal_funds = false

[[hours]]
weekdays = [1, 3]
opens = 09:00:00
closes = 12:00:00

[[hours]]
weekdays = [1]
opens = 13:00:00
closes = 17:30:00

[policy]
length_minutes = 45
notice_hours = 0

[words]
headline = "Care under a high sky"
lede = "A small clinic for adults. Ketamine for depression is off-label."
tagline = "Ketamine in Bend"
"""


def write_folder(path: Path, *, facts: str = FACTS, **files: str) -> Path:
    """The folder at `path`. `files`: `pages__bus_stop` for pages/bus-stop.md, `static__mark` for the mark -> its text."""
    path.mkdir(exist_ok=True)
    (path / "clinic.toml").write_text(facts)
    for name, text in files.items():
        folder, _, file = name.partition("__")
        place = path / folder / (f"{file}.svg" if folder == "static" else f"{file.replace('_', '-')}.md")
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    return path


ITS_PAGE = """\
+++
title = "Parking at our door"
browser_title = "Parking"
description = "Where to park at our clinic, and how to get in from there."
lede = "Two spaces at {name}."
medical = false
updated = 2026-11-30
+++
Park behind the house at {address}.
"""
ITS_QUESTION = """\
+++
slug = "parking-access-interpreter"
group = "consult"
question = "Is there a bus to the high desert?"
+++
The bus stops at the door.
"""
ITS_ARTICLE = """\
+++
title = "A first year"
subtitle = "What we learned."
browser_title = "A first year"
description = "What a small clinic learned in its first year in the high desert."
summary = "What we learned."
published = 2026-11-01
updated = 2026-11-01
change_note = "First published."
+++
Using ketamine for depression is off-label. In a crisis, call or text [988](tel:988).
"""
MARK = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 48 32"><path d="M2 30L18 4l16 26z" fill="#14532d"/></svg>'
