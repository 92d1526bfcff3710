"""The key in the mail that lets somebody set a new password: good for an hour, and once (X5).

Signed, and made of what it must not outlive: it dies with the next login and with any change of
password, e-mail, role or state. Nothing of it is stored.
"""

from __future__ import annotations

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.core import signing
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from employees.models import Employee

VALID_FOR: Final = timedelta(hours=1)
_SALT: Final = "employees.reset_keys"


def reset_key(employee: Employee) -> str:
    return _signer().sign(_state_of(employee))


def is_reset_key_of(employee: Employee, key: str) -> bool:
    try:
        state = _signer().unsign(key, max_age=VALID_FOR)
    except signing.BadSignature:  # forged, or too old
        return False
    return constant_time_compare(state, _state_of(employee))


def _signer() -> signing.TimestampSigner:
    return signing.TimestampSigner(sep=".", salt=_SALT)


def _state_of(employee: Employee) -> str:
    state = [
        employee.pk,
        employee.password,
        str(employee.last_login),
        employee.email,
        employee.role,
        employee.is_active,
        employee.suspensions,
    ]
    return salted_hmac(_SALT, json.dumps(state), algorithm="sha256").hexdigest()
