"""E12: the page of a run of approved deletions, in words of its own."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from companies.models import Company
from integrations.choices import Phase, RunKind, RunStatus
from integrations.models import SyncRun
from integrations.reasons import Reason
from tests.factories import (
    ActiveRunFactory,
    RunFactory,
)
from tests.integrations.views.candidates import (
    LIST,
    person,
    text_of,
    words,
)


def ended(company: Company, **values: Any) -> SyncRun:
    return RunFactory(company=company, kind=RunKind.DELETIONS, **values)


def counted(people: dict[str, int], groups: dict[str, int]) -> dict[str, dict[str, int]]:
    return {"employees": people, "departments": groups}


@pytest.mark.parametrize(
    ("people", "groups", "told"),
    [
        (
            {"deleted": 2, "unchanged": 1},
            {},
            ["3名を確認し、2名を削除しました。1名はSmartHRにいたため、残しました。"],
        ),
        ({"unchanged": 1}, {}, ["1名を確認しました。1名はSmartHRにいたため、残しました。"]),
        (
            {"deleted": 1, "skipped": 1},
            {"deleted": 3, "unchanged": 1},
            [
                "2名を確認し、1名を削除しました。"
                "1名はログインできる最後の管理者のため、残しました。",
                "グループ4件を確認し、3件を削除しました。"
                "1件はSmartHRに部署があったため、残しました。",
            ],
        ),
        ({}, {}, ["削除した社員とグループはありません。"]),
    ],
)
def test_the_run_says_what_it_did(
    signed_in: Client,
    company: Company,
    people: dict[str, int],
    groups: dict[str, int],
    told: list[str],
) -> None:
    run = ended(company, counts=counted(people, groups))

    response = signed_in.get(f"/settings/smarthr/runs/{run.pk}/")

    text = words(response)
    for sentence in told:
        assert sentence in text
    assert "<h1>承認した削除</h1>" in text_of(response)
    assert "もう一度同期" not in text
    assert f'href="{LIST}"' in text_of(response)


@pytest.mark.parametrize("status", [s for s in RunStatus if s not in ("waiting", "running")])
@pytest.mark.parametrize("code", ["", *Reason, "a_code_of_tomorrow"])
def test_every_end_can_be_shown(
    signed_in: Client, company: Company, status: RunStatus, code: str
) -> None:
    run = ended(company, status=status, error_code=code)

    text = text_of(signed_in.get(f"/settings/smarthr/runs/{run.pk}/"))

    assert "<h1>承認した削除</h1>" in text
    assert "もう一度同期してください" not in text
    assert not code or code not in text


def test_C6_the_run_says_who_was_held(signed_in: Client, company: Company) -> None:
    run = ended(
        company,
        status=RunStatus.NEEDS_CONFIRMATION,
        counts=counted({"deleted": 1, "skipped": 1}, {}),
    )
    person(company)

    response = signed_in.get(f"/settings/smarthr/runs/{run.pk}/")

    text = words(response)
    assert "ログインできる最後の管理者のため、1名を削除しませんでした。" in text
    assert "先に別の社員を管理者にしてから" in text
    assert [tab.key for tab in response.context["tabs"]] == ["deleted"]


@pytest.mark.parametrize("status", [RunStatus.FAILED, RunStatus.CANCELLED])
def test_E12_a_run_that_did_not_end_well_says_that_nobody_is_deleted(
    signed_in: Client, company: Company, status: RunStatus
) -> None:
    run = ended(company, status=status, error_code=Reason.TOKEN_REJECTED)

    text = words(signed_in.get(f"/settings/smarthr/runs/{run.pk}/"))

    assert "社員もグループも削除していません。" in text


def test_E12_a_run_that_has_deleted_never_says_that_nobody_is_deleted(
    signed_in: Client, company: Company
) -> None:
    for status in (RunStatus.FAILED, RunStatus.CANCELLED):
        for people, groups in (({"deleted": 3}, {}), ({}, {"deleted": 1})):
            run = ended(company, status=status, counts=counted(people, groups))

            text = words(signed_in.get(f"/settings/smarthr/runs/{run.pk}/"))

            assert "削除していません" not in text
            assert "もう一度承認" not in text


def test_cancelling_it_asks_in_its_own_words(signed_in: Client, company: Company) -> None:
    run = ActiveRunFactory(company=company, kind=RunKind.DELETIONS, phase=Phase.LOOKUPS)

    text = words(signed_in.get(f"/settings/smarthr/runs/{run.pk}/cancel/"))

    assert "中止すると、誰も削除しません。" in text
    assert "削除の中止" in text


def test_the_history_tells_deletions_from_syncs(signed_in: Client, company: Company) -> None:
    ended(company, counts=counted({"deleted": 2}, {"deleted": 1}))

    assert "社員の削除2名・グループの削除1件" in words(signed_in.get("/settings/smarthr/"))
