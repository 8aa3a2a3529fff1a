"""Recovery codes, which let people sign in when their phone or passkey is lost."""

import secrets

from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.db import models

# Without I, L, O and U, so that nothing is misread on paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 24 letters of 32 are 120 random bits.
_GROUPS, _GROUP_LENGTH = 6, 4
HOW_MANY = 10

_hasher = PBKDF2PasswordHasher()


class RecoveryCodeQuerySet(models.QuerySet["RecoveryCode"]):
    def make(self, user) -> tuple[list["RecoveryCode"], list[str]]:
        """Ten new codes like `7K3M-9QXA-4T2B-HHN0-21PV-CW8E`, and their rows, not yet saved: only hashes are stored.

        Hashing takes a moment, so it is done before the transaction that replaces the old ones.
        """
        codes = ["-".join(_random_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY)]
        return [RecoveryCode(user=user, code_hash=_hash(code)) for code in codes], codes

    def replace(self, user, rows: list["RecoveryCode"]) -> None:
        self.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(rows)

    def use(self, user, code: str) -> bool:
        """Uses up a code. Returns whether it was valid; one DELETE decides, even between two attempts at once."""
        found = next((row for row in self.filter(user=user) if row.is_for(code)), None)
        return found is not None and bool(self.filter(pk=found.pk).delete()[0])


def _random_group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH))


def _plain(code: str) -> str:
    return "".join(char for char in code.upper() if char in _LETTERS)


def _hash(code: str) -> str:
    return _hasher.encode(_plain(code), _hasher.salt(), iterations=settings.STAFF_RECOVERY_CODE_ITERATIONS)


class RecoveryCode(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=128, help_text="As a password is hashed, with a salt of its own.")

    objects = RecoveryCodeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"a recovery code of {self.user}"

    def is_for(self, code: str) -> bool:
        return _hasher.verify(_plain(code), self.code_hash)
