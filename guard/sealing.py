"""Seals what a patient types, so that it is encrypted at rest.

AES-256-GCM under the first of settings.FIELD_KEYS; every listed key opens. A sealed value is
version (1 byte), key id (4 bytes), nonce (12 bytes), ciphertext with tag. The associated data
binds it to its table and reference, so that a value moved to another row does not open.
Exact values are searched by a keyed hash ("blind index") under a separately derived key.
"""

import base64
import hashlib
import hmac
import json
import os
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

_VERSION = b"\x01"


class CannotOpen(Exception):
    """The value was tampered with, belongs to another row, or its key is not among FIELD_KEYS."""


def seal(values: dict, *, table: str, reference: str) -> bytes:
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(12)
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _VERSION + _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain, _associated(table, reference))


def unseal(sealed: bytes | memoryview, *, table: str, reference: str) -> dict:
    """The values sealed for this table and reference. Raises CannotOpen if they are not exactly that."""
    sealed = bytes(sealed)
    version, key_id, nonce, ciphertext = sealed[:1], sealed[1:5], sealed[5:17], sealed[17:]
    keys = [key for key in settings.FIELD_KEYS if _key_id(key) == key_id]
    if version != _VERSION or not keys:
        raise CannotOpen(f"{table} {reference}: no key of FIELD_KEYS opens this row")
    for key in keys:
        try:
            plain = AESGCM(key).decrypt(nonce, ciphertext, _associated(table, reference))
        except InvalidTag:
            continue
        return json.loads(plain.decode("utf-8", "surrogatepass"))
    raise CannotOpen(f"{table} {reference}: sealed data does not belong to this row or was changed")


def is_under_first_key(sealed: bytes | memoryview) -> bool:
    return bytes(sealed)[1:5] == _key_id(settings.FIELD_KEYS[0])


def blind_index(purpose: str, value: str) -> str:
    """A keyed hash to store beside sealed data and search it by; empty for an empty value."""
    return _blind(settings.FIELD_KEYS[0], purpose, value) if value else ""


def blind_indexes(purpose: str, value: str) -> list[str]:
    """The hashes that a stored value may have under any key in use, for searching during a rotation."""
    return [_blind(key, purpose, value) for key in settings.FIELD_KEYS] if value else []


def is_blind_index(purpose: str, value: str, given: str) -> bool:
    """Whether `given` is a hash of the value under any key in use: a signature that only a holder of a key can make."""
    return any(hmac.compare_digest(given.encode(), known.encode()) for known in blind_indexes(purpose, value))


def seal_as_text(values: dict, *, table: str, reference: str) -> str:
    """The same as `seal`, for a place that keeps text, such as a session."""
    return base64.b64encode(seal(values, table=table, reference=reference)).decode()


def unseal_text(sealed: str, *, table: str, reference: str) -> dict:
    """The values of `seal_as_text`. Raises CannotOpen."""
    return unseal(base64.b64decode(sealed), table=table, reference=reference)


def _blind(key: bytes, purpose: str, value: str) -> str:
    message = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
    return hmac.new(_derived(key), message, hashlib.sha256).hexdigest()[:40]


@lru_cache(maxsize=16)
def _derived(key: bytes) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=b"blind index").derive(key)


def _key_id(key: bytes) -> bytes:
    return hashlib.sha256(b"key id" + key).digest()[:4]


def _associated(table: str, reference: str) -> bytes:
    return f"{table}:{reference}".encode()
