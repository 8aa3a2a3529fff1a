"""The studies and official pages that the site cites."""

from datetime import date
from typing import NamedTuple

from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from .content_version import PublicContent
from .text import DUE_AFTER


class Citation(NamedTuple):
    """An entry of a bibliography, without its link, in three parts: a page sets the journal apart.

    `work` and `issue` end with their period, the journal has none. A part that is not known is empty.
    """

    work: str
    journal: str
    issue: str


class Reference(PublicContent):
    """A source that texts cite by its key, as [@key]."""

    key = models.SlugField(max_length=60, unique=True, help_text="The key that texts cite, for example lii-2023.")
    authors = models.CharField(max_length=300)
    title = models.CharField(max_length=400)
    journal = models.CharField(max_length=200, blank=True, help_text="Journal, publisher or agency.")
    year = models.PositiveSmallIntegerField(null=True, blank=True)
    details = models.CharField(max_length=120, blank=True, help_text="Volume and pages, for example 1(11):876-886.")
    doi = models.CharField(
        "DOI",
        max_length=120,
        blank=True,
        validators=[RegexValidator(r"^10\.\d{4,9}/\S+$", "Enter a DOI like 10.1000/xyz123.", code="doi")],
    )
    pmid = models.CharField(
        "PMID", max_length=10, blank=True, validators=[RegexValidator(r"^\d+$", "Enter digits only.", code="pmid")]
    )
    url = models.URLField("address", blank=True, max_length=300, help_text="Only for a source with neither DOI nor PMID.")
    verified = models.TextField("how verified", blank=True, help_text="How the identifiers and the figures were checked.")
    last_checked = models.DateField(null=True, blank=True, help_text="The date someone last opened the source and compared it.")

    history = HistoricalRecords()

    class Meta:
        ordering = ["key"]

    def __str__(self) -> str:
        return self.key

    @property
    def citation(self) -> Citation:
        authors = self.authors if self.authors.endswith(".") else f"{self.authors}."
        title = self.title if self.title.endswith((".", "?")) else f"{self.title}."
        # "2023;1(11):876-886" as journals print volume and pages; "2023. Accessed May 2" for anything else.
        between = ";" if self.details[:1].isdigit() else ". "
        issue = between.join(part for part in (str(self.year or ""), self.details) if part)
        return Citation(f"{authors} {title}", self.journal, issue and f"{issue}.")

    @property
    def due_on(self) -> date | None:
        """The day it is due to be checked again; None while it was never checked."""
        return self.last_checked and self.last_checked + DUE_AFTER

    @property
    def link(self) -> str:
        if self.doi:
            return f"https://doi.org/{self.doi}"
        if self.pmid:
            return f"https://pubmed.ncbi.nlm.nih.gov/{self.pmid}/"
        return self.url

    @property
    def link_label(self) -> str:
        if self.doi:
            return f"doi:{self.doi}"
        if self.pmid:
            return f"PMID {self.pmid}"
        return self.url.removeprefix("https://").removeprefix("http://").rstrip("/")
