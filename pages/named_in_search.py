"""A search for the clinic's own name or place: texts hold placeholders there, which no visitor types."""

import re
from datetime import datetime

from content.placeholders import as_words
from content.spelling import Answers, find_or_correct

from .models import Clinic
from .states import STATES


def find_with_names(query: str, clinic: Clinic, *, at: datetime) -> Answers:
    """What is found for the query with name and city as texts have them; else as it was typed; else with the state too."""
    state = STATES.get(clinic.state, "")
    names = _replaced(query, {clinic.name: "{name}", f"{clinic.city}, {state}": "{place}", clinic.city: "{place}"})
    for spelled in dict.fromkeys((names, query, _replaced(names, {state: "{place}"}))):
        found = find_or_correct(spelled, at=at)
        if any(result.has_all_words for result in found.results) and (spelled == query or not found.meant):
            return found
    return find_or_correct(query, at=at)


def _replaced(query: str, names: dict[str, str]) -> str:
    for name, placeholder in names.items():
        if words := re.findall(r"\w+", name):
            pattern = r"\b" + r"\W+".join(map(re.escape, words)) + r"\b"
            query = re.sub(pattern, as_words(placeholder), query, flags=re.IGNORECASE)
    return query
