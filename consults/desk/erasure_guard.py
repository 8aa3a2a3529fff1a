"""Never erase sooner without confirmation: who lowers how long requests are kept sees first how many that would erase."""

from django.db import transaction
from django.utils import timezone

from consults.erasure import due_for_erasure
from consults.models import ConsultPolicy
from guard.readers import read_whole_number

from .conflict_guard import ConflictGuard

# What was asked: how many requests the page said would be erased.
SHOWN = "erases"


class _ErasesSooner(Exception):
    def __init__(self, days: int, count: int) -> None:
        super().__init__(days)
        self.days, self.count = days, count


class ErasureGuard(ConflictGuard):
    """Base of the admin of the policy. A lower number of days is rolled back until staff confirm what it would erase.

    Their yes covers as many requests as the page told: when there are more meanwhile, the page asks again.
    """

    def changeform_view(self, request, *args, **kwargs):
        if request.method != "POST":
            return super().changeform_view(request, *args, **kwargs)
        now = timezone.now()
        try:
            with transaction.atomic():
                ConsultPolicy.objects.lock()
                before = ConsultPolicy.objects.current().erase_after_days
                response = super().changeform_view(request, *args, **kwargs)
                after = ConsultPolicy.objects.current().erase_after_days
                if after < before:
                    count, shown = due_for_erasure(now=now).count(), read_whole_number(request.POST.get(SHOWN))
                    if shown is None or shown < count:
                        raise _ErasesSooner(after, count)
                return response
        except _ErasesSooner as sooner:
            return self._ask_to_erase(request, sooner, before)

    def _ask_to_erase(self, request, sooner: _ErasesSooner, before: int):
        return self._question(
            request,
            "admin/consults/confirm_erasure.html",
            title="Requests that this change would erase",
            button=SHOWN,
            before=before,
            days=sooner.days,
            count=sooner.count,
        )
