"""What went wrong with a batch: the account's trouble, or the deliveries' own (W8)."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import InterfaceError, OperationalError

from companies.models import Company
from integrations.encryption import Undecryptable
from integrations.reasons import Reason
from integrations.services.connection import integration_of
from integrations.services.runs import NotReady
from integrations.services.summary import failure_detail
from integrations.smarthr.errors import RateLimited, RetryLater, SmartHRError, UnexpectedAnswer
from integrations.sync.outcomes import StopRun

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Trouble:
    reason: Reason
    detail: Mapping[str, Any] = field(default_factory=dict)
    # Of the deliveries; else of the account, and others would fare no better.
    is_own: bool = False
    # Seconds, where SmartHR says how long.
    wait: float | None = None
    # Whether a person has to decide (要確認).
    confirm: bool = False
    # SmartHR failed or refused to answer: as a whole, or about these people alone.
    may_be_own: bool = False


def trouble_of(company: Company, error: Exception) -> Trouble:
    """Logs classes of errors only: their texts can carry personal data."""
    if isinstance(error, NotReady):
        return Trouble(error.reason)
    if isinstance(error, StopRun):
        return Trouble(error.reason, error.detail, confirm=error.confirm, may_be_own=True)
    if isinstance(error, Undecryptable):
        return Trouble(Reason.TOKEN_UNDECRYPTABLE)
    if isinstance(error, SmartHRError):
        log.warning("company %s: %s", company.pk, error)
        return _from_smarthr(company, error)
    where = traceback.extract_tb(error.__traceback__)[-1]
    log.error(
        "company %s: %s at %s:%s", company.pk, type(error).__name__, where.filename, where.lineno
    )
    is_database = isinstance(error, OperationalError | InterfaceError)
    return Trouble(Reason.INTERNAL_ERROR, is_own=not is_database)


def _from_smarthr(company: Company, error: SmartHRError) -> Trouble:
    return Trouble(
        Reason(error.code),
        failure_detail(integration_of(company), error),
        is_own=isinstance(error, UnexpectedAnswer),
        wait=error.wait if isinstance(error, RetryLater) else None,
        may_be_own=not isinstance(error, RateLimited),
    )
