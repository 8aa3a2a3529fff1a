"""Every action in every state by every role: allowed or refused as the table of transitions and the roles say."""

from itertools import product

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from consults import booking
from consults.booking import TRANSITIONS
from consults.conflicts import conflicts_of, shown_in_form
from consults.current_rules import read_rules
from consults.desk.actions import ACTIONS
from consults.models import ConsultRequest, Event, Reason
from tests.builders import ADA, WEDNESDAY
from tests.consults.statuses import AFTER, EARLIER, LATER, MOVING, OFFERED, PATHS, bring_into_conflict, bring_to, undone

pytestmark = [
    pytest.mark.django_db,
    # On both databases test_transitions.py makes every decision from every status.
    pytest.mark.databases(postgresql=pytest.mark.slow),
    pytest.mark.usefixtures("clinic"),
    pytest.mark.ignore_template_errors,
]
REQUESTS = "/admin/consults/consultrequest/"
ROLES = {"Front desk": True, "Clinicians": True, "Owners": True, "Editors": False, None: False}

# What each button of the page is called in the table of transitions.
DECISIONS = {
    "confirm": Event.Kind.CONFIRMED,
    "reschedule": Event.Kind.RESCHEDULED,
    "decline": Event.Kind.DECLINED,
    "decline_move": Event.Kind.MOVE_DECLINED,
    "cancel": Event.Kind.CANCELLED,
    "answer": Event.Kind.ANSWERED,
    "complete": Event.Kind.COMPLETED,
    "miss": Event.Kind.MISSED,
    "keep": Event.Kind.KEPT,
    "quarantine": Event.Kind.QUARANTINED,
    "release": Event.Kind.RELEASED,
    "release_without_time": Event.Kind.RELEASED,
    "note": Event.Kind.NOTED,
    "offer": Event.Kind.OFFERED,
    "accept_offer": Event.Kind.OFFER_ACCEPTED,
    "refuse_offer": Event.Kind.OFFER_REFUSED,
    "take_back_offer": Event.Kind.OFFER_TAKEN_BACK,
}
FORMS = {
    "reschedule": {"starts_at": LATER.isoformat()},
    "decline": {"reason": "decline-test"},
    "decline_move": {"reason": "decline-test"},
    "cancel": {"reason": "cancel-test"},
    "note": {"staff_notes": "Called once"},
    "offer": {"starts_at": EARLIER.isoformat()},
}
# What a person in front of the page decides when: before the visit, or after it.
AFTER_THE_START = {"complete", "miss"}
ENDED = ("declined", "withdrawn", "cancelled", "expired", "completed", "missed")
# "untimed" asks for no listed time.
STATES = [*PATHS, "untimed"]
# A colleague who may not decide is refused before the state counts. In the first layer all try everything in these two alone,
# and in every other state one of the two who may decide does, in turn.
EVERYBODY_TRIES_IN = {"requested", OFFERED}


@pytest.fixture
def boss():
    for use in ("decline", "cancel"):
        Reason.objects.create(use=use, code=f"{use}-test", label=use, text="Closed.")
    return User.objects.create_superuser("boss")


@pytest.fixture
def colleagues() -> dict[str | None, User]:
    """One of each role."""
    made = {role: User.objects.create_user(role or "nobody", is_staff=True) for role in ROLES}
    for role, user in made.items():
        user.groups.set(Group.objects.filter(name=role))
    return made


def request_in(state: str, boss: User) -> ConsultRequest:
    if state == "untimed":
        return booking.submit_request(submission_key="untimed", starts_at=None, person=ADA, now=WEDNESDAY)
    return bring_to(state, boss)


def is_allowed(action: str, state: str) -> bool:
    """The table "What may follow what" of docs/booking.md, with its guards about a time."""
    status = {"untimed": "requested", MOVING: "requested", OFFERED: "confirmed"}.get(state, state)
    if status not in TRANSITIONS[DECISIONS[action]].starts_from:
        return False
    if action == "cancel":
        return state in {"confirmed", MOVING, OFFERED}
    if action == "offer":
        return state in {"requested", "confirmed", "untimed"}
    if action.endswith("_offer"):
        return state == OFFERED
    if action == "quarantine":
        return state != MOVING
    if state == "untimed":
        return action not in {"confirm", "keep"}
    return action != "answer"


@pytest.mark.parametrize("everybody", [False, pytest.param(True, marks=pytest.mark.nightly)], ids=["in turn", "everybody"])
@pytest.mark.parametrize("state", [pytest.param(state, marks=pytest.mark.slow if state in ENDED[1:] else []) for state in STATES])
def test_an_action_happens_when_the_state_and_the_role_allow_it(clock, boss, colleagues, state, everybody):
    request = request_in(state, boss)
    if not everybody and state not in EVERYBODY_TRIES_IN:
        role = [name for name, may_decide in ROLES.items() if may_decide][STATES.index(state) % 2]
        colleagues = {role: colleagues[role]}
    for now, actions in ((WEDNESDAY, DECISIONS.keys() - AFTER_THE_START), (AFTER, AFTER_THE_START)):
        clock(now)
        clients = {role: Client() for role in colleagues}
        for role, user in colleagues.items():
            clients[role].force_login(user)
        for action, (role, user) in product(sorted(actions), colleagues.items()):
            with undone(f"{action} by {role}"):
                _try(action, request, state, user if ROLES[role] else None, clients[role])


def shown(request: ConsultRequest) -> str:
    return shown_in_form(conflicts_of(request, rules=read_rules(WEDNESDAY), now=WEDNESDAY))


def _try(action: str, request: ConsultRequest, state: str, able: User | None, client: Client) -> None:
    """`able`: who is signed in with `client` and may decide; None for a colleague who may not."""
    if action == "keep":
        bring_into_conflict(request)
    before = list(Event.objects.filter(request=request).values())
    # What the button is called does not matter: a visit that stands is never declined with its move.
    declined = Event.Kind.MOVE_DECLINED if state == MOVING else Event.Kind.DECLINED
    kind = declined if action in {"decline", "decline_move"} else DECISIONS[action]
    leads_to = TRANSITIONS[kind].leads_to or request.status
    form = {"action": action, "version": request.version, "shown": shown(request), **FORMS.get(action, {})}
    answer = client.post(f"{REQUESTS}{request.pk}/act/", form)
    fresh = ConsultRequest.objects.get(pk=request.pk)
    assert answer.status_code == (302 if able else 403)
    if able and is_allowed(action, state):
        last = fresh.events.last()
        decided = (fresh.status, fresh.version, last.kind, last.by)
        assert decided == (leads_to, request.version + 1, kind, able)
    else:
        assert (fresh.status, fresh.version) == (request.status, request.version)
        assert list(Event.objects.filter(request=request).values()) == before


@pytest.mark.parametrize(
    ("state", "when"),
    [
        # What has ended stays so: for the slow tests.
        *(
            pytest.param(state, WEDNESDAY, id=f"{state} before the visit", marks=pytest.mark.slow if state in ENDED[1:] else [])
            for state in STATES
        ),
        *(
            pytest.param(state, AFTER, id=f"{state} after the visit", marks=pytest.mark.slow if state in ENDED else [])
            for state in STATES
        ),
    ],
)
def test_the_page_offers_no_button_that_would_be_refused(client, clock, boss, state, when):
    request = request_in(state, boss)
    clock(when)
    client.force_login(boss)
    page = client.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    offered = {code for code in DECISIONS if f'name="action" value="{code}"' in page}
    possible = set()
    for code in DECISIONS:
        form = {"action": code, "version": request.version, "even_if_not_posted": "yes", **FORMS.get(code, {})}
        client.post(f"{REQUESTS}{request.pk}/act/", form)
        if ConsultRequest.objects.get(pk=request.pk).version > request.version:
            possible.add(code)
            # The next one is tried on a request in the same state.
            request = fresh_copy(request, state, boss)
    # Declining, and declining a move, are one function.
    assert "note" in offered <= possible
    assert possible - offered <= {"decline", "decline_move"}
    assert len(offered & {"decline", "decline_move"}) <= 1


def fresh_copy(request: ConsultRequest, state: str, boss: User) -> ConsultRequest:
    """Another request in this state; the earlier one makes room."""
    request.seats.all().delete()
    request.submission_key = f"used-{request.pk}"
    request.save()
    return request_in(state, boss)


@pytest.mark.parametrize("reason", ["\x00", "none of them"])
def test_a_reason_that_is_not_of_the_list_changes_nothing(client, clock, boss, reason):
    request = request_in("requested", boss)
    client.force_login(boss)
    for path, form in (
        (f"{REQUESTS}{request.pk}/act/", {"action": "decline", "version": request.version, "reason": reason}),
        (REQUESTS, {"action": "decline_selected", "_selected_action": request.pk, "reason": reason}),
    ):
        assert client.post(path, form).status_code in {200, 302}
        assert ConsultRequest.objects.get(pk=request.pk).version == request.version


@pytest.fixture
def other_care(boss):
    return Reason.objects.create(
        use="decline",
        code="other-care",
        label="Other care",
        text="Another kind of care.",
        is_about_time=False,
        for_clinicians=True,
    )


@pytest.mark.parametrize(
    ("role", "spoken", "declines"),
    [("Clinicians", "yes", True), ("Clinicians", "", False), ("Front desk", "yes", False), ("Owners", "yes", False)],
)
def test_a_clinical_reason_is_given_by_a_clinician_who_spoke_with_the_person(
    client, clock, colleagues, other_care, role, spoken, declines
):
    request = request_in("requested", colleagues[role])
    client.force_login(colleagues[role])
    page = client.get(f"{REQUESTS}{request.pk}/change/").content.decode()
    assert ('value="other-care"' in page, 'name="spoken"' in page) == (role == "Clinicians",) * 2
    # Nobody else takes another reason in its place for want of knowing that there is this one.
    assert ("“Other care” is for a clinician" in page) == (role != "Clinicians")
    form = {"action": "decline", "version": request.version, "reason": other_care.code, "spoken": spoken}
    client.post(f"{REQUESTS}{request.pk}/act/", form)
    fresh = ConsultRequest.objects.get(pk=request.pk)
    assert fresh.status == ("declined" if declines else "requested")
    assert fresh.events.filter(reason=other_care.code).exists() == declines


def test_a_clinical_reason_is_never_given_to_several_at_once(client, clock, colleagues, other_care):
    request = request_in("requested", colleagues["Clinicians"])
    client.force_login(colleagues["Clinicians"])
    form = {"action": "decline_selected", "_selected_action": request.pk, f"version-{request.pk}": request.version}
    assert "Other care" not in client.post(REQUESTS, form).content.decode()
    client.post(REQUESTS, form | {"reason": other_care.code, "spoken": "yes"})
    assert ConsultRequest.objects.get(pk=request.pk).status == "requested"
    client.post(REQUESTS, form | {"reason": "decline-test"})
    assert ConsultRequest.objects.get(pk=request.pk).status == "declined"


def test_every_action_of_the_page_is_in_the_matrix():
    assert set(ACTIONS) == set(DECISIONS)


def test_every_decision_of_the_table_that_staff_make_is_an_action():
    by_others = {
        Event.Kind.READDRESSED,
        Event.Kind.MOVED,
        Event.Kind.MOVE_TAKEN_BACK,
        Event.Kind.WITHDRAWN,
        Event.Kind.EXPIRED,
        Event.Kind.MOVE_EXPIRED,
        Event.Kind.MOVE_LAPSED,
        Event.Kind.OFFER_LAPSED,
    }
    # Erasing has a page of its own: test_data_request.
    assert set(TRANSITIONS) - by_others - {Event.Kind.ERASED} == set(DECISIONS.values())
