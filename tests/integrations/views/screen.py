"""What the tests of the connection on the settings page share."""

from __future__ import annotations

import re
from typing import Any

from django.utils import timezone

from integrations.models import SmartHRIntegration
from integrations.services.check_result import Access, CheckResult

PAGE = "/settings/smarthr/"
CHECK = f"{PAGE}check/"
COUNT = f"{PAGE}first-import/"
HTMX = {"HX-Request": "true"}


def text(response: Any) -> str:
    """What a person reads, without markup and blanks."""
    return re.sub(r"\s+", "", re.sub(r"<[^>]*>", "", response.content.decode()))


def swapped(response: Any) -> list[str]:
    """The ids of the parts elsewhere on the page that an answer replaces."""
    return re.findall(r'id="([a-z-]+)"[^>]* hx-swap-oob="true"', response.content.decode())


def keep(integration: SmartHRIntegration, **values: Any) -> None:
    """The findings of a test that ended just now."""
    kept = CheckResult(crews_read=Access.GRANTED, **values).to_json()
    rows = SmartHRIntegration.objects.for_company(integration.company)
    rows.update(checked_at=timezone.now(), check_result=kept)
