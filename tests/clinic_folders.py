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
    """The folder at `path`. `files`: name of a folder in it and of a file, joined by two underscores -> text."""
    path.mkdir(exist_ok=True)
    (path / "clinic.toml").write_text(facts)
    for name, text in files.items():
        place = path / name.replace("__", "/")
        place.parent.mkdir(exist_ok=True)
        place.write_text(text)
    return path
