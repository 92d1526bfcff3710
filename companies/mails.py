"""How every mail begins and ends."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.urls import reverse

from companies.models import Company

NO_REPLY: Final = "送信専用のアドレスです。このメールに返信しても、お答えできません。"


def one_line(name: str) -> str:
    """As a subject has to be."""
    return " ".join(name.split())


def heading(company: Company) -> str:
    return f"{one_line(company.name)}（企業ID：{company.code}）"


def page(name: str) -> str:
    return f"{settings.PUBLIC_URL}{reverse(name)}"
