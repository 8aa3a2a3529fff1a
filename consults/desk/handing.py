"""Who takes care of a request: a colleague it is handed to. Nobody is told by that, so the page says so."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth import get_user_model
from django.db import transaction
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone

from consults.models import ConsultRequest, Handing
from consults.models.reason import GIVES_CLINICIANS_REASONS
from guard.readers import read_whole_number

from .display import name_of

DECIDES = "consults.change_consultrequest"
# The backend that knows permissions; the other one only counts sign-ins.
_BACKEND = "django.contrib.auth.backends.ModelBackend"
_PAGE = "admin:consults_consultrequest_change"
MOST_COLLEAGUES = 50
NO_CLINICIAN = "None of these colleagues has the role of clinician. An owner gives it, under Users."


@dataclass(frozen=True)
class Colleague:
    """`role`: what the list says beside the name. Only a clinician may give a reason that is for clinicians."""

    pk: int
    name: str
    role: str
    is_clinician: bool


def read_colleagues(user) -> list[Colleague]:
    """Those who may decide about requests, clinicians first, without the user. Three queries."""
    users = get_user_model().objects
    may_give = users.with_perm(GIVES_CLINICIANS_REASONS, backend=_BACKEND, include_superusers=False)
    clinicians = set(may_give.values_list("pk", flat=True))
    found = users.with_perm(DECIDES, backend=_BACKEND).filter(is_staff=True).exclude(pk=user.pk).order_by("username")
    shown = found.prefetch_related("groups")[:MOST_COLLEAGUES]
    listed = ((one, one.pk in clinicians) for one in shown)
    colleagues = [Colleague(one.pk, name_of(one), "clinician" if may else _role_of(one), may) for one, may in listed]
    return sorted(colleagues, key=lambda one: not one.is_clinician)


def assign_view(request, pk: int):
    """Assigns a request to the user, to a colleague who may decide, or to nobody. It is not a decision, so it leaves no event;
    the page tells it beside the events.
    """
    found = get_object_or_404(ConsultRequest, pk=pk)
    asked = request.POST.get("assign_to", "")
    if asked in {"me", "nobody"}:
        assignee, said = (request.user.pk, "Assigned to you.") if asked == "me" else (None, "Assigned to nobody.")
    else:
        number = read_whole_number(asked)
        colleague = next((one for one in read_colleagues(request.user) if one.pk == number), None)
        if colleague is None:
            messages.error(request, "Choose a colleague from the list.")
            return redirect(_PAGE, pk)
        assignee, said = colleague.pk, f"Handed to {colleague.name}, {colleague.role}. The site does not tell them, so please do."
    with transaction.atomic():
        if ConsultRequest.objects.filter(pk=found.pk).exclude(assigned_to=assignee).update(assigned_to=assignee):
            Handing.objects.create(request=found, to_id=assignee, by=request.user, at=timezone.now())
    messages.success(request, said)
    return redirect(_PAGE, pk)


def _role_of(user) -> str:
    """Their groups by name, where none of them makes a clinician. A superuser may do everything, and need not be one."""
    groups = ", ".join(sorted(group.name for group in user.groups.all()))
    return groups or ("superuser" if user.is_superuser else "no role")
