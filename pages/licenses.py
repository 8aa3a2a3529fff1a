"""The kinds of license that people here may hold, and the state board that lists each of them."""

from typing import NamedTuple

from django.db.models import TextChoices


class Board(NamedTuple):
    """A licensing board of Minnesota, with the page on which it lists who holds a license."""

    name: str
    url: str


STATE = "MN"
MEDICAL_PRACTICE = Board("Minnesota Board of Medical Practice", "https://mn.gov/boards/medical-practice/")
NURSING = Board("Minnesota Board of Nursing", "https://mn.gov/boards/nursing/")
PSYCHOLOGY = Board("Minnesota Board of Psychology", "https://mn.gov/boards/psychology/")
SOCIAL_WORK = Board("Minnesota Board of Social Work", "https://mn.gov/boards/social-work/public/")
FAMILY_THERAPY = Board("Minnesota Board of Marriage and Family Therapy", "https://mn.gov/boards/marriage-and-family/")


class LicenseType(TextChoices):
    PHYSICIAN = "physician", "Physician"
    PHYSICIAN_ASSISTANT = "physician-assistant", "Physician assistant"
    ADVANCED_PRACTICE_NURSE = "advanced-practice-nurse", "Advanced practice registered nurse"
    REGISTERED_NURSE = "registered-nurse", "Registered nurse"
    PRACTICAL_NURSE = "practical-nurse", "Licensed practical nurse"
    PSYCHOLOGIST = "psychologist", "Licensed psychologist"
    SOCIAL_WORKER = "social-worker", "Licensed independent clinical social worker"
    FAMILY_THERAPIST = "family-therapist", "Licensed marriage and family therapist"


_BOARDS = {
    LicenseType.PHYSICIAN: MEDICAL_PRACTICE,
    LicenseType.PHYSICIAN_ASSISTANT: MEDICAL_PRACTICE,
    LicenseType.ADVANCED_PRACTICE_NURSE: NURSING,
    LicenseType.REGISTERED_NURSE: NURSING,
    LicenseType.PRACTICAL_NURSE: NURSING,
    LicenseType.PSYCHOLOGIST: PSYCHOLOGY,
    LicenseType.SOCIAL_WORKER: SOCIAL_WORK,
    LicenseType.FAMILY_THERAPIST: FAMILY_THERAPY,
}


def board_of(license_type: str, *, state: str) -> Board | None:
    """The board that gives this kind of license; None when the kind, or the boards of the state, are not known here."""
    return _BOARDS[LicenseType(license_type)] if license_type and state == STATE else None
