"""What the screen says before the first employee import: whom it would meet (E13)."""

from __future__ import annotations

from dataclasses import dataclass

from employees.models import Employee
from integrations.check_texts import crews_text, explain_failure, retired_text
from integrations.choices import RetiredPolicy
from integrations.models import SmartHRIntegration
from integrations.reason_text import ReasonText
from integrations.reasons import Reason
from integrations.services.check_result import CheckResult
from integrations.smarthr.errors import CREWS_READ


@dataclass(frozen=True, slots=True)
class FirstImportNotice:
    crews: str = ""
    retired: str = ""
    # Whether the recommended way with retired people would make a difference.
    recommends: bool = False
    # Why a count came to nothing.
    problem: ReasonText | None = None
    # Nobody has counted them yet; a test that failed says why it did, in its own place.
    is_open: bool = False


def first_import_notice(
    integration: SmartHRIntegration, result: CheckResult | None
) -> FirstImportNotice | None:
    """By what the last test found; None where it is not the first import."""
    if not integration.is_connected or _has_linked(integration):
        return None
    if result is None:
        return FirstImportNotice(is_open=True)
    if result.crews is None:
        return FirstImportNotice()
    return counted_notice(integration, result)


def counted_notice(integration: SmartHRIntegration, result: CheckResult) -> FirstImportNotice:
    """By a count that was made just now."""
    policy = RetiredPolicy(integration.retired_policy)
    if result.crews is None:
        detail = {"subdomain": result.subdomain, "permission": CREWS_READ}
        code = result.error or Reason.UNEXPECTED_ANSWER
        return FirstImportNotice(problem=explain_failure(code, detail, retry_at=result.retry_at))
    matters = result.retired is None or result.retired > 0
    return FirstImportNotice(
        crews=crews_text(result.crews, result.retired),
        retired=retired_text(policy) if result.crews and matters else "",
        recommends=bool(result.retired) and not policy.skips_new,
    )


def _has_linked(integration: SmartHRIntegration) -> bool:
    return bool(Employee.objects.for_company(integration.company_id).linked().exists())
