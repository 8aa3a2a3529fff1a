"""The question on the desk's front page whether the clinic is open on a coming holiday, and its answer in one click."""

from datetime import datetime

from django.contrib import admin, messages
from django.contrib.admin.models import ADDITION, LogEntry
from django.shortcuts import redirect
from django.utils import timezone

from consults.dates import day_text
from consults.holiday_questions import HolidayQuestion, open_questions
from consults.models import OpenHoliday, SpecialHours
from guard.readers import read_date


def may_answer(user) -> bool:
    """Closing a date adds special hours, which may be changed later."""
    return user.has_perms(["consults.add_specialhours", "consults.change_specialhours"])


def read_holidays(user, *, now: datetime) -> dict:
    """The section for this user; empty when nothing is asked, or for users who do not see the hours."""
    if not user.has_perm("consults.view_specialhours"):
        return {}
    questions = open_questions(now=now)
    return {"questions": questions, "may_answer": may_answer(user)} if questions else {}


def answer_holiday(request):
    """Takes the answer to one question: `day` and `answer` (`open` or `closed`). Returns to the front page."""
    now = timezone.now()
    day = read_date(request.POST.get("day"))
    question = next((asked for asked in open_questions(now=now) if asked.day == day), None)
    answer = _ANSWERS.get(request.POST.get("answer", ""))
    if question is None or answer is None:
        messages.error(request, "Nothing was changed: that question is already answered.")
    else:
        messages.success(request, answer(question, by=request.user, now=now))
    return redirect("admin:index")


def _keep_open(question: HolidayQuestion, *, by, now: datetime) -> str:
    OpenHoliday.objects.create(date=question.day, name=question.name[:80], answered_by=by, answered_at=now)
    return f"{day_text(question.day)}, stays open as posted."


def _close(question: HolidayQuestion, *, by, now: datetime) -> str:
    added = SpecialHours.objects.create(date=question.day, note=question.name[:80])
    LogEntry.objects.log_actions(by.pk, [added], ADDITION, change_message=[{"added": {}}])
    return f"{day_text(question.day)}, is now closed."


_ANSWERS = {"open": _keep_open, "closed": _close}

# Before the requests: an answer that comes late is a patient at a closed door.
admin.site.add_section("admin/consults/_holidays.html", read_holidays, position=20)  # type: ignore[attr-defined]
