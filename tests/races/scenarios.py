"""One round of each race. A scenario returns what went wrong in it, nothing when all is well; `Stage` judges the stored rows."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from threading import Event

from consults.spam import MOST_OPEN_PER_CONTACT
from tests.browsers import Clerk, Visitor
from tests.concurrency import together
from tests.races.stage import Stage
from tests.server import HANG_SECONDS, Site, wait_for


def _unlike(answers: list[int], allowed: set[int]) -> list[str]:
    """A loser gets a clear refusal, never a 5xx and never silence."""
    return [f"answered {status}" for status in answers if status not in allowed]


def visitors_for_one_seat(stage: Stage, capacity: int = 1) -> list[str]:
    stage.records.run(f"UPDATE consults_consultpolicy SET capacity = {capacity}")
    start = stage.a_day()[0]
    answers = together([lambda v=v: v.ask(start) for v in stage.visitors()])
    wrong = _unlike(answers, {303, 422})
    if (got := answers.count(303)) != capacity or stage.held_at(start) != capacity:
        wrong.append(f"{got} were told they have one of {capacity} seats, {stage.held_at(start)} hold one")
    return wrong


def visitors_for_three_seats(stage: Stage) -> list[str]:
    return visitors_for_one_seat(stage, capacity=3)


def one_form_sent_fifteen_times(stage: Stage) -> list[str]:
    (visitor,), start, before = stage.visitors(1), stage.a_day()[0], stage.records.last_request
    windows = [Visitor(stage.site, dict(visitor.cookies)) for _ in range(15)]
    for window in windows:
        window.fields = visitor.fields
    answers = together([lambda w=w: w.ask(start) for w in windows])
    made = stage.records.value(f"SELECT count(*) FROM consults_consultrequest WHERE id > {before}")
    return _unlike(answers, {303}) + ([f"{made} requests"] if made != 1 else [])


def many_requests_to_one_contact(stage: Stage) -> list[str]:
    """Each at another time, so that nothing but the limit of one contact is in their way."""
    crowd, starts, before = stage.visitors(), stage.a_day(), stage.records.last_request
    for visitor in crowd:
        visitor.fields["email"] = crowd[0].fields["email"]
    answers = together([lambda v=v, start=starts[number % 8]: v.ask(start) for number, v in enumerate(crowd)])
    query = f"SELECT count(*) FROM consults_consultrequest WHERE id > {before} AND status = 'requested'"
    let_in = stage.records.value(query)
    wrong = _unlike(answers, {303, 422})
    return wrong if let_in == MOST_OPEN_PER_CONTACT else [*wrong, f"{let_in} requests of one contact were let in"]


def two_lengths_that_overlap(stage: Stage) -> list[str]:
    """Half an hour from 4:00 and 4:30, twenty minutes from 4:00, 4:20 and 4:40, while staff change the length."""
    day = stage.a_day()
    wanted = [day[0], day[1], day[0][:14] + "20" + day[0][16:], day[0][:14] + "40" + day[0][16:]]
    crowd = stage.visitors()

    def change_length():
        for minutes in (20, 30) * 6:
            stage.records.run(f"UPDATE consults_consultpolicy SET length_minutes = {minutes}")

    asks = [lambda v=v, start=wanted[number % 4]: v.ask(start) for number, v in enumerate(crowd)]
    answers = together([change_length, *asks])[1:]
    return _unlike(answers, {303, 422})


def staff_confirm_one_request_twice(stage: Stage) -> list[str]:
    request = stage.a_request(stage.a_day()[0])
    answers = together([lambda c=c: c.decide(request, "confirm", 1) for c in stage.clerks * 6])
    events = stage.events_of(request)
    return _unlike(answers, {302}) + ([f"events {events}"] if events != ["requested", "confirmed"] else [])


def confirm_against_withdraw(stage: Stage) -> list[str]:
    request = stage.a_request(stage.a_day()[0])
    windows = stage.patients(request, 8)
    acts = [lambda c=c: c.decide(request, "confirm", 1) for c in stage.clerks * 4] + [w.withdraw for w in windows]
    answers = together(acts)
    events = stage.events_of(request)
    possible = (["requested", "withdrawn"], ["requested", "confirmed", "withdrawn"])
    return _unlike(answers, {302, 303, 422}) + ([f"events {events}"] if events not in possible else [])


def asking_against_a_closure(stage: Stage) -> list[str]:
    """Without a yes, a day is never both closed and held."""
    day = stage.a_day()
    crowd = stage.visitors()
    asks = [lambda v=v, start=day[number % 8]: v.ask(start) for number, v in enumerate(crowd)]
    closed, *answers = together([lambda: stage.clerks[0].post_closure(day[0][:10]), *asks])
    held = sum(stage.held_at(start) for start in day)
    return _unlike(answers, {303, 422}) + ([f"closed without a yes, and {held} held"] if closed and held else [])


def confirming_against_a_closure(stage: Stage) -> list[str]:
    """The desk asks first, no matter who is faster: the day is held by a request."""
    day = stage.a_day()
    request = stage.a_request(day[0])
    closed, *answers = together(
        [lambda: stage.clerks[0].post_closure(day[0][:10])]
        + [lambda c=c: c.decide(request, "confirm", 1) for c in stage.clerks[1:] * 3]
    )
    events = stage.events_of(request)
    wrong = _unlike(answers, {302}) + (["closed without a yes"] if closed else [])
    return wrong + ([f"events {events}"] if events != ["requested", "confirmed"] else [])


def asking_against_lowered_capacity(stage: Stage) -> list[str]:
    stage.records.run("UPDATE consults_consultpolicy SET capacity = 3")
    start, crowd = stage.a_day()[0], stage.visitors()
    lowered, *answers = together([lambda: stage.clerks[0].post_capacity(1), *[lambda v=v: v.ask(start) for v in crowd]])
    held = stage.held_at(start)
    return _unlike(answers, {303, 422}) + ([f"lowered to 1 without a yes, and {held} held"] if lowered and held > 1 else [])


def moving_against_asking(stage: Stage) -> list[str]:
    day = stage.a_day()
    request = stage.a_request(day[0])
    windows, crowd = stage.patients(request, 4), stage.visitors(stage.crowd - 4)
    moves = [lambda w=w: w.move(day[1]) for w in windows]
    asks = [lambda v=v, start=day[number % 2]: v.ask(start) for number, v in enumerate(crowd)]
    answers = together(moves + asks)
    held = stage.records.value(f"SELECT count(*) FROM consults_seat WHERE request_id = {request}")
    wrong = _unlike(answers, {303, 422})
    if held != 6 or stage.held_at(day[0]) > 1 or stage.held_at(day[1]) != 1:
        wrong.append(f"{held} cells held, {stage.held_at(day[0])} at the old time, {stage.held_at(day[1])} at the new one")
    return wrong


def two_confirmed_visits_move_to_one_time(stage: Stage) -> list[str]:
    """One gets it, beside its confirmed time; the other keeps what it has."""
    day = stage.a_day()
    requests = [stage.a_request(start) for start in day[:2]]
    for request in requests:
        stage.clerks[0].decide(request, "confirm", 1)
    windows = [window for request in requests for window in stage.patients(request, 3)]
    answers = together([lambda w=w: w.move(day[4]) for w in windows])
    held = sorted(stage.records.value(f"SELECT count(*) FROM consults_seat WHERE request_id = {request}") for request in requests)
    wrong = _unlike(answers, {303, 422})
    if held != [6, 12] or [stage.held_at(start) for start in (*day[:2], day[4])] != [1, 1, 1]:
        wrong.append(f"{held} cells held by the two")
    return wrong


def answering_a_move_against_second_thoughts(stage: Stage) -> list[str]:
    """Staff confirm it, decline it or cancel the visit while the patient takes it back or withdraws: one of them comes first."""
    day = stage.a_day()
    request = stage.a_request(day[0])
    stage.clerks[0].decide(request, "confirm", 1)
    windows = stage.patients(request, 4)
    assert windows[0].move(day[1]) == 303
    confirm, decline, cancel = stage.clerks
    acts = [
        *[lambda: confirm.decide(request, "confirm", 3)] * 2,
        *[lambda: decline.decide(request, "decline_move", 3, reason="decline-no-time")] * 2,
        *[lambda: cancel.decide(request, "cancel", 3, reason="cancel-clinic-closed")] * 2,
        *[windows[0].keep, windows[1].keep, windows[2].withdraw],
    ]
    answers = together(random.sample(acts, len(acts)))
    events = stage.events_of(request)
    after = events[3:]
    possible = after and after[0] in {"confirmed", "move_declined", "move_taken_back", "cancelled", "withdrawn"}
    ends_once = sum(kind in {"cancelled", "withdrawn"} for kind in after) <= 1 and len(after) <= 2
    wrong = _unlike(answers, {302, 303, 422}) + ([] if possible and ends_once else [f"events {events}"])
    # By then it holds one time or none.
    held = stage.records.value(f"SELECT count(*) FROM consults_seat WHERE request_id = {request}")
    return wrong + (
        [f"{held} cells held after {events}"] if held != (0 if after[-1] in {"cancelled", "withdrawn"} else 6) else []
    )


def one_time_offered_to_two_people(stage: Stage) -> list[str]:
    """Two clerks offer it, each to somebody else and one of them twice, while visitors ask for it: one person gets it."""
    day = stage.a_day()
    requests = [stage.a_request(start, wants_earlier=True) for start in day[4:6]]
    crowd = stage.visitors(stage.crowd - 4)
    offers = [
        lambda c=c, r=r: c.decide(r, "offer", 1, starts_at=day[0])
        for c, r in ((stage.clerks[0], requests[0]), (stage.clerks[1], requests[1]), (stage.clerks[2], requests[1]))
    ]
    answers = together([*offers, *[lambda v=v: v.ask(day[0]) for v in crowd]])
    offered = sum(stage.events_of(request).count("offered") for request in requests)
    got = answers[len(offers) :].count(303) + offered
    wrong = _unlike(answers, {302, 303, 422})
    return wrong + (
        [f"{got} were told they have it, {stage.held_at(day[0])} hold it"] if (got, stage.held_at(day[0])) != (1, 1) else []
    )


def answering_an_offer_against_everything(stage: Stage) -> list[str]:
    """The patient accepts, refuses and withdraws, a clerk takes it back, another confirms, and it runs out about then."""
    day = stage.a_day()
    request = stage.a_request(day[4], wants_earlier=True)
    stage.clerks[0].decide(request, "offer", 1, starts_at=day[0])
    windows = stage.patients(request, 4)
    moment = datetime.now(UTC) + timedelta(seconds=random.uniform(0.2, 0.6))
    text = f"{moment:%Y-%m-%d %H:%M:%S.%f}" + ("+00" if stage.records.is_postgresql else "")
    stage.records.run(f"UPDATE consults_earlieroffer SET answer_by = '{text}' WHERE request_id = {request}")
    # Not to wait for anything: in each round they meet the workers at another moment.
    Event().wait(random.uniform(0, 0.5))
    acts = [
        *[lambda w=w: w.answer("accept") for w in windows[:2]],
        lambda: windows[2].answer("refuse"),
        windows[3].withdraw,
        lambda: stage.clerks[0].decide(request, "take_back_offer", 2),
        lambda: stage.clerks[1].decide(request, "confirm", 2),
        lambda: stage.clerks[2].decide(request, "accept_offer", 2),
    ]
    answers = together(random.sample(acts, len(acts)))
    is_open = f"SELECT count(*) FROM consults_earlieroffer WHERE request_id = {request} AND answer = ''"
    wait_for(lambda: not stage.records.value(is_open), HANG_SECONDS, "the offer is answered, or over")
    events = stage.events_of(request)
    ended = [kind for kind in events if kind.startswith("offer_")]
    wrong = _unlike(answers, {302, 303, 422})
    if events[:2] != ["requested", "offered"] or len(ended) > 1 or events.count("withdrawn") != 1 or events[-1] != "withdrawn":
        wrong.append(f"events {events}")
    held = stage.records.value(f"SELECT count(*) FROM consults_seat WHERE request_id = {request}")
    return wrong + ([f"{held} cells held after {events}"] if held else [])


def confirming_against_expiry(stage: Stage) -> list[str]:
    """Two background workers look twice a second each; the clerks decide at about the moment the reply time passes."""
    request = stage.a_request(stage.a_day()[0])
    moment = datetime.now(UTC) + timedelta(seconds=0.2)
    text = f"{moment:%Y-%m-%d %H:%M:%S.%f}" + ("+00" if stage.records.is_postgresql else "")
    stage.records.run(f"UPDATE consults_consultrequest SET answer_by = '{text}' WHERE id = {request}")
    # Not to wait for anything: in each round the clerks meet the workers at another moment.
    Event().wait(random.uniform(0.1, 0.6))
    answers = together([lambda c=c: c.decide(request, "confirm", 1) for c in stage.clerks * 4])
    is_open = f"SELECT count(*) FROM consults_consultrequest WHERE id = {request} AND status = 'requested'"
    wait_for(lambda: not stage.records.value(is_open), HANG_SECONDS, "the request is confirmed or expired")
    events = stage.events_of(request)
    possible = (["requested", "confirmed"], ["requested", "expired"])
    return _unlike(answers, {302}) + ([f"events {events}"] if events not in possible else [])


def two_workers_on_one_outbox(stage: Stage) -> list[str]:
    """Everything is owed again, to both at once."""
    waiting = "SELECT count(*) FROM consults_outboxmessage WHERE state = 'waiting' AND kind <> 'reminder'"
    wait_for(lambda: not stage.records.value(waiting), HANG_SECONDS, "the outbox is empty")
    before = _message_ids(stage.site)
    again = "state = 'waiting', attempts = 0, done_at = NULL, not_before = created_at"
    stage.records.run(f"UPDATE consults_outboxmessage SET {again} WHERE state = 'done'")
    owed = stage.records.value(waiting)
    wait_for(lambda: not stage.records.value(waiting), HANG_SECONDS, "the outbox is empty again")
    sent = _message_ids(stage.site) - before
    return [f"{owed} owed, {sent.total()} sent of {len(sent)}"] if not owed == len(sent) == sent.total() else []


def _message_ids(site: Site) -> Counter:
    texts = (path.read_text() for path in (site.data / "mail").glob("*.log"))
    return Counter(line for text in texts for line in text.splitlines() if line.startswith("Message-ID"))


def rotating_keys_against_everything(stage: Stage) -> list[str]:
    """Everything is sealed again under the other key while visitors ask and a clerk writes note after note."""
    request = stage.a_request(stage.a_day()[0])
    start, crowd = stage.a_day(), stage.visitors(8)
    keys = stage.site.settings["FIELD_KEYS"].split(",")

    def rotate() -> int:
        return stage.site.manage("rotate_field_keys", FIELD_KEYS=",".join(reversed(keys))).returncode

    def take_notes() -> int:
        return max(stage.clerks[0].decide(request, "note", v, staff_notes=f"Note {v}") for v in range(1, 31))

    asks = [lambda v=v, start=start[number]: v.ask(start) for number, v in enumerate(crowd)]
    rotated, noted, *answers = together([rotate, take_notes, *asks])
    everything_opens = "[r.person for r in ConsultRequest.objects.all()] and [m.opened for m in OutboxMessage.objects.all()]"
    note = f"[(r.version, r.staff_notes) for r in ConsultRequest.objects.filter(pk={request})]"
    told = stage.evaluate(f"{everything_opens} and {note}")
    wrong = _unlike([*answers, noted], {302, 303}) + ([f"the command ended with {rotated}"] if rotated else [])
    return wrong + ([f"the note is {told!r}"] if told != "[(31, 'Note 30')]" else [])


def erasing_against_staff(stage: Stage) -> list[str]:
    """An owner erases a request that a clerk writes notes to: what is erased stays so."""
    day = stage.a_day()
    requests = [stage.a_request(start) for start in day[:3]]
    gone = "SELECT count(*) FROM consults_consultrequest WHERE erased_at IS NOT NULL AND id = "

    def keep_writing(clerk: Clerk, request: int) -> int:
        version, answers = 1, [302]
        while not stage.records.value(f"{gone}{request}") and version < 500:
            answers.append(clerk.decide(request, "note", version, staff_notes="Ring twice."))
            version += 1
        return max(answers)

    def erase() -> int:
        noted = f"SELECT count(*) FROM consults_event WHERE kind = 'noted' AND request_id >= {requests[0]}"
        wait_for(lambda: stage.records.value(noted) >= 6, HANG_SECONDS, "the clerks are writing")
        for request in requests:
            one = f"ConsultRequest.objects.get(pk={request})"
            stage.evaluate(f"erasure.erase_at_once({one}, by=None, now=timezone.now())")
        return 302

    writes = [lambda c=c, r=r: keep_writing(c, r) for c, r in zip(stage.clerks, requests, strict=False)]
    answers = together([erase, *writes])
    ids = ", ".join(str(number) for number in requests)
    left = stage.records.value(
        f"SELECT count(*) FROM consults_consultrequest WHERE id IN ({ids}) AND (erased_at IS NULL OR length(sealed) > 0)"
    ) + stage.records.value(
        "SELECT count(*) FROM consults_outboxmessage AS m JOIN consults_event AS e ON e.id = m.event_id"
        f" WHERE e.request_id IN ({ids}) AND length(m.sealed) > 0"
    )
    return _unlike(answers, {302}) + ([f"{left} rows still tell who asked"] if left else [])


SCENARIOS = [
    visitors_for_one_seat,
    visitors_for_three_seats,
    one_form_sent_fifteen_times,
    many_requests_to_one_contact,
    two_lengths_that_overlap,
    staff_confirm_one_request_twice,
    confirm_against_withdraw,
    asking_against_a_closure,
    confirming_against_a_closure,
    asking_against_lowered_capacity,
    moving_against_asking,
    two_confirmed_visits_move_to_one_time,
    answering_a_move_against_second_thoughts,
    one_time_offered_to_two_people,
    answering_an_offer_against_everything,
    confirming_against_expiry,
    two_workers_on_one_outbox,
    rotating_keys_against_everything,
    erasing_against_staff,
]
# Those whose guards a site can be run without.
CONTROLLED = [
    visitors_for_one_seat,
    one_form_sent_fifteen_times,
    many_requests_to_one_contact,
    two_lengths_that_overlap,
    staff_confirm_one_request_twice,
    confirm_against_withdraw,
    asking_against_a_closure,
    moving_against_asking,
    two_confirmed_visits_move_to_one_time,
    answering_a_move_against_second_thoughts,
    one_time_offered_to_two_people,
    answering_an_offer_against_everything,
    two_workers_on_one_outbox,
]
