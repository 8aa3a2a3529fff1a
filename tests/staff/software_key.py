"""A security key made of software, as a browser would use it: what it makes is really signed.

A test can have it lie about the site, as a passkey of another site or a forged page would.
"""

import base64
import hashlib
import json
import os
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

SITE = "https://clinic.example"
_PRESENT, _VERIFIED, _HAS_KEY = 0x01, 0x04, 0x40


def text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@dataclass
class SoftwareKey:
    """One passkey. `origin`: the address in the browser; `host`: the site that the passkey is for."""

    origin: str = SITE
    host: str = "clinic.example"
    uses: int = 0
    number: bytes = field(default_factory=lambda: os.urandom(32))
    private: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))

    def make(self, options: str) -> str:
        """What `navigator.credentials.create` would answer, as the page sends it."""
        public = self.private.public_key().public_numbers()
        x, y = (part.to_bytes(32, "big") for part in (public.x, public.y))
        key = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        data = self._about(_PRESENT | _VERIFIED | _HAS_KEY) + bytes(16) + len(self.number).to_bytes(2, "big") + self.number + key
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        client = self._client("webauthn.create", options)
        return self._answer({"clientDataJSON": text(client), "attestationObject": text(attestation), "transports": ["usb"]})

    def use(self, options: str) -> str:
        """What `navigator.credentials.get` would answer."""
        self.uses += 1
        data, client = self._about(_PRESENT), self._client("webauthn.get", options)
        signature = self.private.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        named = {"clientDataJSON": client, "authenticatorData": data, "signature": signature}
        return self._answer({name: text(raw) for name, raw in named.items()})

    def _about(self, flags: int) -> bytes:
        return hashlib.sha256(self.host.encode()).digest() + bytes([flags]) + self.uses.to_bytes(4, "big")

    def _client(self, kind: str, options: str) -> bytes:
        return json.dumps({"type": kind, "challenge": json.loads(options)["challenge"], "origin": self.origin}).encode()

    def _answer(self, response: dict) -> str:
        return json.dumps({"id": text(self.number), "rawId": text(self.number), "type": "public-key", "response": response})
