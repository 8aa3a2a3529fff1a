"""What the front page of the desk says of the site itself."""

from datetime import datetime

from django.contrib import admin

from clinic_site import backups, second_place


def backup_trouble(user, *, now: datetime) -> dict:
    """For everybody who works with requests: the first to see it can tell the person who looks after the server."""
    if not user.has_perm("consults.view_consultrequest"):
        return {}
    is_late, problem = backups.is_late(now=now), second_place.problem()
    return {"is_late": is_late, "last_made": backups.last_made(now=now), "problem": problem} if is_late or problem else {}


admin.site.add_section("admin/_backup_trouble.html", backup_trouble, position=5)  # type: ignore[attr-defined]
