"""Which mails with a no of a calendar program were taken. One with words stays in the mailbox, and each start of the worker reads
it again.
"""

from datetime import datetime

from django.db import models

from .consult_request import ConsultRequest

# Of one request: anybody who has its entry can send as many as they like.
MOST_KEPT = 20


class TakenAnswerQuerySet(models.QuerySet["TakenAnswer"]):
    def take(self, request: ConsultRequest, *, mail: str, now: datetime) -> bool:
        """Keeps that the mail was taken, and the latest of that request alone. Returns whether it is the first time."""
        of_request = self.filter(request=request)
        _, is_new = of_request.get_or_create(request=request, mail=mail, defaults={"at": now})
        latest = of_request.order_by("-at", "-pk").values_list("pk", flat=True)[:MOST_KEPT]
        of_request.exclude(pk__in=list(latest)).delete()
        return is_new


class TakenAnswer(models.Model):
    request = models.ForeignKey(ConsultRequest, on_delete=models.CASCADE, related_name="taken_answers", db_index=False)
    mail = models.CharField(max_length=64, help_text="Hash of its Message-ID. Deleted when the request is erased.")
    at = models.DateTimeField()

    objects = TakenAnswerQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["request", "mail"], name="an_answer_is_taken_once")]

    def __str__(self) -> str:
        return f"{self.request_id} {self.mail[:8]}"
