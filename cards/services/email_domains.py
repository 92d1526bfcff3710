"""会社の設定: whose e-mail addresses go on a linked person's card by themselves (O5)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from django.db import transaction

from companies.audit import Actor, Event, write_audit
from companies.models import AuditAction, Company
from companies.refusals import Problem, Refused

MOST_DOMAINS: Final = 50
_ascii_domain = re.compile(
    r"(?=.{1,253}\Z)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
    r"(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*\.[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
)


@transaction.atomic
def change_email_domains(*, company: Company, typed: str, actor: Actor) -> bool:
    """`typed`: one a line. Returns whether anything changed. Raises Refused (field "domains")."""
    domains = list(dict.fromkeys(_domains(typed)))
    if len(domains) > MOST_DOMAINS:
        text = f"ドメインは{MOST_DOMAINS}件までです。使わないものを取り除いてください。"
        raise Refused(problems=[Problem("domains", text)])
    present = Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    before = present.card_email_domains
    company.card_email_domains = domains
    if before == domains:
        return False
    present.card_email_domains = domains
    present.save(update_fields=["card_email_domains"])
    event = Event(
        AuditAction.CONFIGURED,
        "company",
        company.pk,
        company.name,
        {"card_email_domains": (shown(before), shown(domains))},
    )
    write_audit(company=company, actor=actor, events=[event])
    return True


def shown(domains: list[str], between: str = "、") -> str:
    """As people write them: 例え.jp, not xn--r8jz45g.jp."""
    return between.join(_readable(domain) for domain in domains)


def _domains(typed: str) -> Iterator[str]:
    for number, line in enumerate(typed.splitlines(), start=1):
        text = line.strip()
        if not text:
            continue
        domain = _ascii(text.removeprefix("@"))
        if domain is None:
            problem = (
                f"{number}行目の「{text[:60]}」は、ドメインの形式ではありません。"
                "「example.co.jp」のように、@より後ろの部分を入力してください。"
            )
            raise Refused(problems=[Problem("domains", problem)])
        yield domain


def _ascii(text: str) -> str | None:
    """Addresses hold domains in letters, digits and hyphens alone (E11)."""
    try:
        domain = text.lower().encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    return domain if _ascii_domain.fullmatch(domain) else None


def _readable(domain: str) -> str:
    try:
        return domain.encode("ascii").decode("idna")
    except UnicodeError:
        return domain
