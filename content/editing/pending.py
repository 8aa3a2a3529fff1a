"""Proposes, checks and publishes pending changes. Nothing else makes one public."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.db import transaction
from django.forms import modelform_factory
from django.utils import timezone
from django.utils.html import strip_tags
from django.utils.text import capfirst

from content import review_rule
from content.medical_review import digest, is_pending_reviewed
from content.models import PendingChange, ReviewedText, Text

from .conflict import current_row, fingerprint
from .text_form import TextForm

GONE = "The text was deleted, so there is nothing left to change. Its pending words are kept: copy what you need, then drop them."
ENDED = "The pending change was published or dropped meanwhile."
CHANGED = "Somebody saved the pending change meanwhile. Look at it once more."
STALE = "The live text was changed after this was proposed. Look at what changed there before you publish."
STALE_CODES = frozenset({"stale", "changed_meanwhile"})
UNREADABLE = "cannot be read. Edit the pending change and save it again."
UNREVIEWED = "This text is medical, and medical changes go live only after a provider has read exactly these words."


class NotPublished(Exception):
    """`problems`: why, as sentences."""

    def __init__(self, *problems: str) -> None:
        super().__init__(" ".join(problems))
        self.problems = problems


def propose(row: Text, form: TextForm, *, by, now: datetime) -> PendingChange:
    """Keeps what the valid form holds as the text's pending change. `row` is the form's instance.

    Other words end a review of the words before, and a time that was set for them.
    """
    change = PendingChange.objects.of(row).select_for_update().first() or PendingChange(object_id=row.pk)
    live = current_row(row)
    assert live is not None, "the form has locked it"
    before = change.version if change.pk else ""
    words_before = digest(change.applied_to(live)) if change.pk else ""
    change.text, change.values = row, form.proposed_values()
    change.base = fingerprint(live)
    if change.version != before:
        change.proposed_by, change.proposed_at = by, now
        change.publish_at = change.scheduled_by = None
        change.problem = ""
    if digest(change.applied_to(live)) != words_before:
        change.end_review()
    change.save()
    return change


def check(change: PendingChange, row: Text, *, now: datetime, today: date) -> TextForm:
    """The form of the text, as if somebody posted the proposed words at `now`: with the same checks, and its errors.

    `row` is the live text, `today` the clinic's date. Needs a transaction, because the form locks the row.
    """
    proposed = change.applied_to(row)
    names = [field.name for field in row._meta.concrete_fields if field.name in change.values]
    kind: Any = modelform_factory(type(row), form=admin_of(type(row)).form, fields=names)
    kind.now, kind.today, kind.is_reviewed = now, today, is_pending_reviewed(change, proposed)
    # No hour of a day is there twice.
    with timezone.override(UTC):
        posted = dict(_as_posted(kind(instance=proposed))) | change.asked(type(row)) | {"seen": change.base}
        form: TextForm = kind(posted, instance=proposed)
        form.is_valid()
    if unreadable := change.unreadable(type(row)):
        form.add_error(
            None, f"What is kept for {', '.join(unreadable)} cannot be read. Edit the pending change and save it again."
        )
    return form


def _as_posted(form: forms.ModelForm) -> Iterator[tuple[str, str]]:
    for bound in form:
        value = bound.value()
        if value is True:
            yield bound.html_name, "on"
        elif value not in (None, False):
            yield bound.html_name, str(value)


def problems_of(form: TextForm, *, but: frozenset[str] = frozenset()) -> list[str]:
    """The errors of a checked form as sentences, without those that have one of the codes `but`."""
    lines = []
    for name, errors in form.errors.as_data().items():
        label = f"{capfirst(form.fields[name].label or name)}: " if name in form.fields else ""
        for error in errors:
            if error.code in but:
                continue
            if error.code == "needs_review":
                lines.append(UNREVIEWED)
            else:
                lines += [f"{label}{strip_tags(message)}" for message in error.messages]
    return lines


def is_stale(change: PendingChange, row: Text) -> bool:
    """Whether the live text was edited after the words were proposed."""
    return fingerprint(row) != change.base


def lock(change: PendingChange) -> tuple[PendingChange | None, Text | None]:
    """The change and its text as they are now, None where one is gone. Locked until the transaction ends, the text first, as a
    save of the text does.
    """
    kind: Any = change.content_type.model_class()
    row = kind._default_manager.select_for_update().filter(pk=change.object_id).first() if kind else None
    return PendingChange.objects.select_for_update().filter(pk=change.pk).first(), row


def _still(change: PendingChange, version: str) -> tuple[PendingChange, Text | None]:
    """The same, if it is the version that somebody saw. Raises NotPublished."""
    stored, row = lock(change)
    if stored is None or stored.version != version:
        raise NotPublished(ENDED if stored is None else CHANGED)
    return stored, row


def _still_with_text(change: PendingChange, version: str) -> tuple[PendingChange, Text]:
    stored, row = _still(change, version)
    if row is None:
        raise NotPublished(GONE)
    return stored, row


def _ready(change: PendingChange, *, version: str, now: datetime, today: date) -> tuple[PendingChange, Text, TextForm]:
    """The change, its live text and its form, which all checks let pass at `now`. Raises NotPublished."""
    stored, row = _still_with_text(change, version)
    if is_stale(stored, row):
        raise NotPublished(STALE)
    form = check(stored, row, now=now, today=today)
    if form.errors:
        raise NotPublished(*problems_of(form))
    return stored, row, form


@transaction.atomic
def publish(change: PendingChange, *, version: str, by, now: datetime, today: date, at_its_time: bool = False) -> Text:
    """Makes the proposed words the live text, all or nothing. Raises NotPublished.

    `version` is the one that `by` saw. The history names who proposed, reviewed and published.
    """
    stored, row, form = _ready(change, version=version, now=now, today=today)
    text = form.save(commit=False)
    text._change_reason = _who(stored, by, is_reviewed=form.is_reviewed, at_its_time=at_its_time)
    if form.is_reviewed and isinstance(text, ReviewedText):
        text.reviewed_by, text.reviewed_on = stored.reviewed_by, stored.reviewed_on
    admin_of(type(row)).save_row(text, by=by, today=today, is_reviewed=form.is_reviewed)
    stored.delete()
    return text


def _who(change: PendingChange, by, *, is_reviewed: bool, at_its_time: bool) -> str:
    said = [f"Proposed by {change.proposed_by or 'a former colleague'}"]
    if is_reviewed:
        said.append(f"reviewed by {change.reviewed_by} on {change.reviewed_on:%B %-d, %Y}")
    said.append(f"published at the time that {by} set" if at_its_time else f"published by {by}")
    return ", ".join(said) + "."


@transaction.atomic
def set_time(change: PendingChange, *, at: datetime, version: str, by, today: date) -> None:
    """Has the change published at an instant, if it could be published then. Raises NotPublished."""
    stored, _, _ = _ready(change, version=version, now=at, today=today)
    stored.publish_at, stored.scheduled_by, stored.problem = at, by, ""
    stored.save()


@transaction.atomic
def take_time_off(change: PendingChange, *, version: str) -> None:
    """Raises NotPublished."""
    stored = _still(change, version)[0]
    stored.publish_at, stored.scheduled_by, stored.problem = None, None, ""
    stored.save()


@transaction.atomic
def review(change: PendingChange, *, version: str, by_provider, on: date) -> None:
    """Binds the review to the words of this version. Raises NotPublished where they are not the words any more."""
    stored, row = _still_with_text(change, version)
    stored.reviewed_by, stored.reviewed_on = by_provider, on
    stored.reviewed_digest = digest(stored.applied_to(row))
    stored.save()


@transaction.atomic
def keep_after_a_look(change: PendingChange, *, version: str, seen: str) -> None:
    """Somebody saw what changed in the live text since, which has the fingerprint `seen`, and keeps the pending words.

    Raises NotPublished.
    """
    stored, row = _still_with_text(change, version)
    if fingerprint(row) != seen:
        raise NotPublished(STALE)
    stored.base = seen
    stored.save()


@transaction.atomic
def drop(change: PendingChange, *, version: str) -> None:
    """Raises NotPublished where somebody changed it meanwhile: their words are not thrown away unseen."""
    _still(change, version)[0].delete()


def admin_of(kind: type[Text]) -> Any:
    """The admin of a kind of text: its form has the checks, and it saves as every save does."""
    return admin.site._registry[kind]


def may_change(user, change: PendingChange) -> bool:
    """Whether the user may edit the text that the change is of."""
    kind = change.content_type
    return kind.model_class() is not None and user.has_perm(f"{kind.app_label}.change_{kind.model}")


def awaits_review(change: PendingChange, row: Text) -> bool:
    """Whether the owner's rule keeps the change back."""
    proposed = change.applied_to(row)
    needs = review_rule.needs_review(row, proposed) and review_rule.is_on()
    return needs and not is_pending_reviewed(change, proposed)
