"""The initial password (E7): hashed fast at the import, re-hashed with Argon2 at the first login.

A slow hash for each of 100,000 people would take hours. This one is a keyed HMAC: without the
key from FIELD_ENCRYPTION_KEYS, which is not in the database, nobody can try birth dates on it.
"""

import base64
import hashlib
import hmac
import secrets
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.contrib.auth.hashers import BasePasswordHasher, make_password, mask_hash
from django.utils.crypto import constant_time_compare


def initial_password(company_code: str, birth_date: date) -> str:
    return f"{company_code}-{birth_date.isoformat()}"


def is_expired(*, days: int | None, last_used: datetime, now: datetime) -> bool:
    """X5: whether it lay unused too long: since it was made, or since the last login with it.

    `days` is what the company chose: 0 for never, None while it has not answered.
    """
    return bool(days) and now - last_used >= timedelta(days=days or 0)


@lru_cache(maxsize=32)
def _derived(secret: str) -> tuple[str, bytes]:
    """Id and key that belong to one entry of FIELD_ENCRYPTION_KEYS."""
    material = base64.urlsafe_b64decode(secret)
    hkdf = HKDF(algorithm=hashes.SHA256(), length=40, salt=None, info=b"initial password")
    derived = hkdf.derive(material)
    return derived[32:].hex()[:12], derived[:32]


class InitialPasswordHasher(BasePasswordHasher):
    """`initial_hmac$KEY_ID$SALT$MAC`. Never the preferred hasher, so a login replaces it."""

    algorithm = "initial_hmac"

    def salt(self) -> str:
        # 128 bits like the one of the base class, which draws them letter by letter.
        return secrets.token_urlsafe(16)

    def encode(self, password: str, salt: str, *, key_id: str | None = None) -> str:
        known_id, key = self._key(key_id)
        mac = hmac.new(key, f"{salt}${password}".encode("utf-8", "surrogatepass"), hashlib.sha256)
        return f"{self.algorithm}${known_id}${salt}${mac.hexdigest()}"

    def decode(self, encoded: str) -> dict[str, Any]:
        algorithm, key_id, salt, mac = encoded.split("$", 3)
        return {"algorithm": algorithm, "key_id": key_id, "salt": salt, "hash": mac}

    def verify(self, password: str, encoded: str) -> bool:
        parts = self.decode(encoded)
        try:
            expected = self.encode(password, parts["salt"], key_id=parts["key_id"])
        except KeyError:  # the key was removed from the settings
            expected = ""
        if constant_time_compare(encoded, expected):
            return True
        # A right one costs an Argon2 hash (the upgrade); a wrong one must not be told by time.
        make_password(password)
        return False

    def safe_summary(self, encoded: str) -> Any:
        parts = self.decode(encoded)
        return {"algorithm": parts["algorithm"], "hash": mask_hash(parts["hash"])}

    def must_update(self, encoded: str) -> bool:
        return True

    def _key(self, key_id: str | None) -> tuple[str, bytes]:
        """The key of `key_id`, or the newest. Raises KeyError for one that is gone."""
        keys = dict(_derived(secret) for secret in settings.FIELD_ENCRYPTION_KEYS)
        if key_id is None:
            return _derived(settings.FIELD_ENCRYPTION_KEYS[0])
        return key_id, keys[key_id]
