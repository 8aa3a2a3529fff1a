"""An address that people still have, of the clinic's earlier site or guessed, and where it leads now."""

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q

from content.models import PublicContent

LONGEST = 200
_PATH = RegexValidator(
    r"^/[a-z0-9._~-]+(/[a-z0-9._~-]+)*$",
    "Enter the part of the address after the site's name, for example /our-team. It has letters, digits, dots and hyphens.",
    code="path",
)
# One person's pages, and the staff's: a link to them may lead to no other page, and their addresses are kept nowhere.
_PRIVATE = ("/consults", "/admin")
# Where no page is to be read: files, and what follows a form.
_NO_PAGES = ("/pictures", "/share", "/book-a-consult/sent")


def normalized(path: str) -> str:
    """The form in which a path is kept and compared: lower case, without a slash at its end."""
    return path.lower().rstrip("/")


def is_private(path: str) -> bool:
    """Whether a normalized path is that of one person's page or of the staff's."""
    return _is_below(path, _PRIVATE)


def is_for_all(path: str) -> bool:
    """Whether an old address may lead to a normalized path: it is no one person's, and is meant to be read."""
    return not _is_below(path, (*_PRIVATE, *_NO_PAGES))


def _is_below(path: str, parents: tuple[str, ...]) -> bool:
    return path.startswith(tuple(f"{parent}/" for parent in parents)) or path in parents


def validate_not_private(path: str) -> None:
    if is_private(path):
        raise ValidationError("Addresses of requests and of the staff's pages lead nowhere else.", code="private")


class OldAddress(PublicContent):
    """The site answers with it only where it would say that there is no such page, so a living page always wins."""

    old_path = models.CharField(
        "old address",
        max_length=LONGEST,
        unique=True,
        validators=[_PATH, validate_not_private],
        help_text="What follows the site's name, for example /our-team. Capitals and a slash at the end make no difference.",
    )
    new_path = models.CharField(
        "leads to",
        max_length=LONGEST,
        help_text="A page of this site, for example /meet-our-providers/ or /faqs/#cost.",
    )

    class Meta:
        verbose_name = "old address"
        verbose_name_plural = "old addresses"
        ordering = ["old_path"]
        constraints = [
            models.CheckConstraint(
                condition=Q(new_path__startswith="/") & ~Q(new_path__startswith="//"), name="leads_to_a_page_of_this_site"
            )
        ]

    def __str__(self) -> str:
        return self.old_path
