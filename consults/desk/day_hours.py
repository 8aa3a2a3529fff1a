"""A short form for one date, closed or with other hours. It replaces the special hours of that date and asks like any change."""

from datetime import date, datetime

from django import forms
from django.contrib import messages
from django.contrib.admin.models import ADDITION, CHANGE, DELETION, LogEntry
from django.core.exceptions import ValidationError
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone

from consults.current_rules import read_rules
from consults.dates import date_text, day_text
from consults.hours_text import shifts_text
from consults.models import SpecialHours
from consults.models.posted_time import validate_five_minutes
from content.editing import kept_form
from guard.one_line import refuse_control_characters
from guard.readers import read_date

from .display import local_date
from .typed_times import TypedTimeField

CLOSED, OTHER = "closed", "other"


def may_change_day(user) -> bool:
    """A date may have rows already, which are changed or removed."""
    return user.has_perms([f"consults.{verb}_specialhours" for verb in ("add", "change", "delete")])


class DayForm(forms.Form):
    use_required_attribute = False

    date = forms.DateField(
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"required": "Choose the date", "invalid": "Write the date like 12/24/2026"},
    )
    hours = forms.ChoiceField(
        label="On this day the clinic is",
        choices=[(CLOSED, "closed all day"), (OTHER, "open at these hours:")],
        initial=CLOSED,
        widget=forms.RadioSelect,
        error_messages={"required": "Choose closed or other hours"},
    )
    opens = TypedTimeField(required=False, validators=[validate_five_minutes], help_text="For example 8 AM or noon")
    closes = TypedTimeField(required=False, validators=[validate_five_minutes])
    note = forms.CharField(
        required=False,
        max_length=80,
        validators=[refuse_control_characters],
        help_text="Printed beside the date for patients, for example Christmas Day",
    )
    # The special hours of the date that the page has shown, which saving replaces.
    replaces = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None, *, now: datetime, **kwargs) -> None:
        super().__init__(data, **kwargs)
        self._today = local_date(now)

    def clean_date(self):
        day = self.cleaned_data["date"]
        if day < self._today:
            raise ValidationError("This date is over. Choose a date from today on", code="past")
        if read_date(day.isoformat()) is None:
            raise ValidationError("Choose a date in this century", code="too_far")
        return day

    def clean(self) -> dict:
        answers = super().clean() or {}
        if answers.get("hours") == OTHER:
            opens, closes = answers.get("opens"), answers.get("closes")
            for name in ("opens", "closes"):
                if not answers.get(name) and name not in self.errors:
                    self.add_error(name, ValidationError("Write a time, like 8 AM or noon", code="required"))
            if opens and closes and opens >= closes:
                self.add_error("closes", ValidationError("The closing time must be after the opening time", code="order"))
        if (day := answers.get("date")) and (present := rows_text(rows_of(day))) and present != answers.get("replaces"):
            text = f"{date_text(day)}, already has special hours: {present}. Save again to replace them"
            self.add_error("date", ValidationError(text, code="replaces"))
            self.data = {**self.data, "replaces": present}
        return answers

    def save(self, *, by) -> str:
        """Writes the row of the date, and says what is true of it now."""
        answers = self.cleaned_data
        rows = rows_of(answers["date"])
        kept, others = rows[:1], rows[1:]
        row = kept[0] if kept else SpecialHours(date=answers["date"])
        is_open = answers["hours"] == OTHER
        row.opens, row.closes = (answers["opens"], answers["closes"]) if is_open else (None, None)
        row.note = answers["note"]
        # First, because the row may take the opening time of one of them.
        for other in others:
            LogEntry.objects.log_actions(by.pk, [other], DELETION)
            other.delete()
        row.save()
        change: list[dict] = [{"changed": {"fields": ["opens", "closes", "note"]}}] if kept else [{"added": {}}]
        LogEntry.objects.log_actions(by.pk, [row], CHANGE if kept else ADDITION, change_message=change)
        return f"{day_text(row.date)}, is now {'open ' if is_open else ''}{row.hours_text}."


def rows_of(day: date) -> list[SpecialHours]:
    return list(SpecialHours.objects.filter(date=day).order_by("opens"))


def rows_text(rows: list[SpecialHours]) -> str:
    """`8:00 AM to noon and 4:00 PM to 8:00 PM (Training)`; empty without rows."""
    notes = ", ".join(dict.fromkeys(row.note for row in rows if row.note))
    return " and ".join(row.hours_text for row in rows) + (f" ({notes})" if notes else "")


def day_view(request, *, each_context: dict, opts):
    """Shows and saves the form. ?date=2026-12-24 chooses the date."""
    now = timezone.now()
    is_posted = request.method == "POST"
    data = kept_form.posted_or_kept(request)
    day = read_date(request.GET.get("date"))
    form = DayForm(data, now=now, initial=_initial(day))
    if is_posted and form.is_valid():
        messages.success(request, form.save(by=request.user))
        week = reverse("admin:consults_consultrequest_diary")
        return redirect(f"{week}?from={form.cleaned_data['date']:%Y-%m-%d}&days=1")
    posted = read_rules(now).posted
    context = {
        **each_context,
        "title": "Close a day or change its hours",
        "opts": opts,
        "form": form,
        "weekly": f"{day_text(day)}: {shifts_text(posted.week.get(day.weekday(), ()))}" if day else "",
        "special": rows_text(rows_of(day)) if day else "",
    }
    return TemplateResponse(request, "admin/consults/day_hours.html", context, status=422 if is_posted and form.errors else 200)


def _initial(day: date | None) -> dict:
    if day is None:
        return {}
    rows = rows_of(day)
    first = rows[0] if rows else SpecialHours()
    hours = OTHER if first.opens else CLOSED
    chosen = {"hours": hours, "opens": first.opens, "closes": first.closes, "note": first.note}
    return {"date": day, "replaces": rows_text(rows), **chosen}
