"""Recovery codes, which let people sign in when their phone is lost."""

import hashlib
import secrets

from django.conf import settings
from django.db import models

# Without I, L, O and U, so that nothing is misread on paper.
_LETTERS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_GROUPS, _GROUP_LENGTH = 4, 4
HOW_MANY = 10


def _hash(user, code: str) -> str:
    """A fast hash, which is enough for 80 random bits. It includes the user, so that equal codes have different hashes."""
    plain = "".join(char for char in code.upper() if char in _LETTERS)
    return hashlib.sha256(f"recovery code:{user.pk}:{plain}".encode()).hexdigest()


class RecoveryCodeQuerySet(models.QuerySet["RecoveryCode"]):
    def renew(self, user) -> list[str]:
        """Replaces the user's codes with ten new ones like `7K3M-9QXA-4T2B-HHN0` and returns them. Only hashes are stored."""
        codes = ["-".join(_random_group() for _ in range(_GROUPS)) for _ in range(HOW_MANY)]
        self.filter(user=user).delete()
        RecoveryCode.objects.bulk_create(RecoveryCode(user=user, code_hash=_hash(user, code)) for code in codes)
        return codes

    def use(self, user, code: str) -> bool:
        """Uses up a code. Returns whether it was valid; one DELETE decides, even between two attempts at once."""
        return bool(self.filter(user=user, code_hash=_hash(user, code)).delete()[0])


def _random_group() -> str:
    return "".join(secrets.choice(_LETTERS) for _ in range(_GROUP_LENGTH))


class RecoveryCode(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recovery_codes")
    code_hash = models.CharField(max_length=64, unique=True)

    objects = RecoveryCodeQuerySet.as_manager()

    def __str__(self) -> str:
        return f"a recovery code of {self.user}"
