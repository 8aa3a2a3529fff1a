"""Which facts of the clinic a text prints, and where each is typed: nobody finds that out from a name in braces."""

from collections.abc import Iterable, Set
from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from content.placeholders import names_in

from .models import Clinic
from .supply import everything

_LONGEST_SHOWN = 20


@dataclass(frozen=True)
class PrintedFact:
    """`value`: what is printed, shortened; empty while it is not set. `url`: its field."""

    label: str
    value: str
    url: str


def printed_facts(texts: Iterable[str]) -> list[PrintedFact]:
    """The clinic's own facts among the names in braces, in their order on the form. One query where there are any."""
    return facts_named(set().union(*map(names_in, texts)))


def facts_named(names: Set[str]) -> list[PrintedFact]:
    """Those of the clinic's own facts that have these names, in the same order."""
    names = names & {field.name for field in Clinic._meta.fields}
    if not names:
        return []
    clinic, asked = Clinic.objects.current(), {one.fact for one in everything()}
    form, missing = reverse("admin:pages_clinic_change", args=[1]), reverse("admin:pages_clinic_missing")
    found = []
    for field in Clinic._meta.fields:
        if field.name in names:
            value = str(getattr(clinic, field.name) or "")
            url = f"{missing}#{field.name}" if not value and field.name in asked else f"{form}#id_{field.name}"
            found.append(PrintedFact(str(field.verbose_name), Truncator(value).words(_LONGEST_SHOWN), url))
    return found


def as_links(facts: Iterable[PrintedFact]) -> SafeString:
    """`parking (not set yet), interpreter (“Call us”)`, each a link to its field."""
    shown = ((fact.url, fact.label, f"“{fact.value}”" if fact.value else "not set yet") for fact in facts)
    return format_html_join(", ", '<a href="{}">{}</a> ({})', shown)


class SaysWhatItPrints:
    """Of the admin of a text: its form says which facts it prints, and where they are changed."""

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)  # type: ignore[misc]  # that of the admin beside it
        if obj is not None and (facts := printed_facts(obj.texts().values())):
            words = "What is in braces is a fact of the clinic, typed once for the whole site: {}."
            fieldsets[0][1]["description"] = format_html(words, as_links(facts))
        return fieldsets
