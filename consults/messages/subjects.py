"""The subject of a message. It is neutral: none names a treatment. Only day and time follow, because lock screens are public."""

from consults import dates
from consults.models import Event

from .compose import Composition
from .kinds import ASKING, END_A_REQUEST, GIVE_A_TIME, tells

# The same day and time follow them as in the subject that said that they have that time: nothing of it is called lost.
_ONE_OF_TWO = "One of your requests has ended"
_ABOUT_IT = "About the time you asked for"
_ABOUT_AN_OFFER = "About the time we offered"
# Of a visit that stays: not "unchanged" where an earlier message told them another time.
_CONFIRMED = "Your visit is confirmed"
_UNANSWERED = tells(Event.Kind.EXPIRED).subject


def subject_of(composition: Composition) -> str:
    """Without the day and the time, in the words of what the clinic's consults are."""
    return composition.rules.clinic.consult.say(_subject(composition))


def _subject(letter: Composition) -> str:
    says, facts, kind = tells(letter.kind), letter.facts, letter.kind
    if kind in ASKING and letter.went_unanswered:
        return _UNANSWERED
    if kind in END_A_REQUEST and any(facts.visit in other.times.held for other in letter.others):
        return _ONE_OF_TWO
    if says.only_after and facts.offered in letter.held:
        return _ABOUT_AN_OFFER
    is_late = says.subject_if_late and not letter.is_ahead
    if (is_late or says.names_lost_time) and facts.before.asked in letter.held:
        return _ABOUT_IT
    if is_late:
        return says.subject_if_late
    if says.subject_if_elsewhere and letter.changes.also_had:
        return _CONFIRMED
    if says.subject_if_elsewhere and letter.meeting.has_changed:
        return says.subject_if_elsewhere
    is_changed = facts.replaced if kind in GIVE_A_TIME else facts.before.confirmed
    return (is_changed and says.subject_if_changed) or says.subject


def short_when(composition: Composition) -> str:
    """Day and time for a subject, or an empty text."""
    says, facts = tells(composition.kind), composition.facts
    lost = facts.before.asked if says.names_lost_time or (says.subject_if_late and not composition.is_ahead) else None
    visit = facts.offered or lost or facts.visit
    if visit is None:
        return ""
    start = composition.rules.posted.local(visit.start)
    return f"{dates.day_text(start)}, {dates.choice_text(start)}"
