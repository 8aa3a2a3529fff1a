"""The listings kit: what to copy into maps and directories, and a tick for each that was checked."""

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils import timezone

from consults import hours_text
from consults.dates import WEEKDAYS
from consults.listings import changes, check_off, read_state
from consults.models import Listing
from consults.posted_hours import read_posted_hours, special_notes
from consults.scheduling import PostedHours
from content.claims import find_claims
from pages.models import Clinic

from .display import local_date

_AHEAD = timedelta(days=366)
_PERMISSION = "consults.change_listing"
# The facts that the page with the ticks showed.
_SHOWN = "shown"


@admin.register(Listing)
class ListingAdmin(admin.ModelAdmin):
    fields = ["name", "position", "is_used"]

    def get_urls(self):
        tick = self.admin_site.admin_view(self.tick_view)
        return [path("<int:pk>/tick/", tick, name="consults_listing_tick"), *super().get_urls()]

    def changelist_view(self, request, extra_context=None):
        """Shows the kit."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        now = timezone.now()
        # Read first: a tick never covers a fact that is newer than the page.
        state = read_state()
        today, clinic = local_date(now), Clinic.objects.current()
        posted = read_posted_hours(clinic, since=today)
        listings = [
            {"row": listing, "changed": changes(listing.told, state.facts, today=today) if listing.checked_at else []}
            for listing in Listing.objects.select_related("checked_by")
        ]
        description = describe(clinic)
        context = {
            **self.admin_site.each_context(request),
            "title": "Listings kit",
            "opts": self.opts,
            "fields": to_copy(clinic, posted),
            "days": hours_text.special_days(posted, special_notes(since=today), today=today, until=today + _AHEAD),
            "description": description,
            "claims": find_claims(description),
            "listings": listings,
            "shown": (_SHOWN, state.shown_in_form),
            "may_tick": request.user.has_perm(_PERMISSION),
        }
        return TemplateResponse(request, "admin/consults/listings.html", context)

    def tick_view(self, request, pk: int):
        if not request.user.has_perm(_PERMISSION):
            raise PermissionDenied
        if request.method == "POST":
            listing = get_object_or_404(Listing, pk=pk)
            changed = check_off(listing, shown=request.POST.get(_SHOWN, ""), by=request.user, now=timezone.now())
            if changed:
                text = f"Not checked: {listing}. Changed since you opened this page: {', '.join(changed)}. Please look again."
                messages.error(request, text)
                return redirect("admin:consults_listing_changelist")
            LogEntry.objects.log_actions(request.user.pk, [listing], CHANGE, change_message="Checked.")
            messages.success(request, f"Checked: {listing}.")
        return redirect("admin:consults_listing_changelist")


def to_copy(clinic: Clinic, posted: PostedHours) -> list[tuple[str, str, int]]:
    """(label, text, lines) of what directories ask for. What the clinic has not set is left out."""
    week = [f"{day}: {hours_text.shifts_text(posted.week.get(number, ()))}" for number, day in enumerate(WEEKDAYS)]
    origin = settings.PUBLIC_URL
    texts = [
        ("Name", clinic.name),
        ("Address in one line", clinic.address_line),
        ("Street", clinic.street),
        ("City", clinic.city),
        ("State", clinic.state),
        ("ZIP code", clinic.postal_code),
        ("Latitude, longitude", f"{clinic.latitude}, {clinic.longitude}" if clinic.latitude is not None else ""),
        ("Phone", clinic.phone or ""),
        ("Website", f"{origin}/"),
        ("Address for appointments", origin + reverse("consults:request")),
        ("Hours", "\n".join(week)),
        ("Hours for OpenStreetMap (opening_hours)", open_street_map_hours(posted)),
    ]
    return [(label, text, text.count("\n") + 1) for label, text in texts if text]


def open_street_map_hours(posted: PostedHours) -> str:
    """The week as OpenStreetMap writes it, equal days in a row joined: `Mo-Fr 16:00-20:00; Sa 08:00-12:00`."""
    runs: list[tuple[str, list[str]]] = []
    for number, name in enumerate(WEEKDAYS):
        text = ",".join(f"{shift.opens:%H:%M}-{shift.closes:%H:%M}" for shift in posted.week.get(number, ()))
        if not runs or runs[-1][0] != text:
            runs.append((text, []))
        runs[-1][1].append(name[:2])
    return "; ".join(f"{days[0] if len(days) == 1 else f'{days[0]}-{days[-1]}'} {text}" for text, days in runs if text)


def describe(clinic: Clinic) -> str:
    """A neutral description, from what the clinic has confirmed and nothing else."""
    facts = (clinic.summary, clinic.ages, clinic.referral_policy, clinic.routes, clinic.spravato, clinic.insurance)
    return " ".join(" ".join(fact.split()) for fact in facts if fact)


def listings_to_check(user, *, now: datetime) -> dict:
    """The front page's reminder, for those who look after the listings."""
    if not user.has_perm(_PERMISSION):
        return {}
    outdated = read_state().outdated(today=local_date(now))
    return {"outdated": outdated} if outdated else {}


admin.site.add_section("admin/consults/_listings.html", listings_to_check, position=45)  # type: ignore[attr-defined]
