"""The form of a text that visitors read: it saves the live text, or its pending change."""

import copy
from typing import Any

from django import forms

from content import review_rule
from content.medical_review import digest
from content.models import PendingChange, ReviewedText, Text
from content.models.pending_change import as_json

from .conflict import differences_told
from .form import ContentForm

# Not part of a pending change: what its form has seen, and the review, which is of the change itself.
_SEEN = {"seen", "seen_pending"}
OF_THE_LIVE_TEXT = {"reviewed_by", "reviewed_on"}


class TextForm(ContentForm):
    """The admin sets on a subclass which pending change the text has, and whether saving saves that one.

    `shows_pending`: the instance has the proposed values. `is_reviewed`: a provider has read exactly these words.
    """

    pending: PendingChange | None = None
    shows_pending = False
    saves_pending = False
    is_reviewed = False
    seen_pending = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if self.pending and self.shows_pending:
            self.initial["seen_pending"] = self.pending.version
            self.initial.update(self.pending.asked(type(self.instance)))

    def clean(self):
        cleaned = super().clean()
        if self.is_preview:
            return cleaned
        candidate = self.as_filled_in()
        if self.saves_pending:
            self._refuse_to_replace_another(candidate)
        elif not self.is_reviewed:
            self._refuse_what_nobody_reviewed(candidate)
        return cleaned

    def proposed_values(self) -> dict[str, Any]:
        """What a pending change keeps of the form once it is valid."""
        fields = {field.name: field for field in self.instance._meta.concrete_fields}
        names = set(self.fields) - _SEEN - OF_THE_LIVE_TEXT
        asked = {name: self.cleaned_data.get(name) or "" for name in names - fields.keys()}
        return {name: as_json(fields[name], self.instance) for name in names & fields.keys()} | asked

    def _refuse_to_replace_another(self, candidate: Text) -> None:
        stored = PendingChange.objects.of(self.instance).select_for_update().first()
        version = stored.version if stored else ""
        if self.cleaned_data.get("seen_pending", "") == version:
            return
        if stored is None:
            told = ["The pending change was published or dropped while you were editing it."]
        else:
            who = stored.proposed_by or "A former colleague"
            told = [f"{who} saved a pending change of this text. Yours differs from it in this:"]
            told += differences_told(stored.applied_to(self.instance), candidate)
        told.append("Your version is below and is not saved yet. Saving it again replaces what is pending.")
        self.add_error(None, [forms.ValidationError(line, code="stale_pending") for line in told])
        # When the form is shown again, it carries the version that saving would replace.
        shown: Any = copy.copy(self.data)
        shown[self.add_prefix("seen_pending")] = version
        self.data = shown

    def _refuse_what_nobody_reviewed(self, candidate: Text) -> None:
        saved = self._saved if isinstance(self._saved, Text) else None
        if not (review_rule.needs_review(saved, candidate) and review_rule.is_on()):
            return
        is_live = saved is not None and saved.is_published
        if not is_live and self._brings_its_review(candidate):
            return
        if is_live:
            fix = "Choose “Save as pending change”: visitors keep reading today's words until a provider has read yours."
        elif isinstance(candidate, ReviewedText):
            fix = "Save this as a draft, or fill in who reviewed exactly these words today."
        else:
            fix = "Save this as a draft first. Then put it on the site with “Save as pending change”."
        self.add_error(None, forms.ValidationError(f"Medical changes go live only after a review. {fix}", code="needs_review"))

    def _brings_its_review(self, candidate: Text) -> bool:
        """Whether a text that visitors do not see yet has a review of exactly these words, which saving would keep."""
        if not isinstance(candidate, ReviewedText) or not (candidate.reviewed_by and candidate.reviewed_on):
            return False
        is_kept = bool(candidate.reviewed_digest) and candidate.reviewed_digest == digest(candidate)
        return candidate.reviewed_by.is_published and (is_kept or candidate.reviewed_on == self.today)
