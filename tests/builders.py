"""Plain functions that make what tests need. Times are fixed: tests never depend on the date they run."""

from dataclasses import replace
from datetime import UTC, datetime, time
from zoneinfo import ZoneInfo

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, User

from consults import booking
from consults.current_rules import read_rules
from consults.messages.reading import read_message
from consults.models import ConsultPolicy, OpeningHours, OutboxMessage, Person
from consults.scheduling import PostedHours, Shift
from pages.models import Clinic

CHICAGO = ZoneInfo("America/Chicago")
EVENING = Shift(time(16), time(20))
MORNING = Shift(time(8), time(12))
CLINIC_WEEK = {0: (EVENING,), 1: (EVENING,), 2: (EVENING,), 3: (EVENING,), 4: (EVENING,), 5: (MORNING,)}
POSTED = PostedHours(CHICAGO, CLINIC_WEEK)

ADA = Person(full_name="Ada Example", email="ada@example.com", phone="507-555-0100", contact_by="email")

# What every colleague signs in with.
PASSWORD = "lamps-in-seven-windows"
# A Wednesday, ten in the morning in Dundas.
WEDNESDAY = datetime(2026, 12, 2, 16, 0, tzinfo=UTC)


def local(text: str) -> datetime:
    """`2026-12-07 16:00` on the clinic's wall clock, as an instant in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=CHICAGO).astimezone(UTC)


def post_clinic_hours() -> None:
    Clinic.objects.update_or_create(
        pk=1,
        defaults={
            "name": "Modern Therapeutics",
            "street": "200 Schilling Dr S.",
            "city": "Dundas",
            "state": "MN",
            "postal_code": "55019",
        },
    )
    ConsultPolicy.objects.get_or_create(pk=1)
    OpeningHours.objects.bulk_create(
        OpeningHours(weekday=weekday, opens=shift.opens, closes=shift.closes)
        for weekday, shifts in CLINIC_WEEK.items()
        for shift in shifts
    )


def colleague(name: str, role: str = "") -> User:
    """A member of staff; `role`: Front desk, Editors or Owners."""
    user = User(username=name, password=make_password(PASSWORD), is_staff=True, first_name=name.title())
    # In bulk, because nobody is told of this account.
    User.objects.bulk_create([user])
    if role:
        user.groups.add(Group.objects.get(name=role))
    return user


def letter_of(message: OutboxMessage, *, now: datetime = WEDNESDAY) -> dict[str, str]:
    """`to`, `subject`, `text` and `calendar`, as they would be sent."""
    return read_message(message, read_rules(now), now=now)._asdict()


def submit(
    *,
    key: str = "key-1",
    now: datetime = WEDNESDAY,
    starts_at: datetime | None = None,
    looks_like_spam: bool = False,
    **answers,
):
    """A request as the form would hand it over; by default for the Monday after WEDNESDAY at 4 PM."""
    typed = {name: answers.pop(name) for name in Person.names() if name in answers}
    start = starts_at or local("2026-12-07 16:00")
    return booking.submit_request(
        submission_key=key,
        starts_at=start,
        person=replace(ADA, **typed),
        now=now,
        looks_like_spam=lambda: looks_like_spam,
        **answers,
    )
