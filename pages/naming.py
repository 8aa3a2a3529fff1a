"""Whether words name the treatment or an illness: mail and calendars are read by others too."""

import re

# Of the clinic's facts, those that letters to patients carry.
IN_LETTERS = ("video_link", "preparation", "parking", "good_faith_contact")
_TELLS = re.compile(r"\w*(?:ketamin|spravato|depress|psych|suicid|infusion|anxiety|bipolar|schizo|ptsd)\w*", re.IGNORECASE)


def names_treatment(text: str) -> bool:
    return bool(_TELLS.search(text))


def word_that_tells(text: str) -> str:
    """The first word of a text that names the treatment or an illness, as it is written there; "" without one."""
    found = _TELLS.search(text)
    return found[0] if found else ""
