"""The pages of sessions: everybody's own, and for owners those of any account."""

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils import timezone

from guard.readers import read_whole_number

from . import security_log, sessions
from .models import StaffSession


def own_sessions(request, *, each_context: dict):
    """Lists the user's sessions, and ends one of them or all others."""
    return _sessions(request, request.user, each_context, back="admin:own_sessions", title="Your sessions")


def sessions_of(request, pk: int, *, each_context: dict):
    """The same for another account. Owners may end any session; that opens nothing, also not to who is no superuser."""
    if not request.user.has_perm("auth.change_user"):
        raise PermissionDenied
    user = get_object_or_404(User, pk=pk)
    return _sessions(request, user, each_context, back=request.path, title=f"Sessions of {user.get_username()}")


def _sessions(request, user, each_context: dict, *, back: str, title: str):
    own, listed = sessions.own_number(request), StaffSession.objects.of(user)
    if request.method == "POST":
        number = read_whole_number(request.POST.get("end"))
        chosen = listed.filter(pk=number) if number else listed.exclude(pk=own)
        ended = chosen.live(now=timezone.now()).count()
        # Also those that ran out: nothing more is kept of what their browsers send (`staff.ended_sessions`).
        chosen.delete()
        security_log.write("sessions_ended", user=user, by=request.user, count=ended)
        messages.success(request, f"{ended} session{'' if ended == 1 else 's'} ended.")
        return redirect(back)
    rows = [(row, row.pk == own) for row in listed.live(now=timezone.now())]
    whose = {is_own for _, is_own in rows}
    context = {**each_context, "title": title, "rows": rows, "has_own": True in whose, "has_others": False in whose}
    return TemplateResponse(request, "registration/sessions.html", context)
