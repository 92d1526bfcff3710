"""名刺リスト and the form of a card: who sees what, and what the pages say."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cards.models import BusinessCard
from cards.person import changes_of, fingerprint
from companies.models import Company
from employees.models import Employee
from tests.cards.people import audit_of, card_of, printed
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    BusinessCardFactory,
    CompanyFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return CompanyFactory(card_email_domains=["example.co.jp"])


@pytest.fixture
def administrator(client: Client, company: Company) -> Employee:
    person = AdministratorFactory(company=company)
    client.force_login(person)
    return person


@pytest.fixture
def applicant(client: Client, company: Company) -> Employee:
    person = EmployeeFactory(company=company, last_name="佐藤", first_name="花子")
    client.force_login(person)
    return person


def listed(client: Client, query: str = "") -> list[str]:
    return [row.card.title for row in client.get(f"/cards/{query}").context["rows"]]


def typed(card: BusinessCard, **values: str) -> dict[str, str]:
    return {**card.printed, "version": card.version, **values}


def test_C1_C3_administrators_see_the_cards_of_their_company(
    client: Client, administrator: Employee
) -> None:
    card_of(EmployeeFactory(company=administrator.company), title="課長")
    BusinessCardFactory(title="他社")

    assert listed(client) == ["課長"]


@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_see_their_own_cards_alone(
    client: Client, company: Company, factory: type[EmployeeFactory]
) -> None:
    person, colleague = factory(company=company), EmployeeFactory(company=company)
    card_of(person, title="自分")
    card_of(colleague, title="同僚")
    client.force_login(person)

    assert listed(client) == ["自分"]
    assert listed(client, f"?employee={colleague.pk}") == ["自分"]


ADDRESSES = [
    ("get", ""),
    ("post", ""),
    ("post", "duplicate/"),
    ("get", "delete/"),
    ("post", "delete/"),
    ("get", "follow/"),
    ("post", "follow/"),
    ("post", "keep/"),
]


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_C1_C3_cards_of_others_are_not_found(
    client: Client, applicant: Employee, method: str, address: str
) -> None:
    colleague = card_of(EmployeeFactory(company=applicant.company))
    stranger = BusinessCardFactory(last_name="他社")

    for card in (colleague, stranger):
        answer = getattr(client, method)(f"/cards/{card.pk}/{address}", printed(title="盗"))
        assert answer.status_code == 404
    assert not BusinessCard.objects.across_companies().filter(title="盗").exists()
    assert BusinessCard.objects.across_companies().count() == 2


@pytest.mark.parametrize("address", ["duplicate/", "keep/"])
def test_what_changes_something_is_no_link(
    client: Client, applicant: Employee, address: str
) -> None:
    assert client.get(f"/cards/{card_of(applicant).pk}/{address}").status_code == 405


def test_C1_C3_only_administrators_add_cards_of_others(client: Client, applicant: Employee) -> None:
    colleague = EmployeeFactory(company=applicant.company)
    address = f"/cards/add/?employee={colleague.pk}"

    refused = [client.get(address), client.post(address, printed())]
    client.get(f"/cards/add/?employee_id={colleague.employee_id}")
    ignored = client.post(f"/cards/add/?employee_id={colleague.employee_id}", printed())
    client.force_login(AdministratorFactory(company=applicant.company))
    allowed = client.post(address, printed())
    stranger = client.get(f"/cards/add/?employee={EmployeeFactory().pk}")

    assert [answer.status_code for answer in refused] == [404, 404]
    assert (ignored.status_code, allowed.status_code, stranger.status_code) == (302, 302, 404)
    cards = BusinessCard.objects.for_company(applicant.company).order_by("pk")
    assert [card.employee for card in cards] == [applicant, colleague]


def test_O5_a_new_card_is_filled_from_the_person(client: Client, company: Company) -> None:
    group = GroupFactory(company=company, name="営業部")
    person = LinkedEmployeeFactory(
        company=company, group=group, last_name="髙﨑", first_name="一", email="t@gmail.com"
    )
    client.force_login(person)

    answer = client.get("/cards/add/")

    shown = answer.context["form"].printed
    assert (shown["company_name"], shown["department_name"]) == (company.name, "営業部")
    assert (shown["last_name"], shown["first_name"], shown["email"]) == ("髙﨑", "一", "")
    assert "SmartHRのメールアドレスは個人用のことがある" in answer.content.decode()


def test_O5_adding_changing_and_deleting_ones_own_card(client: Client, applicant: Employee) -> None:
    made = client.post("/cards/add/", printed(title="課長"))
    card = BusinessCard.objects.for_company(applicant.company).get()
    saved = client.post(f"/cards/{card.pk}/", typed(card, title="部長"), follow=True)
    card.refresh_from_db()
    asked = client.get(f"/cards/{card.pk}/delete/").content.decode()
    gone = client.post(f"/cards/{card.pk}/delete/")

    assert made["Location"] == f"/cards/{card.pk}/"
    assert "名刺を保存しました。" in saved.content.decode()
    assert card.title == "部長"
    assert "元に戻せません。" in asked
    assert gone["Location"] == "/cards/"
    assert [row[0] for row in audit_of(applicant.company)] == ["created", "updated", "deleted"]


def test_O5_a_copy_opens(client: Client, applicant: Employee) -> None:
    card = card_of(applicant, title="課長")

    answer = client.post(f"/cards/{card.pk}/duplicate/", follow=True)

    newest = BusinessCard.objects.for_company(applicant.company).latest("pk")
    assert answer.redirect_chain == [(f"/cards/{newest.pk}/", 302)]
    assert "名刺を複製しました。" in answer.content.decode()


def test_O5_what_is_wrong_is_said_at_the_field_and_in_the_summary(
    client: Client, applicant: Employee
) -> None:
    card = card_of(applicant)

    answer = client.post(f"/cards/{card.pk}/", typed(card, title="長" * 21, url="javascript:x"))

    text = answer.content.decode()
    assert answer.status_code == 422
    assert "エラー：名刺の編集" in text
    assert text.count("肩書きが枠に入りません。20文字以内にしてください。") == 3  # and the preview
    assert answer.context["form"]["title"].value() == "長" * 21
    card.refresh_from_db()
    assert card.title == ""


def test_O5_who_saves_later_sees_what_the_other_saved_and_may_save_again(
    client: Client, applicant: Employee
) -> None:
    card = card_of(applicant, title="課長")
    mine = typed(card, title="部長")
    client.post(f"/cards/{card.pk}/", typed(card, title="次長"))

    refused = client.post(f"/cards/{card.pk}/", mine)
    again = {**mine, "version": refused.context["form"]["version"].value()}
    saved = client.post(f"/cards/{card.pk}/", again)

    text = refused.content.decode()
    assert refused.status_code == 422
    assert "先に保存された値：次長" in text
    assert "入力した値：部長" in text
    assert saved.status_code == 302
    card.refresh_from_db()
    assert card.title == "部長"


def test_O5_preview_answers_what_is_typed_and_keeps_nothing(
    client: Client, applicant: Employee
) -> None:
    answer = client.post("/cards/preview/", printed(title="長" * 21, last_name='<b>"'))

    text = answer.content.decode()
    assert '<div id="fit-title" hx-swap-oob="innerHTML"><p class="mk-field-error"' in text
    assert '<div id="fit-phone" hx-swap-oob="innerHTML"></div>' in text
    assert "<b>" not in text
    assert "style=" not in text
    assert not BusinessCard.objects.across_companies().exists()


@pytest.mark.parametrize("address", ["/cards/", "/cards/add/", "/cards/pdf/?card=1", "/cards/1/"])
def test_whoever_is_not_signed_in_logs_in_first(client: Client, address: str) -> None:
    assert client.get(address)["Location"].startswith("/login/")
    assert client.post("/cards/preview/")["Location"].startswith("/login/")


def test_O5_flagged_card_tells_what_changed_and_takes_it_over(
    client: Client, administrator: Employee
) -> None:
    person = EmployeeFactory(company=administrator.company, last_name="佐藤", first_name="花子")
    card = card_of(person, title="課長")
    card_of(EmployeeFactory(company=administrator.company), title="そのまま")
    Employee.objects.for_company(person.company).filter(pk=person.pk).update(last_name="鈴木")
    shown = fingerprint(
        changes_of(BusinessCard.objects.for_company(person.company).get(pk=card.pk), [])
    )

    page = client.get(f"/cards/{card.pk}/").content.decode()
    preview = client.get(f"/cards/{card.pk}/follow/")
    stale = client.post(f"/cards/{card.pk}/follow/", {"shown": "other"}, follow=True)
    flagged = listed(client, "?changed=1")
    done = client.post(f"/cards/{card.pk}/follow/", {"shown": shown}, follow=True)

    assert "社員の情報が変わっています" in page
    assert preview.status_code == 200
    assert "まだ何も変更していません。" in stale.content.decode()
    assert flagged == ["課長"]
    assert "社員の情報を名刺に反映しました。" in done.content.decode()
    assert listed(client, "?changed=1") == []
    card.refresh_from_db()
    assert card.last_name == "鈴木"


def test_O5_keeping_a_card_ends_its_flag(client: Client, applicant: Employee) -> None:
    card = card_of(applicant)
    Employee.objects.for_company(applicant.company).update(last_name="鈴木")
    shown = client.get(f"/cards/{card.pk}/").context["shown"]

    client.post(f"/cards/{card.pk}/keep/", {"shown": shown})

    after = client.get(f"/cards/{card.pk}/")
    assert after.context["changes"] == []
    assert client.get(f"/cards/{card.pk}/follow/")["Location"] == f"/cards/{card.pk}/"


def test_O1_badge_is_on_linked_people_only(client: Client, administrator: Employee) -> None:
    company = administrator.company
    card_of(EmployeeFactory(company=company))
    legend = client.get("/cards/").content.decode().count("mk-badge-smarthr")
    card_of(LinkedEmployeeFactory(company=company))

    assert (legend, client.get("/cards/").content.decode().count("mk-badge-smarthr")) == (1, 2)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("佐藤", {"課長", "部長"}),
        ("佐藤 花子", {"課長"}),
        ("佐藤花子", {"課長"}),
        ("ABC", {"課長"}),
        ("c-1", {"課長"}),
        ("部", {"部長"}),
        ("佐藤 部長", {"部長"}),
        ("鈴木", set()),
        ("%", set()),
        ("\x00", {"課長", "部長"}),
    ],
)
def test_O5_words_are_looked_for_in_name_id_and_title(
    client: Client, administrator: Employee, words: str, found: set[str]
) -> None:
    for first_name, code, title in (("花子", "abc-1", "課長"), ("一", "xyz-2", "部長")):
        person = EmployeeFactory(
            company=administrator.company,
            last_name="佐藤",
            first_name=first_name,
            employee_id=code,
        )
        card_of(person, title=title)

    answer = client.get("/cards/", {"q": words})

    assert {row.card.title for row in answer.context["rows"]} == found


def test_O5_a_group_brings_those_below_it(client: Client, administrator: Employee) -> None:
    company = administrator.company
    top = GroupFactory(company=company)
    below = GroupFactory(company=company, parent=GroupFactory(company=company, parent=top))
    other = GroupFactory(company=company)
    for group, title in ((top, "上"), (below, "下"), (other, "外")):
        card_of(EmployeeFactory(company=company, group=group), title=title)

    assert set(listed(client, f"?group={top.pk}")) == {"上", "下"}
    assert listed(client, "?group=999999") == []


def test_O5_cards_of_one_person(client: Client, administrator: Employee) -> None:
    person = EmployeeFactory(company=administrator.company)
    card_of(person, title="本人")
    card_of(EmployeeFactory(company=administrator.company), title="別人")

    assert listed(client, f"?employee={person.pk}") == ["本人"]
    assert client.get(f"/cards/?employee={EmployeeFactory().pk}").status_code == 404


@pytest.mark.parametrize("key", ["x", "-1", "９", "9" * 25, "9" * 5000])
@pytest.mark.parametrize("name", ["employee", "group"])
def test_odd_keys_in_the_address_ask_for_nothing(
    client: Client, administrator: Employee, name: str, key: str
) -> None:
    card_of(administrator, title="課長")

    assert client.get("/cards/", {name: key}).context["page"].paginator.count == 1
    assert client.get("/cards/add/", {name: key}).status_code == 200


@pytest.mark.parametrize(
    ("sort", "order"),
    [
        ("", ["c", "a", "b"]),
        ("name", ["a", "b", "c"]),
        ("-name", ["c", "b", "a"]),
        ("title", ["a", "b", "c"]),
        ("department", ["b", "c", "a"]),
        ("updated", ["b", "a", "c"]),
        ("nonsense", ["c", "a", "b"]),
    ],
)
def test_O5_sorting(client: Client, administrator: Employee, sort: str, order: list[str]) -> None:
    rows: list[tuple[str, str]] = [("b", "1"), ("a", "3"), ("c", "2")]
    for name, department in rows:
        person = EmployeeFactory(company=administrator.company, last_name=name, first_name="")
        card_of(person, title=name, department_name=department)

    assert listed(client, f"?sort={sort}") == order


def test_five_states_of_the_list(client: Client, administrator: Employee) -> None:
    nothing = client.get("/cards/").content.decode()
    card_of(administrator)
    searched = client.get("/cards/?q=いない").content.decode()
    unchanged = client.get("/cards/?changed=1").content.decode()

    assert "名刺はまだありません。" in nothing
    assert "該当する名刺はありません。条件を変えて検索してください。" in searched
    assert "社員の情報が変わった名刺はありません。" in unchanged


@pytest.mark.parametrize("query", ["", "?q=佐藤&changed=1", "?sort=name"])
def test_number_of_queries_does_not_grow_with_the_cards(
    client: Client, administrator: Employee, query: str
) -> None:
    def queries(count: int) -> int:
        for _ in range(count):
            person = EmployeeFactory(company=administrator.company, last_name="佐藤")
            BusinessCardFactory(employee=person, last_name="x", taken_over={"last_name": "x"})
        with CaptureQueriesContext(connection) as captured:
            assert client.get(f"/cards/{query}").context["rows"]
        return len(captured)

    one: Any = queries(1)

    assert queries(29) == one
