"""The operator is told daily which companies are due to be erased (P3)."""

from __future__ import annotations

from django.core.mail import EmailMessage
from django.utils import timezone

from companies.mails import NO_REPLY, heading, page
from companies.models import Company
from integrations.services.recipients import addresses, operators
from operators.contracts import erasable_on, is_erasable
from operators.queries import customers


def due_for_erasure() -> list[Company]:
    today = timezone.localdate()
    ended = (
        customers().filter(contract_ended_on__isnull=False).order_by("contract_ended_on", "code")
    )
    return [company for company in ended if is_erasable(company.contract_ended_on, today)]


def remind_of_erasures() -> None:
    """Until they are erased, or their contract goes on. Names companies, and nobody of them."""
    companies, to = due_for_erasure(), addresses(operators())
    if companies and to:
        EmailMessage(subject=_subject(companies), body=_body(companies), to=to).send()


def _subject(companies: list[Company]) -> str:
    return f"契約が終了した会社を消去してください（{len(companies):,}社）｜運営"


def _body(companies: list[Company]) -> str:
    lines = "\n".join(f"{heading(company)}　{_since(company)}" for company in companies)
    return f"""契約の終了から30日が過ぎた会社があります。

■ 対象の会社
{lines}

■ 次にすること
会社の画面で内容を確認し、消去してください。契約を続けるときは、契約終了日を取り消してください。

会社
{page("operator-companies")}?standing=erasure_due

{NO_REPLY}
"""


def _since(company: Company) -> str:
    ended_on = company.contract_ended_on
    return f"{erasable_on(ended_on):%Y/%m/%d}から消去できます" if ended_on else ""
