"""Whether words name the treatment or an illness: mail and calendars are read by others too."""

import re

_TELLS = re.compile(r"ketamin|spravato|depress|psych|suicid|infusion|anxiety|bipolar|schizo|ptsd", re.IGNORECASE)


def names_treatment(text: str) -> bool:
    return bool(_TELLS.search(text))
