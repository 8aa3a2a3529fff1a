"""What surrounds the text of a sheet on paper: the address of its page, typed and as a QR code."""

from dataclasses import dataclass

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

from .models import Page


@dataclass(frozen=True)
class SheetAddress:
    page: Page

    @property
    def url(self) -> str:
        """The page's own address, for people who type it."""
        return settings.PUBLIC_URL + self.page.get_absolute_url()

    @property
    def booking_url(self) -> str:
        """Where a patient who was handed the sheet asks for a consult; empty on a sheet for somebody else."""
        return f"{settings.PUBLIC_URL}/book-a-consult/" if self.page.key == Page.FOR_CLINICIANS else ""

    @property
    def counted_url(self) -> str:
        """The same for cameras, with the code by which owners see how many readers came from paper."""
        return f"{self.url}?via={self.page.key}"

    @property
    def qr(self) -> SafeString:
        """The counted address as inline SVG, dark on white in any color scheme, with the margin that cameras need."""
        drawn = segno.make(self.counted_url, error="m", micro=False)
        svg = drawn.svg_inline(border=4, light="#fff", svgclass=None, lineclass=None, omitsize=True)
        return mark_safe(svg)  # noqa: S308  drawn from our own address
