"""E12, G4: the pages that ask before candidates are deleted or kept, and what follows."""

from __future__ import annotations

from collections.abc import Iterator
from unittest import mock

import pytest
from celery import current_app
from django.test import Client
from pytest_django import DjangoCaptureOnCommitCallbacks

from companies.models import AuditEntry, Company
from employees.models import Employee
from integrations.choices import CandidateStatus, RunKind, Trigger
from integrations.models import DeletionCandidate, SmartHRIntegration, SyncRun
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    ApproverFactory,
    BusinessCardFactory,
    EmployeeFactory,
    GroupCandidateFactory,
    GroupFactory,
    PersonCandidateFactory,
)
from tests.integrations.views.candidates import (
    APPROVE,
    KEEP,
    LIST,
    UNTICKED,
    answered,
    chosen,
    label,
    person,
    text_of,
    words,
)


@pytest.fixture(autouse=True)
def queue() -> Iterator[mock.Mock]:
    """What is handed to the workers; nobody works in these tests."""
    with mock.patch.object(current_app, "send_task") as send_task:
        yield send_task


# --- asking --------------------------------------------------------------------------------


def test_it_asks_with_names_and_numbers(signed_in: Client, company: Company) -> None:
    first, second, _ = (person(company, cards=number) for number in (2, 3, 4))

    response = signed_in.get(APPROVE, chosen("people", [first.pk, second.pk]))

    text = words(response)
    assert response.status_code == 200
    assert (
        "SmartHRにいない社員2名と名刺5件を削除しますか？　元に戻せません。"
        "SmartHRをもう一度確認し、見つかった社員は削除しません。"
    ) in text
    assert label(first) in text
    assert label(second) in text
    assert "名刺5件も削除されることを確認しました" in text
    assert "2名を削除" in text
    assert "名刺リストをエクスポート（バックアップ）" in text
    assert UNTICKED not in text
    assert "checked" not in text_of(response)


def test_without_cards_there_is_nothing_to_tick(signed_in: Client, company: Company) -> None:
    waiting = person(company)

    asked = text_of(signed_in.get(APPROVE, chosen("people", waiting.pk)))
    done = answered(signed_in, APPROVE, waiting, cards_confirmed=None)

    assert "SmartHRにいない社員1名を削除しますか？" in asked
    assert "checkbox" not in asked
    assert done.status_code == 302


def test_unticked_it_asks_again(signed_in: Client, company: Company) -> None:
    waiting = person(company, cards=1)

    response = answered(signed_in, APPROVE, waiting, cards_confirmed=None)

    text = text_of(response)
    assert response.status_code == 422
    assert text.count(UNTICKED) == 2  # above the title, with a link, and at the box
    assert 'href="#cards-confirmed"' in text
    assert "<title>エラー：削除の承認" in text
    assert not SyncRun.objects.for_company(company).exists()


def test_a_person_is_told_that_they_are_among_them(
    signed_in: Client, company: Company, administrator: Employee
) -> None:
    Employee.objects.for_company(company).filter(pk=administrator.pk).update(
        smarthr_id="6b1e5d8e-64a1-4f6e-9a55-1a3a36c53c6d"
    )
    administrator.refresh_from_db()
    me, other = person(company, employee=administrator), person(company)

    warning = "あなた自身が含まれています。"

    assert warning in text_of(signed_in.get(APPROVE, chosen("people", me.pk)))
    assert warning not in text_of(signed_in.get(APPROVE, chosen("people", other.pk)))


def test_groups_have_a_question_of_their_own(signed_in: Client, company: Company) -> None:
    waiting = GroupCandidateFactory(company=company, group__name="名古屋支店")
    EmployeeFactory.create_batch(6, company=company, group=waiting.group)

    asked = words(signed_in.get(APPROVE, chosen("groups", waiting.pk)))
    done = answered(signed_in, APPROVE, tab="groups", chosen=str(waiting.pk), cards_confirmed=None)

    assert (
        "SmartHRに部署がないグループ1件を削除しますか？　元に戻せません。"
        "社員6名はグループ1に移ります。下位のグループが残るときは、上位のグループに移ります。"
        "社員と名刺は削除しません。"
    ) in asked
    assert "名古屋支店" in asked
    assert "1件を削除" in asked
    assert done.status_code == 302
    waiting.refresh_from_db()
    assert waiting.approval is not None


def test_G4_groups_of_one_name_are_told_apart_by_their_place(
    signed_in: Client, company: Company
) -> None:
    top = GroupFactory(company=company, name="本社")
    divisions = [GroupFactory(company=company, name=name, parent=top) for name in ("東", "西")]
    sections = [GroupFactory(company=company, name="営業部", parent=one) for one in divisions]
    waiting = [
        GroupCandidateFactory(company=company, group__name="二課", group__parent=one)
        for one in sections
    ]

    listed = words(signed_in.get(LIST, {"tab": "groups"}))
    asked = words(signed_in.get(APPROVE, chosen("groups", [row.pk for row in waiting])))

    for text in (listed, asked):
        assert "本社/東/営業部/二課" in text
        assert "本社/西/営業部/二課" in text


# --- approving -----------------------------------------------------------------------------


def test_E12_approval_starts_a_run_and_leads_to_it(
    signed_in: Client,
    company: Company,
    administrator: Employee,
    queue: mock.Mock,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    waiting, other = person(company, cards=1), person(company)

    with django_capture_on_commit_callbacks(execute=True):
        response = answered(signed_in, APPROVE, waiting)

    run = SyncRun.objects.for_company(company).get()
    assert response["Location"] == f"/settings/smarthr/runs/{run.pk}/"
    assert (run.kind, run.trigger, run.started_by, run.options) == (
        RunKind.DELETIONS,
        Trigger.SCREEN,
        administrator,
        {"approved": 1},
    )
    queue.assert_called_once_with("integrations.work_on_run", args=[run.pk])
    for row in (waiting, other):
        row.refresh_from_db()
    assert (waiting.approval, other.approval) == (run, None)
    page = words(signed_in.get(response["Location"]))
    assert "1名の削除を受け付けました。" in page
    assert "承認した削除 " in page
    assert "同期" not in page.split("承認した削除", 1)[1]
    started = AuditEntry.objects.for_company(company).get(action="started")
    assert (started.actor_id, started.object_id) == (administrator.pk, run.pk)


def test_E12_a_dismissed_one_can_still_be_deleted(signed_in: Client, company: Company) -> None:
    kept = person(company, status=CandidateStatus.DISMISSED)

    response = answered(signed_in, APPROVE, kept, tab="kept")

    kept.refresh_from_db()
    assert (response.status_code, kept.approval is not None) == (302, True)


def test_T6_beside_a_sync_it_says_so_and_keeps_the_choice(
    signed_in: Client, company: Company
) -> None:
    waiting = person(company, cards=1)
    run = ActiveRunFactory(company=company)

    asked = words(signed_in.get(APPROVE, chosen("people", waiting.pk)))
    response = answered(signed_in, APPROVE, waiting)

    text = text_of(response)
    assert "すでに同期を実行中です。" in asked
    assert response.status_code == 422
    assert "すでに同期を実行中です。まだ何も削除していません。" in text
    assert f'href="/settings/smarthr/runs/{run.pk}/"' in text
    assert f'name="chosen" value="{waiting.pk}"' in text
    waiting.refresh_from_db()
    assert (waiting.approval, SyncRun.objects.for_company(company).count()) == (None, 1)


def test_T6_a_second_press_shows_the_run_of_the_first(signed_in: Client, company: Company) -> None:
    waiting = person(company)
    answered(signed_in, APPROVE, waiting)

    response = answered(signed_in, APPROVE, waiting)

    run = SyncRun.objects.for_company(company).get()
    assert response["Location"] == f"/settings/smarthr/runs/{run.pk}/"
    assert "すでに削除を実行中です。" in text_of(signed_in.get(response["Location"]))


def test_without_a_connection_it_says_what_is_missing(signed_in: Client, company: Company) -> None:
    SmartHRIntegration.objects.for_company(company).update(subdomain="")
    waiting = person(company)

    response = answered(signed_in, APPROVE, waiting)

    assert response.status_code == 422
    assert "先に「接続」を設定してください。" in text_of(response)


@pytest.mark.parametrize("address", [APPROVE, KEEP])
def test_nothing_is_chosen(signed_in: Client, company: Company, address: str) -> None:
    person(company)

    response = signed_in.get(address, {"tab": "people", "page": "3"}, follow=True)

    assert response.redirect_chain == [(f"{LIST}?tab=people&page=3", 302)]
    assert "社員を選び、もう一度押してください。" in text_of(response)


@pytest.mark.parametrize("key", ["", "x", "-1", "٣", "9" * 23, "9" * 5000, "1' OR 1=1"])
def test_odd_choices_are_nobody(signed_in: Client, company: Company, key: str) -> None:
    person(company)

    for address in (APPROVE, KEEP):
        assert signed_in.get(address, chosen("people", key)).status_code == 302
        assert signed_in.post(address, {"tab": "people", "chosen": key}).status_code == 302
    assert not SyncRun.objects.for_company(company).exists()


# --- somebody else decided meanwhile --------------------------------------------------------


@pytest.mark.parametrize("address", [APPROVE, KEEP])
def test_what_was_decided_meanwhile_is_explained(
    signed_in: Client, company: Company, address: str
) -> None:
    first, second, third = (person(company) for _ in range(3))
    DeletionCandidate.objects.for_company(company).filter(pk=first.pk).update(
        status=CandidateStatus.DISMISSED
    )
    DeletionCandidate.objects.for_company(company).filter(pk=second.pk).delete()
    told = "選んだ3名のうち2名は、ほかの人がすでに確認したため、対象から外しました。"

    asked = signed_in.get(address, chosen("people", [first.pk, second.pk, third.pk]))
    response = signed_in.post(
        address,
        {"tab": "people", "chosen": f"{first.pk},{second.pk},{third.pk}", "along": "0"},
    )

    for page in (asked, response):
        assert told in text_of(page)
        assert page.context["chosen"].keys == [third.pk]
    assert (asked.status_code, response.status_code) == (200, 422)
    third.refresh_from_db()
    assert (third.status, third.approval) == (CandidateStatus.PENDING, None)


@pytest.mark.parametrize("address", [APPROVE, KEEP])
def test_where_all_were_decided_meanwhile_it_leads_back(
    signed_in: Client, company: Company, address: str
) -> None:
    waiting = person(company, status=CandidateStatus.DISMISSED)

    response = signed_in.post(address, {"tab": "people", "chosen": waiting.pk}, follow=True)

    assert response.redirect_chain == [(f"{LIST}?tab=people", 302)]
    assert "選んだ社員は、ほかの人がすでに確認しました。" in text_of(response)


def test_cards_that_came_meanwhile_are_asked_about(signed_in: Client, company: Company) -> None:
    waiting = person(company, cards=1)
    BusinessCardFactory(employee=waiting.employee)

    response = answered(signed_in, APPROVE, waiting, along="1")

    assert response.status_code == 422
    assert "名刺の件数が変わりました。" in text_of(response)
    assert "名刺2件も削除されることを確認しました" in text_of(response)


# --- keeping -------------------------------------------------------------------------------


def test_E12_those_kept_are_not_asked_about_again(
    signed_in: Client, company: Company, administrator: Employee
) -> None:
    first, second, other = person(company, cards=2), person(company), person(company)

    asked = words(signed_in.get(KEEP, chosen("people", [first.pk, second.pk])))
    response = signed_in.post(
        KEEP, {"tab": "people", "chosen": f"{first.pk},{second.pk}"}, follow=True
    )

    assert "2名を残しますか？　今後の同期では確認しません。社員と名刺はそのまま残ります。" in asked
    assert response.redirect_chain == [(f"{LIST}?tab=people", 302)]
    assert "2名を残しました。今後の同期では確認しません。" in text_of(response)
    rows = DeletionCandidate.objects.for_company(company)
    assert set(rows.pending()) == {other}
    entries = AuditEntry.objects.for_company(company).filter(action="dismissed")
    assert {(entry.actor_id, entry.object_label) for entry in entries} == {
        (administrator.pk, label(first)),
        (administrator.pk, label(second)),
    }


def test_G4_groups_are_kept_with_words_of_their_own(signed_in: Client, company: Company) -> None:
    waiting = GroupCandidateFactory(company=company)

    asked = words(signed_in.get(KEEP, chosen("groups", waiting.pk)))
    signed_in.post(KEEP, {"tab": "groups", "chosen": waiting.pk})

    assert "1件を残しますか？" in asked
    assert "グループと所属する社員はそのまま残ります。" in asked
    waiting.refresh_from_db()
    assert waiting.status == CandidateStatus.DISMISSED


# --- who may -------------------------------------------------------------------------------


@pytest.mark.parametrize("address", [LIST, APPROVE, KEEP])
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
@pytest.mark.django_db
def test_C3_others_decide_nothing(
    client: Client, address: str, factory: type[EmployeeFactory]
) -> None:
    waiting = PersonCandidateFactory()
    client.force_login(factory(company=waiting.company))

    assert client.get(address, {"pk": waiting.pk}).status_code == 403
    assert client.post(address, {"chosen": waiting.pk}).status_code == 403
    waiting.refresh_from_db()
    assert (waiting.status, waiting.approval) == (CandidateStatus.PENDING, None)


@pytest.mark.django_db
def test_C1_candidates_of_another_company_are_nobody(client: Client) -> None:
    foreign = person(AdministratorFactory().company, cards=1)
    client.force_login(AdministratorFactory())

    pages = [
        client.get(LIST),
        client.get(APPROVE, chosen("people", foreign.pk), follow=True),
        client.get(KEEP, chosen("people", foreign.pk), follow=True),
        client.post(
            APPROVE,
            {"tab": "people", "chosen": foreign.pk, "along": 1, "cards_confirmed": 1},
            follow=True,
        ),
        client.post(KEEP, {"tab": "people", "chosen": foreign.pk}, follow=True),
    ]

    foreign.refresh_from_db()
    assert (foreign.status, foreign.approval) == (CandidateStatus.PENDING, None)
    assert all(label(foreign) not in text_of(page) for page in pages)
    assert not SyncRun.objects.across_companies().exists()


def test_no_browser_keeps_these_pages(signed_in: Client, company: Company) -> None:
    waiting = person(company)

    for address in (LIST, APPROVE, KEEP):
        page = signed_in.get(address, chosen("people", waiting.pk))
        assert "no-store" in page["Cache-Control"]
