"""What the clinic does for safety during treatment, and its photographs: each for the clinic to give, none required."""

from django.db import models

from .picture import Picture
from .unset import unset

SAFETY = ("screening", "monitoring", "in_the_room", "equipment", "transfer_plan", "leaving", "follow_up_call")
PHOTOGRAPHS = ("outside", "entrance", "room")


class SafetyFacts(models.Model):
    """The answers to what the site tells readers to ask any clinic."""

    screening = unset(
        "screening before treatment",
        "What is checked before a first treatment, and who decides. For example: A clinician checks your health and your"
        " medicines, and a blood pressure that is too high puts the treatment off.",
    )
    monitoring = unset(
        "monitoring",
        "What is measured, and when. For example: We measure blood pressure, pulse and oxygen before, every 15 minutes during,"
        " and until you leave.",
    )
    in_the_room = unset(
        "who is in the room",
        "Who stays with a patient, and their life-support training. For example: A nurse with training in advanced life support"
        " stays in the room.",
    )
    equipment = unset(
        "emergency equipment", "What is at hand. For example: Oxygen, a defibrillator and a suction unit are in the room."
    )
    transfer_plan = unset(
        "transfer to a hospital",
        "What happens in an emergency, and which hospital it is. For example: We call 911, and a clinician stays with you until"
        " the ambulance is there.",
    )
    leaving = unset(
        "when a patient may leave",
        "For example: You leave when you are awake and steady and your blood pressure is near where it began, with an adult.",
    )
    follow_up_call = unset("follow-up call", "Who calls, and when. For example: A nurse calls you the next day.")

    class Meta:
        abstract = True


def _photograph(label: str, help_text: str) -> models.ForeignKey:
    return models.ForeignKey(
        Picture, verbose_name=label, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", help_text=help_text
    )


class Photographs(models.Model):
    """Of this building and this room: no patients, and no pictures that were bought."""

    outside = _photograph("photograph of the outside", "The building and its sign, as one sees them from the road.")
    entrance = _photograph("photograph of the entrance", "The door, and the way to it from the parking lot.")
    room = _photograph("photograph of the treatment room", "The chair, and what is around it. Nobody is in the picture.")

    class Meta:
        abstract = True
