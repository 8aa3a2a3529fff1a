"""The studies and official pages that the site cites."""

from django.core.validators import RegexValidator
from django.db import models
from simple_history.models import HistoricalRecords

from .content_version import PublicContent


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
