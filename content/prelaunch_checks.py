"""Prelaunch checks of texts and sources, the same for every kind of text."""

import re
from collections.abc import Iterator
from datetime import datetime

from .citations import cited_in
from .editing.paths import edit_path
from .links import Links
from .medical_review import awaiting_review
from .models import Reference, Text, kinds
from .prelaunch import Blocker, register
from .publishing import claims_in, problems

# A note that says the source itself was not seen, or asks for another look. "Checked" and "opened" do not.
_UNFINISHED = re.compile(r"\bnot opened\b|\bcheck\b", re.I)


def _published() -> list[Text]:
    return [row for kind in kinds() for row in kind.objects.all() if row.is_published]


@register
def reviews_are_given(*, now: datetime) -> Iterator[Blocker]:
    for row in awaiting_review():
        yield Blocker("Medical review", f"Pending: {row._meta.verbose_name} “{row}”.", edit_path(row))


@register
def references_are_verified(*, now: datetime) -> Iterator[Blocker]:
    for reference in Reference.objects.filter(key__in=cited_in(_published())):
        if not reference.link:
            yield Blocker("References", f"{reference.key} has no DOI, PMID or URL.", edit_path(reference))
        if not (reference.verified and reference.last_checked):
            missing = "how it was verified" if not reference.verified else "when it was last checked"
            yield Blocker("References", f"{reference.key} does not say {missing}.", edit_path(reference))
        elif _UNFINISHED.search(reference.verified):
            what = f"{reference.key} is not verified yet: “{reference.verified}”"
            yield Blocker("References", what, edit_path(reference))


@register
def texts_can_be_published(*, now: datetime) -> Iterator[Blocker]:
    links = Links(at=now)
    for row in _published():
        for problem in problems(row, at=now, links=links):
            yield Blocker("Texts", f"{row._meta.verbose_name} “{row}”: {problem.message}", edit_path(row))
        for _, hit in claims_in(row):
            why = row.claims_justification or "no justification is given"
            yield Blocker("Texts", f"{row._meta.verbose_name} “{row}” says “{hit.quote}” ({why}).", edit_path(row))
