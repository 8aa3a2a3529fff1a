"""The times of a message in words, in the clinic's zone."""

from datetime import datetime

from consults import dates
from consults.current_rules import Rules
from consults.scheduling import ConsultTime

from .facts import Facts


def visit_in_words(visit: ConsultTime | None, rules: Rules) -> str:
    local = rules.posted.local
    return dates.visit_text(local(visit.start), local(visit.end), rules.clinic.time_zone_label) if visit else ""


def times_of(facts: Facts, rules: Rules, *, answer_is_late: bool) -> dict[str, str]:
    """The visit, the visit that stays meanwhile, the offered times, what the person had or asked for before the event, and the
    deadlines; each is empty when there is none.
    """

    def moment(instant: datetime | None) -> str:
        return dates.moment_text(rules.posted.local(instant), rules.clinic.time_zone_label) if instant else ""

    answer_by = moment(facts.answer_by)
    return {
        "when": visit_in_words(facts.visit, rules),
        "confirmed_when": visit_in_words(facts.confirmed, rules),
        "offered_when": visit_in_words(facts.offered, rules),
        "replaced": visit_in_words(facts.replaced, rules),
        "asked_before": visit_in_words(facts.before.asked, rules),
        "confirmed_before": visit_in_words(facts.before.confirmed, rules),
        "answer_by": answer_by,
        "answer_when": answer_by and ("as soon as we can" if answer_is_late else f"by {answer_by}"),
        "offered_until": moment(facts.offered_until),
    }
