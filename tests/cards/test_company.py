"""会社の設定: the e-mail domains that go on cards (O5)."""

from __future__ import annotations

import pytest
from django.test import Client

from cards.services.email_domains import change_email_domains
from companies.models import Company
from companies.refusals import Refused
from tests.cards.people import ACTOR, audit_of
from tests.factories import AdministratorFactory, ApproverFactory, CompanyFactory

pytestmark = pytest.mark.django_db
ADDRESS = "/settings/company/"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("example.co.jp", ["example.co.jp"]),
        (" @Example.CO.JP \r\n\r\nexample.com\n", ["example.co.jp", "example.com"]),
        ("example.jp\nEXAMPLE.jp", ["example.jp"]),
        ("例え.jp", ["xn--r8jz45g.jp"]),
        ("", []),
    ],
)
def test_O5_domains_are_kept_as_addresses_hold_them(typed: str, kept: list[str]) -> None:
    company = CompanyFactory()

    change_email_domains(company=company, typed=typed, actor=ACTOR)

    company.refresh_from_db()
    assert company.card_email_domains == kept


@pytest.mark.parametrize(
    "line",
    ["example", "a@example.jp", "*.example.jp", "ex ample.jp", "-a.jp", "a..jp", "192.0.2.1", "@",
     "https://example.jp", "a" * 64 + ".jp"],
)  # fmt: skip
def test_O5_what_is_no_domain_is_named_with_its_line(line: str) -> None:
    company = CompanyFactory(card_email_domains=["kept.jp"])

    with pytest.raises(Refused, match=r"2行目の「.*」は、ドメインの形式ではありません") as refused:
        change_email_domains(company=company, typed=f"example.jp\n{line}", actor=ACTOR)

    company.refresh_from_db()
    assert [problem.field for problem in refused.value.problems] == ["domains"]
    assert company.card_email_domains == ["kept.jp"]


def test_O5_more_than_fifty_are_refused() -> None:
    company, typed = CompanyFactory(), "\n".join(f"d{number}.jp" for number in range(51))

    with pytest.raises(Refused, match="ドメインは50件までです"):
        change_email_domains(company=company, typed=typed, actor=ACTOR)


def test_X6_a_change_is_told_as_people_write_it_and_no_change_is_not() -> None:
    company: Company = CompanyFactory(name="アクメ")

    assert change_email_domains(company=company, typed="例え.jp\na.jp", actor=ACTOR)
    assert not change_email_domains(company=company, typed="例え.jp\na.jp", actor=ACTOR)

    assert audit_of(company) == [
        ("configured", "アクメ", {"card_email_domains": ["", "例え.jp、a.jp"]})
    ]


def test_C3_only_administrators_open_it(client: Client) -> None:
    company = CompanyFactory(card_email_domains=["example.jp"])
    client.force_login(ApproverFactory(company=company))
    refused = [client.get(ADDRESS), client.post(ADDRESS, {"domains": ""})]
    client.force_login(AdministratorFactory(company=company))
    shown = client.get(ADDRESS)

    assert [answer.status_code for answer in refused] == [403, 403]
    assert "example.jp</textarea>" in shown.content.decode()
    company.refresh_from_db()
    assert company.card_email_domains == ["example.jp"]


def test_O5_the_page_saves_and_says_what_is_wrong(client: Client) -> None:
    person = AdministratorFactory()
    client.force_login(person)

    wrong = client.post(ADDRESS, {"domains": "nonsense"})
    right = client.post(ADDRESS, {"domains": "example.jp"}, follow=True)

    assert wrong.status_code == 422
    assert "エラー：会社の設定" in wrong.content.decode()
    assert "1行目の「nonsense」" in wrong.content.decode()
    assert "会社の設定を保存しました。" in right.content.decode()
    person.company.refresh_from_db()
    assert person.company.card_email_domains == ["example.jp"]
