"""What a page shows where its address is shared: Open Graph, and the picture."""

from django.conf import settings
from django.templatetags.static import static
from django.urls import reverse

from content.models import ReviewedText
from content.placeholders import fill_plain
from content.share_picture import HEIGHT, WIDTH, can_be_drawn, name_of

from .facts import plain_values
from .models import Clinic


def has_own_picture(text: ReviewedText | None) -> bool:
    """Whether a picture with its title is drawn; else the site's own is shared."""
    return text is not None and text.pk is not None and text.has_share_picture and can_be_drawn(text.title)


def share_picture_url(text: ReviewedText | None) -> str:
    if text is not None and has_own_picture(text):
        return settings.PUBLIC_URL + reverse("pages:share", args=[name_of(text.title)])
    return settings.PUBLIC_URL + static("img/share.png")


def open_graph_tags(text: ReviewedText | None, clinic: Clinic, *, url: str) -> list[tuple[str, str]]:
    """(property, content) of the page at `url` that shows `text`, or that shows none of the texts."""
    tags = [("og:site_name", clinic.name), ("og:locale", "en_US")]
    if text is not None and text.pk:
        tags += [
            ("og:type", text.og_type),
            ("og:title", text.title),
            ("og:description", fill_plain(text.description, plain_values(clinic))),
            ("og:url", url),
        ]
    return [
        *tags,
        ("og:image", share_picture_url(text)),
        ("og:image:width", str(WIDTH)),
        ("og:image:height", str(HEIGHT)),
        # What is written in the picture.
        ("og:image:alt", f"{text.title} – {clinic.name}" if text is not None and has_own_picture(text) else clinic.name),
    ]
