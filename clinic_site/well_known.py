"""Pages for machines: robots.txt, security.txt, the web app manifest, the icon."""

from datetime import UTC, datetime, time, timedelta

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from pages.models import Clinic

# RFC 9116 requires less than a year; the page is regenerated daily.
_GOOD_FOR = timedelta(days=180)


def _plain_text(*lines: str) -> HttpResponse:
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")


@require_safe
def robots(request):
    """Serves robots.txt. Search is not disallowed: its pages say noindex, which a crawler has to read."""
    sitemap = settings.PUBLIC_URL + reverse("machines:sitemap")
    return _plain_text("User-agent: *", "Disallow: /admin/", "Disallow: /consults/", "", f"Sitemap: {sitemap}")


@require_safe
def security(request):
    """Serves security.txt. The contact is the clinic's email, or a page that says what else to do while there is none."""
    clinic = Clinic.objects.current()
    contact = f"mailto:{clinic.email}" if clinic.email else settings.PUBLIC_URL + reverse("pages:page", args=["acceptable-use"])
    today = timezone.now().astimezone(clinic.zone).date()
    expires = datetime.combine(today + _GOOD_FOR, time(), UTC)
    return _plain_text(
        f"Contact: {contact}",
        f"Expires: {expires:%Y-%m-%dT%H:%M:%SZ}",
        "Preferred-Languages: en",
        f"Canonical: {settings.PUBLIC_URL}{request.path}",
        f"Policy: {settings.PUBLIC_URL}{reverse('pages:page', args=['acceptable-use'])}",
    )


@require_safe
def favicon(request):
    """For programs that ask for it without reading a page. A temporary redirect: the icon may get another address."""
    response = redirect(static("img/apple-touch-icon.png"))
    response["Cache-Control"] = "public, max-age=86400"
    return response


@require_safe
def manifest(request):
    clinic = Clinic.objects.current()
    icons = [
        {"src": static("img/favicon.svg"), "sizes": "any", "type": "image/svg+xml"},
        {"src": static("img/apple-touch-icon.png"), "sizes": "180x180", "type": "image/png"},
    ]
    facts = {
        "name": clinic.name,
        "short_name": clinic.name if len(clinic.name) <= 12 else "".join(word[0] for word in clinic.name.split()),
        "start_url": "/",
        "scope": "/",
        "display": "browser",
        "background_color": settings.CLINIC_FOLDER.look.by_day("land"),
        "theme_color": settings.CLINIC_FOLDER.look.by_day("land"),
        "icons": icons,
    }
    return JsonResponse(facts, content_type="application/manifest+json")
