"""Counts how a person heard of the clinic, without keeping the answer with the person."""

from datetime import datetime

from django.db import transaction

from pages.models import Clinic

from .models import ConsultRequest, MonthlyCount


def count_referral(request: ConsultRequest, *, code: str, now: datetime) -> bool:
    """Adds one to the count of the source with this code, in the clinic's month of `now`. False if this request was counted.

    The request keeps only that it was counted.
    """
    with transaction.atomic():
        # The update and its count are one claim: of two clicks, one finds the flag unset.
        if not ConsultRequest.objects.filter(pk=request.pk, referral_counted=False, erased_at=None).update(referral_counted=True):
            return False
        month = Clinic.objects.current().local_date(now).replace(day=1)
        MonthlyCount.objects.add(MonthlyCount.Subject.REFERRAL, code, month=month)
    return True
