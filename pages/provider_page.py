"""The page of one person. A profile that is not published has none, not even for staff: they see it in the preview."""

from django.conf import settings
from django.http import Http404
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from .facts import clinic_of
from .models import Page, Provider
from .structured_data import clinic_reference, person
from .views import breadcrumbs, get_page


@require_safe
def provider(request, slug: str):
    row = Provider.objects.published().select_related("portrait").filter(slug=slug).first()
    if row is not None:
        return show_provider(request, row)
    moved = Provider.objects.formerly(slug).first()
    if moved is None:
        raise Http404
    return redirect(moved, permanent=True)


def show_provider(request, row: Provider):
    page, path = get_page(Page.MEET_OUR_PROVIDERS), row.get_absolute_url()
    url, someone = settings.PUBLIC_URL + path, person(row)
    profile = {"@type": "ProfilePage", "@id": url, "url": url, "mainEntity": {"@id": someone["@id"]}}
    context = {
        "provider": row,
        "section": page.key,
        "breadcrumbs": [*breadcrumbs(page), {"name": row.name, "url": path}],
        "json_ld": [profile, someone, clinic_reference(clinic_of(request))],
    }
    return render(request, "pages/provider.html", context)
