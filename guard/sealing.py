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
_NONCE = slice(5, 17)
# Version, key id, nonce and tag of no text at all.
_SHORTEST = 33


class CannotOpen(Exception):
    """The value was tampered with, belongs to another row, or its key is not among FIELD_KEYS."""


def seal(values: dict, *, table: str, reference: str) -> bytes:
    key = settings.FIELD_KEYS[0]
    nonce = os.urandom(12)
    plain = json.dumps(values, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
    return _VERSION + _key_id(key) + nonce + AESGCM(key).encrypt(nonce, plain, _associated(table, reference))


def unseal(sealed: bytes | memoryview, *, table: str, reference: str) -> dict:
    """The values sealed for this table and reference. Raises CannotOpen if they are not exactly that."""
    if not isinstance(sealed, bytes | memoryview) or len(sealed) < _SHORTEST:
        # SQLite keeps text in a column of bytes, where somebody writes some.
        raise CannotOpen(f"{table} {reference}: what is stored is no sealed value, or only a part of one")
    sealed = bytes(sealed)
    version, key_id, nonce, ciphertext = sealed[:1], sealed[1:5], sealed[_NONCE], sealed[_NONCE.stop :]
    keys = [key for key in settings.FIELD_KEYS if _key_id(key) == key_id]
    if version != _VERSION or not keys:
        raise CannotOpen(f"{table} {reference}: no key of FIELD_KEYS opens this row")
    for key in keys:
        try:
            plain = AESGCM(key).decrypt(nonce, ciphertext, _associated(table, reference))
            return json.loads(plain.decode("utf-8", "surrogatepass"))
        except (InvalidTag, ValueError):
            continue
    raise CannotOpen(f"{table} {reference}: sealed data does not belong to this row or was changed")


def is_key_id_of_field_keys(key_id: object) -> bool:
    """Whether a key of FIELD_KEYS has it, as the bytes 1 to 4 of a sealed value say it."""
    return isinstance(key_id, bytes | memoryview) and bytes(key_id) in {_key_id(key) for key in settings.FIELD_KEYS}


def is_under_first_key(sealed: bytes | memoryview) -> bool:
    return isinstance(sealed, bytes | memoryview) and bytes(sealed)[1:5] == _key_id(settings.FIELD_KEYS[0])


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
    try:
        value = base64.b64decode(sealed, validate=True)
    except ValueError as error:
        raise CannotOpen(f"{table} {reference}: what is stored is no sealed value") from error
    return unseal(value, table=table, reference=reference)


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
