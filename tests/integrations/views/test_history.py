"""すべての履歴: every run of the company, narrowed by kind and status (T6)."""

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from companies.models import Company
from integrations.choices import SYNC_KINDS, RunKind, RunStatus
from tests.factories import RunFactory, counts

PAGE = "/settings/smarthr/runs/"


def test_T6_every_run_is_found_again(signed_in: Client, company: Company) -> None:
    RunFactory.create_batch(60, company=company, counts=counts(created=1204))
    RunFactory()  # of another company

    text = signed_in.get(PAGE).content.decode()
    second = signed_in.get(PAGE, {"page": 2})

    assert "1-50 / 60件" in text
    assert "新規1,204" in text
    assert len(second.context["history"]) == 10


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, 3),
        ({"kind": "employees"}, 2),
        ({"kind": "departments"}, 1),
        ({"status": "failed"}, 1),
        ({"kind": "employees", "status": "succeeded"}, 1),
        ({"kind": "departments", "status": "failed"}, 0),
        ({"kind": "nonsense", "status": "\x00"}, 3),
    ],
)
def test_it_is_narrowed_by_kind_and_status(
    signed_in: Client, company: Company, query: dict[str, str], found: int
) -> None:
    RunFactory(company=company)
    RunFactory(company=company, status=RunStatus.FAILED)
    RunFactory(company=company, kind=RunKind.DEPARTMENTS)

    response = signed_in.get(PAGE, query)

    assert len(response.context["history"]) == found
    assert ("該当する同期はありません。" in response.content.decode()) == (found == 0)


def test_nothing_was_run_yet(signed_in: Client) -> None:
    assert "同期はまだ実行していません。" in signed_in.get(PAGE).content.decode()


@pytest.mark.parametrize("kind", [kind for kind in RunKind if kind not in SYNC_KINDS])
def test_run_that_counts_no_records_shows_no_counts(
    signed_in: Client, company: Company, kind: RunKind
) -> None:
    RunFactory(company=company, kind=kind)

    text = signed_in.get(PAGE).content.decode()

    assert kind.label in text
    assert "新規0" not in text


@pytest.mark.parametrize("runs", [1, 30])
def test_number_of_queries_does_not_grow(
    signed_in: Client,
    company: Company,
    runs: int,
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    RunFactory.create_batch(runs, company=company)

    with django_assert_max_num_queries(10):
        signed_in.get(PAGE)
