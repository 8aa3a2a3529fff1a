"""Passwords that a stranger would try first, because they know the clinic."""

import re

from django.core.exceptions import ValidationError

from pages.models import Clinic

_ALWAYS = {"ketamine"}
_SHORTEST = 4


class NoWordsOfTheClinic:
    """Refuses passwords that contain a word of the clinic's name, its city or what it is known for."""

    def validate(self, password: str, user=None) -> None:
        """Raises ValidationError."""
        folded = password.casefold()
        if found := sorted(word for word in _words() if word in folded):
            raise ValidationError(f"This password contains “{found[0]}”, which is easy to guess here.", code="word_of_the_clinic")

    def get_help_text(self) -> str:
        return "Your password can’t contain the clinic’s name, its city or the name of its treatment."


def _words() -> set[str]:
    clinic = Clinic.objects.current()
    named = re.findall(r"\w+", f"{clinic.name} {clinic.city}".casefold())
    return _ALWAYS | {word for word in named if len(word) >= _SHORTEST}
