"""X4: the screens of 削除した社員の控え, for 管理者 alone."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from bulk.layouts import CARDS
from cards.models import BusinessCard, CardArchive
from companies.audit import person as acting
from companies.models import AuditEntry
from employees.models import Employee
from groups.models import Group
from tests.cards.archives import PNG, archive_of, stored_image
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

pytestmark = pytest.mark.django_db
LIST = "/settings/archive/"


@pytest.fixture
def administrator() -> Employee:
    return AdministratorFactory(employee_id="admin", last_name="山田", first_name="花子")


@pytest.fixture
def signed_in(client: Client, administrator: Employee) -> Client:
    client.force_login(administrator)
    return client


@pytest.fixture
def archive(administrator: Employee) -> CardArchive:
    person = LinkedEmployeeFactory(
        company=administrator.company,
        employee_id="E001",
        last_name="髙﨑",
        first_name="健",
        image=stored_image(),
    )
    return archive_of(
        person, "部長", "課長", actor=acting(administrator), reason="退職のため", phone="=1+1"
    )


def text(response: Any) -> str:
    body = re.sub(r"<(script|style|svg).*?</\1>|<[^>]+>", " ", response.content.decode())
    return " ".join(body.split())


def addresses(pk: int) -> list[str]:
    names = ("detail", "image", "restore", "erase", "download")
    return [LIST, *(reverse(f"archive-{name}", args=[pk]) for name in names)]


def test_X4_the_list_says_who_deleted_whom_and_until_when(
    signed_in: Client, archive: CardArchive
) -> None:
    page = text(signed_in.get(LIST))

    until = timezone.localtime(archive.expires_at)
    assert "髙﨑 健（E001） SmartHR" in page
    assert "2件 あり" in page
    assert "山田 花子（admin）" in page
    assert f"{until:%Y/%m/%d %H:%M}" in page


@pytest.mark.parametrize(("words", "found"), [("髙﨑", True), ("e001 健", True), ("鈴木", False)])
def test_X4_it_is_searched_by_name_and_id(
    signed_in: Client, archive: CardArchive, words: str, found: bool
) -> None:
    page = text(signed_in.get(LIST, {"q": words}))

    assert ("髙﨑 健（E001）" in page) is found
    assert ("該当する控えはありません。条件を変えて検索してください。" in page) is not found


def test_X4_without_any_it_says_what_it_is_for(signed_in: Client) -> None:
    page = text(signed_in.get(LIST))

    assert "控えはありません。" in page
    assert "30日間残ります" in page


def test_X4_what_is_over_is_not_there_any_more(signed_in: Client, archive: CardArchive) -> None:
    CardArchive.objects.across_companies().update(expires_at=timezone.now() - timedelta(seconds=1))

    assert "控えはありません。" in text(signed_in.get(LIST))
    for address in addresses(archive.pk)[1:]:
        assert signed_in.get(address).status_code == 404


def test_X4_the_detail_shows_cards_image_and_why(signed_in: Client, archive: CardArchive) -> None:
    response = signed_in.get(reverse("archive-detail", args=[archive.pk]))

    page = text(response)
    assert "理由 退職のため" in page
    assert "肩書き 部長" in page
    assert "肩書き 課長" in page
    assert f'src="{LIST}{archive.pk}/image/"' in response.content.decode()
    assert f'href="/settings/audit/?object=employee:{archive.employee_pk}"' in (
        response.content.decode()
    )


@pytest.mark.parametrize("make", [EmployeeFactory, ApproverFactory])
def test_X4_C3_it_is_for_administrators_alone(
    client: Client, archive: CardArchive, make: Any
) -> None:
    client.force_login(make(company=archive.company))

    for address in addresses(archive.pk):
        assert client.get(address).status_code == 403
        assert client.post(address).status_code == 403
    assert CardArchive.objects.across_companies().kept().count() == 1


def test_C1_another_companys_archive_is_not_there(client: Client, archive: CardArchive) -> None:
    client.force_login(AdministratorFactory())

    for address in addresses(archive.pk)[1:]:
        assert client.get(address).status_code == 404
    for name in ("restore", "erase"):
        answer = client.post(reverse(f"archive-{name}", args=[archive.pk]), {"way": "new"})
        assert answer.status_code == 404
    assert "髙﨑" not in text(client.get(LIST))


def test_X4_the_image_is_shown_to_them_and_its_download_noted(
    signed_in: Client, archive: CardArchive
) -> None:
    address = reverse("archive-image", args=[archive.pk])

    shown, taken = signed_in.get(address), signed_in.get(address, {"download": "1"})

    assert b"".join(shown.streaming_content) == PNG  # type: ignore[attr-defined]
    assert (shown["Content-Type"], shown["X-Content-Type-Options"]) == ("image/png", "nosniff")
    assert taken["Content-Disposition"].startswith("attachment")
    assert b"".join(taken.streaming_content) == PNG  # type: ignore[attr-defined]
    lines = AuditEntry.objects.for_company(archive.company).filter(action="downloaded")
    assert [line.changes for line in lines] == [{"archive": [None, "画像"]}]


@pytest.mark.parametrize("name", ["images/evil.svg", "images/evil.html", "images/gone.png"])
def test_X4_what_is_no_picture_of_ours_is_not_shown(
    signed_in: Client, archive: CardArchive, name: str
) -> None:
    CardArchive.objects.across_companies().update(image=name)

    assert signed_in.get(reverse("archive-image", args=[archive.pk])).status_code == 404


def test_X4_the_cards_come_in_the_layout_of_the_export(
    signed_in: Client, archive: CardArchive
) -> None:
    response = signed_in.get(reverse("archive-download", args=[archive.pk]))

    body = b"".join(response.streaming_content)  # type: ignore[attr-defined]
    rows = list(load_workbook(io.BytesIO(body)).active.values)  # type: ignore[union-attr]
    assert rows[0] == tuple(heading.label for heading in CARDS.headings)
    place = [heading.label for heading in CARDS.headings].index
    assert [(row[place("社員ID")], row[place("肩書き")]) for row in rows[1:]] == [
        ("E001", "部長"),
        ("E001", "課長"),
    ]
    assert rows[1][place("電話番号")] == "=1+1"
    line = AuditEntry.objects.for_company(archive.company).get(action="downloaded")
    assert line.changes == {"archive": [None, "名刺2件"]}


def test_X4_restoring_proposes_whom_the_archive_is_of(
    signed_in: Client, archive: CardArchive
) -> None:
    company = archive.company
    EmployeeFactory(company=company, last_name="髙﨑", first_name="健", employee_id="N001")
    EmployeeFactory(company=company, last_name="新姓", first_name="健", employee_id="E001")
    LinkedEmployeeFactory(
        company=company, smarthr_id=archive.smarthr_id, last_name="別姓", employee_id="L001"
    )
    EmployeeFactory(company=company, last_name="他人", employee_id="X001")

    page = text(signed_in.get(reverse("archive-restore", args=[archive.pk])))

    order = [page.index(why) for why in ("SmartHRの従業員が同じ", "社員IDが同じ", "氏名が同じ")]
    assert order == sorted(order)
    assert "X001" not in page
    assert [page.count(label) for label in ("社員ID 以前", "姓 名 グループ")] == [1, 1]
    assert "以前の社員ID「E001」はほかの社員が使っています。" in page


def test_X4_anybody_of_the_company_can_be_searched_for(
    signed_in: Client, archive: CardArchive
) -> None:
    EmployeeFactory(company=archive.company, last_name="他人", employee_id="X001")
    EmployeeFactory(last_name="他人", employee_id="X002")

    page = text(signed_in.get(reverse("archive-restore", args=[archive.pk]), {"q": "他人"}))

    assert "X001" in page
    assert "X002" not in page


def test_X4_onto_a_chosen_person(signed_in: Client, archive: CardArchive) -> None:
    target = EmployeeFactory(company=archive.company, last_name="鈴木", employee_id="N001")
    address = reverse("archive-restore", args=[archive.pk])

    response = signed_in.post(address, {"way": "onto", "employee": target.pk}, follow=True)

    assert response.redirect_chain == [(LIST, 302)]
    assert "名刺2件を鈴木 名（N001）に復元しました。" in text(response)
    assert BusinessCard.objects.for_company(archive.company).filter(employee=target).count() == 2


@pytest.mark.parametrize("employee", ["", "abc", "99999999", "9" * 30])
def test_X4_without_a_choice_the_page_says_so(
    signed_in: Client, archive: CardArchive, employee: str
) -> None:
    EmployeeFactory(company=archive.company, employee_id="E001")
    address = reverse("archive-restore", args=[archive.pk])

    response = signed_in.post(address, {"way": "onto", "employee": employee})

    assert response.status_code == 422
    assert text(response).count("復元先の社員を選んでください。") == 2
    assert "エラー：控えの復元" in response.content.decode()


def test_C1_a_person_of_another_company_is_no_choice(
    signed_in: Client, archive: CardArchive
) -> None:
    stranger = EmployeeFactory()
    address = reverse("archive-restore", args=[archive.pk])

    response = signed_in.post(address, {"way": "onto", "employee": stranger.pk})

    assert response.status_code == 422
    assert not BusinessCard.objects.across_companies().exists()


def new_person(company: Any, **values: Any) -> dict[str, Any]:
    group = Group.objects.for_company(company).get(is_default=True)
    return {
        "way": "new",
        "employee_id": "E001",
        "last_name": "髙﨑",
        "first_name": "健",
        "group": group.pk,
        **values,
    }


def test_X4_as_a_new_person_the_password_is_shown_once(
    signed_in: Client, archive: CardArchive
) -> None:
    address = reverse("archive-restore", args=[archive.pk])

    response = signed_in.post(address, new_person(archive.company))

    person = Employee.objects.for_company(archive.company).get(employee_id="E001")
    found = re.search(r'id="one-time-password">([^<]+)<', response.content.decode())
    assert found is not None
    assert person.check_password(found[1])
    assert "no-store" in response["Cache-Control"]
    assert signed_in.post(address, new_person(archive.company)).status_code == 404


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"employee_id": "admin"}, "この社員IDはほかの社員が使っています。"),
        ({"employee_id": "a b"}, "社員IDに使えない文字が含まれています。"),
        ({"employee_id": ""}, "社員IDを入力してください。"),
        ({"last_name": " "}, "姓を入力してください。"),
        ({"group": "0"}, "正しく選択してください"),
    ],
)
def test_X4_C5_a_wrong_value_is_told_at_its_field(
    signed_in: Client, archive: CardArchive, values: dict[str, str], problem: str
) -> None:
    address = reverse("archive-restore", args=[archive.pk])

    response = signed_in.post(address, new_person(archive.company, **values))

    assert response.status_code == 422
    assert text(response).count(problem) == 2  # in the summary and at the field
    assert CardArchive.objects.across_companies().kept().count() == 1


def test_X4_erasing_names_the_person_and_wants_a_tick(
    signed_in: Client, archive: CardArchive
) -> None:
    address = reverse("archive-erase", args=[archive.pk])

    asked, unticked = signed_in.get(address), signed_in.post(address)

    question = (
        "髙﨑 健さん（E001）の控えを消去しますか？　名刺2件と画像も消去されます。元に戻せません。"
    )
    assert question.replace("　", " ") in text(asked)
    assert unticked.status_code == 422
    assert CardArchive.objects.across_companies().kept().count() == 1

    done = signed_in.post(address, {"cards_confirmed": "1"}, follow=True)

    assert "髙﨑 健（E001）の控えを消去しました。" in text(done)
    assert not CardArchive.objects.across_companies().kept().exists()


def test_X4_number_of_queries_does_not_grow_with_the_archives(
    signed_in: Client, administrator: Employee
) -> None:
    def queries(count: int) -> int:
        for person in EmployeeFactory.create_batch(count, company=administrator.company):
            archive_of(person, "部長", actor=acting(administrator))
        signed_in.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get(LIST).status_code == 200
        return len(captured)

    assert queries(1) == queries(29)
