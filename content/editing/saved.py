"""What an editor reads once a text is saved: whether visitors see it now, and where. And what their device reads."""

import re
from datetime import datetime

from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from content.models import Text

from .paths import edit_path


def saved_text(text: Text, *, url: str | None, now: datetime) -> SafeString:
    """`url` is its page on the site, None while visitors cannot see it."""
    link = format_html('<a href="{}">{}</a>', edit_path(text), text)
    if url:
        return format_html('Saved. “{}” is on the site now. <a href="{}">View it</a>.', link, url)
    starts = text.public_from
    if starts and starts > now:
        return format_html(
            "Saved. “{}” will be on the site from {}.", link, f"{timezone.localtime(starts):%B %-d, %Y, %-I:%M %p}"
        )
    return format_html("Saved as a draft: visitors do not see “{}” yet.", link)


def saved_draft(posted: str) -> str:
    """The tag of the same message, by which `static/js/draft.js` knows that the words it kept under these names are saved."""
    return f"saved-draft-{posted}" if re.fullmatch(r"[a-z0-9-]{1,200}", posted) else ""
