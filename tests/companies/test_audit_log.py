"""X6: the audit log is narrowed, read page by page and put into words."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from companies.audit import Actor
from companies.audit import person as acting
from companies.audit_log import COUNTED, PAGE_SIZE, AuditFilter, page_of
from companies.models import ActorKind, AuditAction, Company
from employees.models import Employee, FormerEmployeeId
from tests.companies.audit_lines import FILE, LOG, line, lines_of, text
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    GroupFactory,
    LinkedEmployeeFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db


def found(company: Company, **query: str) -> list[str]:
    page = page_of(company, AuditFilter.from_query(query), before="", after="")
    return [entry.object_label for entry in page.entries]


def test_X6_a_line_says_who_changed_what(signed_in: Client, administrator: Employee) -> None:
    person = LinkedEmployeeFactory(
        company=administrator.company, last_name="鈴木", first_name="花子", employee_id="00027"
    )
    line(
        administrator.company,
        actor=acting(administrator),
        pk=person.pk,
        changes={"last_name": ("佐藤", "鈴木"), "role": ("applicant", "approver")},
        reason="改姓のため",
    )

    page = text(signed_in.get(LOG))

    assert "山田 花子（admin）" in page
    assert "社員 佐藤 花子（00027） SmartHR" in page
    assert "姓 変更前 佐藤 → 変更後 鈴木" in page
    assert "権限 変更前 申請者 → 変更後 承認者" in page
    assert "理由：改姓のため" in page


@pytest.mark.parametrize(
    ("action", "changes", "words", "not_words"),
    [
        ("created", {"employee_id": (None, "1"), "email": (None, "a@b.jp")}, "a@b.jp", "→ 変更後"),
        ("created", {"email": (None, "")}, "作成", "メールアドレス"),
        ("deleted", {"employee_id": ("x", None)}, "削除", "社員ID 変更前"),
        ("configured", {"token": (None, "変更")}, "アクセストークンを変更", "なし"),
        ("restored", {"restored_cards": (None, 3)}, "復元した名刺（件） 変更後 3", "なし"),
    ],
)
def test_X6_new_and_gone_records_and_secrets_in_few_words(
    signed_in: Client, company: Company, action: str, changes: Any, words: str, not_words: str
) -> None:
    kind = "integration" if "token" in changes else "employee"
    line(company, action=AuditAction(action), kind=kind, changes=changes)

    page = text(signed_in.get(LOG))
    table = page.partition("変更前 → 変更後")[2].partition("削除した社員の氏名")[0]

    assert words in table
    assert not_words not in table


def test_X6_a_long_value_is_cut_and_there_in_full(signed_in: Client, company: Company) -> None:
    name = "営" * 200
    line(company, kind="group", label="本社", changes={"name": ("本社", name)})

    body = signed_in.get(LOG).content.decode()

    assert f"{'営' * 80}…</ins>" in body
    assert f"<p>変更後：{name}</p></details>" in body
    assert "変更前：" not in body


def test_X6_what_is_there_still_is_linked(signed_in: Client, administrator: Employee) -> None:
    company = administrator.company
    run = RunFactory(company=company)
    stranger = RunFactory()
    line(company, actor=Actor(ActorKind.SYNC, f"同期 #{run.pk}", run.pk))
    line(company, actor=Actor(ActorKind.SYNC, f"同期 #{stranger.pk}", stranger.pk))

    body = signed_in.get(LOG).content.decode()

    assert f'href="/settings/smarthr/runs/{run.pk}/"' in body
    assert f'href="/settings/smarthr/runs/{stranger.pk}/"' not in body  # C1


def test_X6_markup_in_a_name_is_text(signed_in: Client, company: Company) -> None:
    line(company, label="<script>alert(1)</script>", changes={"last_name": ("<b>", "</del>")})

    body = signed_in.get(LOG).content.decode()

    assert "<script>alert" not in body
    assert "&lt;b&gt;" in body


@pytest.mark.parametrize(
    ("query", "labels"),
    [
        ({}, ["d", "c", "b", "a"]),
        ({"kind": "sync"}, ["b"]),
        ({"type": "group"}, ["c"]),
        ({"action": "created"}, ["d"]),
        ({"object": "group:7"}, ["c"]),
        ({"actor": "sync:128"}, ["b"]),
        ({"since": "2026-03-02", "until": "2026-03-03"}, ["c", "b"]),
        ({"until": "2026-03-01"}, ["a"]),
        ({"kind": "sync", "type": "group"}, []),
        ({"kind": "x", "type": "y", "action": "z", "object": "w:1", "actor": "1"}, list("dcba")),
    ],
)
def test_X6_the_log_is_narrowed(company: Company, query: dict[str, str], labels: list[str]) -> None:
    day = datetime(2026, 3, 1, tzinfo=timezone.get_current_timezone())
    last_moment = timedelta(hours=23, minutes=59, seconds=59)
    line(company, label="a", at=day + last_moment)
    line(company, label="b", actor=Actor(ActorKind.SYNC, "s", 128), at=day + timedelta(days=1))
    line(company, label="c", kind="group", pk=7, at=day + timedelta(days=2) + last_moment)
    line(company, label="d", action=AuditAction.CREATED, at=day + timedelta(days=3))
    line(EmployeeFactory().company, label="stranger")

    assert found(company, **query) == labels


def test_X6_people_are_found_by_present_and_former_names(company: Company) -> None:
    person = EmployeeFactory(company=company, last_name="鈴木", employee_id="N001")
    FormerEmployeeId.objects.create(
        company=company, employee=person, former_id="OLD-1", left_at=timezone.now()
    )
    other = EmployeeFactory(company=company, last_name="高橋", employee_id="N002")
    group = GroupFactory(company=company, name="鈴木チーム")
    line(company, pk=person.pk, label="at that time called 佐藤")
    line(company, pk=other.pk, actor=acting(person), label="by her")
    line(company, pk=group.pk, kind="group", label="the group")
    line(company, pk=999_999, action=AuditAction.DELETED, label="鈴木 一郎（X1）")
    line(company, pk=999_999, label="before he went")
    line(company, pk=other.pk, label="another")

    about_her = ["by her", "at that time called 佐藤"]
    assert found(company, q="鈴木") == [
        "before he went",
        "鈴木 一郎（X1）",
        "the group",
        *about_her,
    ]
    assert found(company, q="n001") == about_her
    assert found(company, q="old-1") == about_her
    assert found(company, q="鈴木 x1") == ["before he went", "鈴木 一郎（X1）"]
    assert found(company, by="鈴木") == ["by her"]
    assert found(company, q="無名") == []


def test_X6_a_word_that_fits_very_many_people_finds_them_all(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("companies.audit_log.NAMED", 2)
    people = EmployeeFactory.create_batch(4, company=company, last_name="佐藤")
    for person in people:
        line(company, pk=person.pk, label=person.employee_id)

    assert found(company, q="佐藤") == [person.employee_id for person in reversed(people)]


def test_X6_pages_follow_each_other_without_gap_or_double(
    signed_in: Client, company: Company
) -> None:
    moment = timezone.now()
    for number in range(125):  # many at the same moment
        line(company, label=f"n{number}", at=moment - timedelta(hours=number // 30))
    expected = [f"n{i}" for i in sorted(range(125), key=lambda i: (i // 30, -i))]

    def follow(address: str, words: str) -> list[list[str]]:
        pages = []
        while address:
            body = signed_in.get(address).content.decode()
            pages.append(re.findall(r"<(?:span|a [^>]*)>(n\d+)<", body))
            link = re.search(rf'<a class="btn" href="([^"]+)" rel="{words}"', body)
            address = f"{LOG}{link[1].replace('&amp;', '&')}" if link else ""
            last.append(body)
        return pages

    last: list[str] = []
    down = follow(f"{LOG}?type=employee", "next")
    assert [len(page) for page in down] == [50, 50, 25]
    assert [label for page in down for label in page] == expected

    link = re.search(r'href="([^"]+)" rel="prev"', last[-1])
    assert link is not None
    up = follow(f"{LOG}{link[1].replace('&amp;', '&')}", "prev")
    assert up == [down[1], down[0]]


def test_X6_what_is_too_much_to_count_is_not_counted(
    signed_in: Client, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(4):
        line(company, label=f"n{number}")
    assert " 4件 " in text(signed_in.get(LOG))

    monkeypatch.setattr("companies.audit_log.COUNTED", 3)
    monkeypatch.setattr("companies.views.audit.COUNTED", 3)

    assert "3件以上" in text(signed_in.get(LOG))
    assert (COUNTED, PAGE_SIZE) == (1000, 50)


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ({}, "記録はまだありません。"),
        ({"q": "無名"}, "該当する記録はありません。条件を変えて検索してください。"),
        ({"object": "employee:5"}, "該当する記録はありません。"),
    ],
)
def test_X6_an_empty_log_says_why(signed_in: Client, query: dict[str, str], words: str) -> None:
    assert words in text(signed_in.get(LOG, query))


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ({"since": "2026/04/01"}, "日付を「2026-04-01」の形で入力してください。"),
        ({"until": "2026-02-31"}, "日付を「2026-04-01」の形で入力してください。"),
        ({"since": "0001-01-01"}, "日付を「2026-04-01」の形で入力してください。"),
        (
            {"since": "2026-04-02", "until": "2026-04-01"},
            "期間の開始日が終了日より後になっています。",
        ),
    ],
)
def test_X6_a_wrong_period_is_told_twice(
    signed_in: Client, query: dict[str, str], problem: str
) -> None:
    response = signed_in.get(LOG, query)

    assert response.status_code == 422
    assert text(response).count(problem) == 2
    assert "エラー：監査ログ" in response.content.decode()
    assert signed_in.get(FILE, query)["Location"] == LOG


@pytest.mark.parametrize("place", ["x", "-1", "9" * 40, "²", "999999"])
def test_X6_a_place_that_is_none_is_the_beginning(
    signed_in: Client, company: Company, place: str
) -> None:
    line(company, label="only")

    for name in ("before", "after"):
        assert "only" in text(signed_in.get(LOG, {name: place}))


def test_X6_the_page_of_one_record_says_whose_it_is(signed_in: Client, company: Company) -> None:
    line(company, pk=5, label="佐藤 花子（00027）")
    line(company, pk=6, label="another")

    page = text(signed_in.get(LOG, {"object": "employee:5"}))

    assert "佐藤 花子（00027） の記録だけを表示しています。" in page
    assert "another" not in page


@pytest.mark.parametrize("make", [EmployeeFactory, ApproverFactory])
def test_X6_C3_it_is_for_administrators_alone(client: Client, company: Company, make: Any) -> None:
    line(company)
    client.force_login(make(company=company))

    assert [client.get(address).status_code for address in (LOG, FILE)] == [403, 403]


def test_C1_nothing_of_another_company_is_shown(client: Client, company: Company) -> None:
    entry = line(company, label="secret")
    client.force_login(AdministratorFactory())

    for query in ({}, {"q": "secret"}, {"object": "employee:1"}, {"before": str(entry.pk)}):
        assert "secret" not in text(client.get(LOG, query))
        assert "secret" not in lines_of(client.get(FILE, query))[-1]


def test_X6_number_of_queries_does_not_grow_with_the_lines(
    signed_in: Client, administrator: Employee
) -> None:
    company = administrator.company

    def add(count: int) -> None:
        for person in EmployeeFactory.create_batch(count, company=company):
            line(company, pk=person.pk, actor=acting(person), label=person.label)
            group = GroupFactory(company=company)
            line(company, kind="group", pk=group.pk, label=group.name)

    def queries() -> int:
        signed_in.get(LOG)
        with CaptureQueriesContext(connection) as captured:
            assert signed_in.get(LOG).status_code == 200
        return len(captured)

    add(1)
    few = queries()
    add(29)
    assert queries() == few
