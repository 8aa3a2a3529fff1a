"""A text of the site. It answers for itself: what it says, how it is rendered, where it is read and who may read it."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.db import models

from content import markdown

from .content_version import PublicContent

DUE_AFTER = timedelta(days=365)
_ID = re.compile(r'\bid="([^"]*)"')


class TextQuerySet(models.QuerySet):
    def public(self, *, at: datetime):
        """The texts that a visitor may read at the instant `at`. A kind that can be hidden overrides it."""
        return self.all()


class Text(PublicContent):
    """Prose that visitors read."""

    if TYPE_CHECKING:
        # Each kind has these as a field, a property or a constant; a property here would hide the field.
        @property
        def is_published(self) -> bool:
            """Visitors read it, now or from the instant it is scheduled for."""

        @property
        def medical(self) -> bool: ...

        # simple-history looks whether it is there.
        skip_history_when_saving: bool

    # Fields that hold prose, in the order they are read: what is checked, reviewed, searched and compared.
    TEXTS: tuple[str, ...] = ()
    # Fields that hold Markdown, each with the field for its HTML.
    MARKDOWN: dict[str, str] = {}
    # The view that shows one text of this kind by its slug; None where texts share a page.
    VIEW: str | None = None
    # The kind's number in the search index, 0 to 15 and never given to another kind; None: search does not find it.
    SEARCH_NUMBER: int | None = None

    claims_justification = models.TextField(
        "justification",
        blank=True,
        help_text="Asked for only when saving finds a statement that promises too much. It stays in the history.",
    )

    objects: ClassVar = TextQuerySet.as_manager()

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """Where visitors read it; of texts that share a page, with a fragment where each can be linked to."""
        raise NotImplementedError

    def is_public(self, now: datetime) -> bool:
        return self.is_published

    @property
    def public_from(self) -> datetime | None:
        """The instant it is scheduled for, while it is published; None when there is no such instant."""
        return None

    def texts(self) -> dict[str, str]:
        """The Markdown and plain texts by field name, in the order they are read."""
        return {name: getattr(self, name) for name in self.TEXTS}

    def render(self) -> None:
        """Fills the HTML fields from the Markdown. Saving does not do it: the admin and `load_content` call it first."""
        for name, html_field in self.MARKDOWN.items():
            setattr(self, html_field, markdown.render(getattr(self, name)).html)

    @property
    def html(self) -> str:
        """All the HTML it shows, as it was rendered last."""
        return "\n".join(getattr(self, name) for name in self.MARKDOWN.values())

    def anchors(self) -> set[str]:
        """The fragments that a link to it can have."""
        return set(_ID.findall(self.html))

    @classmethod
    def former_urls(cls, *, at: datetime) -> Iterable[str]:
        """Addresses that redirect to a public text of this kind."""
        return ()

    def search_texts(self) -> tuple[str, ...]:
        """Plain text and HTML that search reads, apart from the title, which is the text's name."""
        return (self.html,)


class ReviewedText(Text):
    """A page of prose with a date, a medical review and a day to check it again. A medical one holds its own safety sentences.

    `medical_review` decides whether a review still counts.
    """

    og_type = "website"

    body = models.TextField(blank=True, help_text="Markdown. Cite a source with [@key]; see the list of references for the keys.")
    body_html = models.TextField(editable=False, default="")
    contents = models.JSONField(editable=False, default=list, help_text="[{id, text}] of the second-level headings.")
    updated_on = models.DateField(help_text="The date of the last change of the text. Set by saving.")
    reviewed_by = models.ForeignKey(
        "pages.Provider",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_%(class)ss",
        limit_choices_to={"is_published": True},
        help_text="Only a published provider who has read this very text. Any later change of the text ends the review.",
    )
    reviewed_on = models.DateField(null=True, blank=True, help_text="The day this text was read.")
    reviewed_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    review_by = models.DateField(
        "check again by", null=True, blank=True, help_text="Empty: a year after the last change or review, whichever is later."
    )

    class Meta:
        abstract = True

    def render(self) -> None:
        super().render()
        self.contents = markdown.render(self.body).contents

    @property
    def due_on(self) -> date:
        """The day it is due to be checked again."""
        return self.review_by or max(filter(None, (self.updated_on, self.reviewed_on))) + DUE_AFTER

    @property
    def has_share_picture(self) -> bool:
        """Whether a picture with its title is drawn; else it shares the site's own."""
        return True

    @property
    def has_crisis_card(self) -> bool:
        """Whether its template shows the crisis line, so that the text need not."""
        return False

    def shown_with(self) -> Sequence[Text]:
        """Texts that share its page, in their order there: a medical review covers them too."""
        return []


def kinds() -> list[type[Text]]:
    """Every kind of text that some app defines."""
    return [model for model in apps.get_models() if issubclass(model, Text)]


def reviewed_kinds() -> list[type[ReviewedText]]:
    return [kind for kind in kinds() if issubclass(kind, ReviewedText)]
