"""The base of every text on the site: its prose, its rendering, its URL and who may read it."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

from django.apps import apps
from django.contrib.contenttypes.fields import GenericRelation
from django.db import models

from content import figures_in_texts, markdown

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
            """Visitors can read it now, or from its scheduled instant."""

        @property
        def medical(self) -> bool: ...

        # simple-history looks whether it is there.
        skip_history_when_saving: bool

    # Fields that hold prose, in reading order. They are checked, reviewed, searched and compared.
    TEXTS: tuple[str, ...] = ()
    # Fields that hold Markdown, each with the field for its HTML.
    MARKDOWN: dict[str, str] = {}
    # Fields that hold plain text in which the clinic's name and place are filled in as a page is put together.
    FILLED: tuple[str, ...] = ()
    # The view that shows one text of this kind by its slug; None if texts of this kind share a page.
    VIEW: str | None = None
    # The kind's number in the search index, 0 to 15 and never reused; None keeps it out of search.
    SEARCH_NUMBER: int | None = None

    claims_justification = models.TextField(
        "justification",
        blank=True,
        help_text="Needed only when saving finds a statement that promises too much. It is kept in the history.",
    )

    # So that what deletes a text shows and deletes it, too.
    pending_changes = GenericRelation("content.PendingChange")

    objects: ClassVar = TextQuerySet.as_manager()

    class Meta:
        abstract = True

    def get_absolute_url(self) -> str:
        """The URL at which visitors read it, with a fragment for a text that shares its page and can be linked to."""
        raise NotImplementedError

    def is_public(self, now: datetime) -> bool:
        return self.is_published

    @property
    def public_from(self) -> datetime | None:
        """The scheduled instant of a published text; None when there is none."""
        return None

    def texts(self) -> dict[str, str]:
        """The Markdown and plain texts by field name, in reading order."""
        return {name: getattr(self, name) for name in self.TEXTS}

    def spelled_out(self) -> dict[str, str]:
        """The texts as visitors read them, with the numbers and figures that they refer to. A correction there changes them."""
        return {name: figures_in_texts.in_words(text) for name, text in self.texts().items()}

    def render(self) -> None:
        """Fills the HTML fields from the Markdown. `save()` does not call it; the admin and `load_content` do, before saving."""
        self.rendered = {name: markdown.render(getattr(self, name)) for name in self.MARKDOWN}
        for name, html_field in self.MARKDOWN.items():
            setattr(self, html_field, self.rendered[name].html)

    @property
    def html(self) -> str:
        """All of its HTML, as last rendered."""
        return "\n".join(getattr(self, name) for name in self.MARKDOWN.values())

    def anchors(self) -> set[str]:
        """The fragments that a link to it may have."""
        return set(_ID.findall(self.html))

    def page_anchors(self) -> set[str]:
        """The fragments that its page has beside those in its texts: what the template gives a name."""
        return {"main"}

    @classmethod
    def former_urls(cls, *, at: datetime) -> dict[str, str]:
        """The paths that redirect to a public text of this kind, each with the path of today."""
        return {}

    def search_texts(self) -> tuple[str, ...]:
        """The plain text and HTML to index for search, apart from the title, which is `str(text)`."""
        return (self.html,)

    def search_words(self) -> str:
        """Words by which visitors look for it and that it does not use. They are searched, and never shown."""
        return ""


class ReviewedText(Text):
    """A page of prose with a date of change, a medical review and a date to check it again. A medical one contains its own
    safety sentences.

    `medical_review` decides whether a review still counts.
    """

    if TYPE_CHECKING:
        # Each kind has its own field of these.
        title: models.CharField
        description: models.CharField

    og_type = "website"

    body = models.TextField(blank=True, help_text="Markdown. Cite a source with [@key]; see the list of references for the keys.")
    body_html = models.TextField(editable=False, default="")
    contents = models.JSONField(editable=False, default=list, help_text="[{id, text}] of the second-level headings.")
    updated_on = models.DateField(help_text="The date the text last changed. Saving sets it.")
    reviewed_by = models.ForeignKey(
        "pages.Provider",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="reviewed_%(class)ss",
        limit_choices_to={"is_published": True},
        help_text="A published provider who has read exactly this text. Any later change to the text ends the review.",
    )
    reviewed_on = models.DateField(null=True, blank=True, help_text="The date the provider read this text.")
    reviewed_digest = models.CharField(max_length=64, blank=True, default="", editable=False)
    review_by = models.DateField(
        "check again by",
        null=True,
        blank=True,
        help_text="Leave empty for a year after the last change or review, whichever is later.",
    )

    class Meta:
        abstract = True

    def render(self) -> None:
        super().render()
        self.contents = self.rendered["body"].contents

    @cached_property
    def changed_on(self) -> date:
        """The date of the last change of anything that its page shows. Asks for the texts that share the page."""
        return self.latest_change(self.shown_with())

    def latest_change(self, shown: Iterable[Text]) -> date:
        """The same, with the texts that share its page given. One without a date came with the page."""
        return max([self.updated_on, *(day for text in shown if (day := getattr(text, "updated_on", None)))])

    @property
    def due_on(self) -> date:
        """The date it is due to be checked again."""
        return self.review_by or max(filter(None, (self.updated_on, self.reviewed_on))) + DUE_AFTER

    @property
    def has_share_picture(self) -> bool:
        """Whether a picture with its title is drawn; else it shares the site's own."""
        return True

    @property
    def is_short(self) -> bool:
        """Whether it is for a tired reader, and so held to `reading_limits` of its own."""
        return False

    def is_listed(self) -> bool:
        """Whether search engines may list it."""
        return True

    @property
    def has_crisis_card(self) -> bool:
        """Whether its template shows the crisis line, so that the text does not have to."""
        return False

    def shown_with(self) -> Sequence[Text]:
        """The texts that share its page, in page order. A medical review covers them too."""
        return []


def kinds() -> list[type[Text]]:
    """Every kind of text, from any app: the concrete subclasses of `Text`."""
    return [model for model in apps.get_models() if issubclass(model, Text)]


def reviewed_kinds() -> list[type[ReviewedText]]:
    return [kind for kind in kinds() if issubclass(kind, ReviewedText)]
