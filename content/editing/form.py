"""The form for every text in the admin."""

import copy
from datetime import date, datetime
from typing import Any

from django import forms
from django.forms.models import construct_instance

from content.claims import Hit
from content.models import ReviewedText, Text
from content.publishing import claims_in, problems, told_of

from .conflict import changes_since, current_row, fingerprint

_JUSTIFICATION = "claims_justification"


class ContentForm(forms.ModelForm):
    """Rejects a save over someone else's, unknown citations, broken links and missing sentences; requires a justification
    for statements that promise too much. The admin sets `now`, an aware instant, and `today`, the clinic's date, on a
    subclass.
    """

    now: datetime
    today: date
    # A preview shows the form as it is and rejects nothing.
    is_preview = False
    seen = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._saved = current_row(self.instance)
        self.initial["seen"] = self.fields["seen"].initial = fingerprint(self._saved) if self._saved else ""

    def clean(self):
        cleaned = super().clean()
        self._keep_line_ends()
        if self.is_preview:
            return cleaned
        self._refuse_a_stale_save()
        candidate = self.as_filled_in()
        if isinstance(candidate, Text):
            self._refuse_problems(candidate)
            self._ask_for_justification(candidate)
        if isinstance(candidate, ReviewedText):
            self._check_review(candidate)
        return cleaned

    def as_filled_in(self):
        """The row as it would be saved, rendered, with every field that is valid. For the checks and the preview."""
        candidate = construct_instance(self, copy.copy(self.instance), self._meta.fields, self._meta.exclude)
        if isinstance(candidate, Text):
            candidate.render()
        return candidate

    def _keep_line_ends(self) -> None:
        """Browsers send CRLF and forms strip the final newline; neither counts as an edit."""
        for name, value in self.cleaned_data.items():
            if isinstance(value, str):
                value = value.replace("\r\n", "\n")
                saved = getattr(self._saved, name, None)
                unchanged = isinstance(saved, str) and saved.strip() == value.strip()
                self.cleaned_data[name] = saved if unchanged else value

    def _refuse_a_stale_save(self):
        if self._saved is None:
            return
        saved = current_row(self.instance, lock=True)
        if saved is None or self.cleaned_data.get("seen") == fingerprint(saved):
            return
        self.add_error(
            None,
            [
                forms.ValidationError(
                    "Someone else saved this text while you were editing it. Your version is below and is not saved yet. Copy"
                    " over what you need from the changes listed here; saving again replaces them.",
                    code="stale",
                ),
                *(
                    forms.ValidationError(change, code="changed_meanwhile")
                    for change in changes_since(saved, self.data.get("seen", ""))
                ),
            ],
        )
        # When the form is shown again, it carries the version that saving would replace.
        shown: Any = copy.copy(self.data)
        shown[self.add_prefix("seen")] = fingerprint(saved)
        self.data = shown

    def _refuse_problems(self, candidate: Text) -> None:
        for problem in problems(candidate, at=self.now):
            field = problem.field if problem.field in self.fields else None
            self.add_error(field, forms.ValidationError(problem.message, code=problem.code))

    def _ask_for_justification(self, candidate: Text) -> None:
        found = claims_in(candidate)
        if not found:
            self.cleaned_data[_JUSTIFICATION] = ""
        if not found or self.justifies(found):
            return
        for field, hit in found:
            error = forms.ValidationError(told_of(hit), code=f"claim_{hit.claim.code}")
            self.add_error(field if field in self.fields else None, error)
        self.add_error(
            _JUSTIFICATION if _JUSTIFICATION in self.fields else None,
            forms.ValidationError(
                "Change the statements listed above, or explain here why they are true and fair.", code="justify"
            ),
        )

    def justifies(self, found: list[tuple[str, Hit]]) -> bool:
        """Whether what is typed says why these statements may stay, after the last of them was added."""
        given = self.cleaned_data.get(_JUSTIFICATION, "").strip()
        saved = self._saved if isinstance(self._saved, Text) else None
        if not given or saved is None or given != saved.claims_justification.strip():
            return bool(given)
        known = {(field, hit.claim.code, hit.quote) for field, hit in claims_in(saved)}
        return {(field, hit.claim.code, hit.quote) for field, hit in found} <= known

    def _check_review(self, candidate: ReviewedText) -> None:
        provider, day = candidate.reviewed_by, candidate.reviewed_on
        if "reviewed_by" not in self.fields or not (provider or day):
            return
        if not (provider and day):
            self.add_error(
                "reviewed_on", forms.ValidationError("Enter both the reviewer and the date of the review.", code="half_a_review")
            )
        elif not provider.is_published:
            self.add_error("reviewed_by", forms.ValidationError("Choose a provider who is shown on the site.", code="unnamed"))
        elif day > self.today:
            self.add_error("reviewed_on", forms.ValidationError("Enter a date that is not in the future.", code="future_review"))
