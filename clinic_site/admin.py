"""What the front page of the desk says of the site itself."""

from datetime import datetime

from django.contrib import admin
from django.db.models import Q

from clinic_site import (
    backups,
    delivery_reports,
    erased_list,
    failing_backups,
    health,
    hold_page,
    holds,
    jobs,
    room,
    second_place,
    uploads,
)
from clinic_site.models import EVERYTHING, Hold
from consults.desk import mail_stop
from consults.desk.display import moment_in_sentence
from consults.desk.mail_stop import MailStop
from consults.models import OutboxMessage, WorkerHeartbeat


def worker_trouble(user, *, now: datetime) -> dict:
    """For everybody who works with requests: a patient may be waiting for a letter that nobody sends."""
    beats = WorkerHeartbeat.objects
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    if beats.is_running(now=now):
        failing = jobs.problems(now=now)
        return {"failing": failing, "letters_are_stopped": jobs.are_letters_stopped(now=now)} if failing else {}
    return {"is_gone": True, "last_beat": beats.last_beat()}


def backup_trouble(user, *, now: datetime) -> dict:
    """For everybody who works with requests: the first to see it can tell the person who looks after the server."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    found = {"is_late": backups.is_late(now=now), "problem": second_place.problem()}
    found["failing"] = failing_backups.problem(now=now)
    found["room"] = room.problems(now=now)
    found |= {"unlisted": erased_list.problem(now=now), "uploads": uploads.problem()}
    return found | {"last_made": backups.last_made(now=now)} if any(found.values()) else {}


def mail_trouble(user, *, now: datetime) -> dict:
    """For everybody who works with requests, as above. During a hold it waits for an owner, which is told first."""
    since = health.mail_late_since(now=now) if user.has_perm("consults.view_consultrequest") else None
    if since is None or Hold.objects.open().exists():
        return {}
    owed = OutboxMessage.objects.owed(now=now)
    tried = owed.exclude(problem="").order_by("-not_before", "-pk")
    return {"since": since, "counted": owed.count(), "problem": tried.values_list("problem", flat=True).first()}


def stopped_mail(now: datetime) -> MailStop | None:
    """Why a letter that is written now does not leave at once, or may not: for the pages of requests, which promise letters."""
    if held := list(Hold.objects.open().order_by("pk")):
        return MailStop(" and ".join(hold.get_reason_display() for hold in held), max(hold.waits_until for hold in held))
    since = health.mail_late_since(now=now)
    return MailStop(f"the oldest letter has been waiting since {moment_in_sentence(since, now)}") if since else None


def delivery_reports_trouble(user, *, now: datetime) -> dict:
    """For everybody who works with requests, as above."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    facts = {"problem": delivery_reports.problem(now=now), "answers": delivery_reports.answers_to_read()}
    return facts if any(facts.values()) else {}


def all_holds(user, *, now: datetime) -> dict:
    """`open` and `to_check`, from one reading: the holds of a clinic are few."""
    last = Q(pk__in=holds.without_letters().values("pk")[:1])
    found = list(Hold.objects.filter(Q(pk__in=Hold.objects.open().values("pk")) | last).order_by("pk"))
    held = [hold for hold in found if hold.ended_at is None]
    facts = {
        "open": open_holds(user, held, now=now),
        "to_check": to_check(user, next((hold for hold in found if hold.ended_at is not None), None), now=now),
    }
    return facts if any(facts.values()) else {}


def open_holds(user, held: list[Hold], *, now: datetime) -> dict:
    """For everybody: a colleague who expects a letter to go out sees here why it does not."""
    if not held:
        return {}
    all_waits = Hold.objects.waits_until() == EVERYTHING
    return {"held": held, "all_waits": all_waits, "now": now, "may_end": user.has_perm(hold_page.MAY_END)}


def to_check(user, last: Hold | None, *, now: datetime) -> dict:
    """For everybody who works with requests: what the site leaves to them after a restore."""
    if not user.has_perm(hold_page.MAY_SEE_NAMES):
        return {}
    found = holds.to_check_after(last, now=now)
    count = found.count()
    return {"count": count, "rows": found[: hold_page.MOST_SHOWN], "most_shown": hold_page.MOST_SHOWN} if count else {}


# Before the requests stands what stops their answers; the rest can wait until they have been read.
admin.site.add_section("admin/_holds.html", all_holds, position=1)  # type: ignore[attr-defined]
admin.site.add_section("admin/_worker_trouble.html", worker_trouble, position=4)  # type: ignore[attr-defined]
admin.site.add_section("admin/_backup_trouble.html", backup_trouble, position=15)  # type: ignore[attr-defined]
admin.site.add_section("admin/_mail_trouble.html", mail_trouble, position=5)  # type: ignore[attr-defined]
admin.site.add_section("admin/_delivery_reports_trouble.html", delivery_reports_trouble, position=15)  # type: ignore[attr-defined]
mail_stop.register(stopped_mail)
