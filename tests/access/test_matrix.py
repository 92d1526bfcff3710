"""Every address × kind of person × own or other company (C1, C3)."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from companies.access import support_may
from employees.models import Employee
from tests.access.matrix import ANYBODY, BY_SECRET, CALLED, MATRIX, OF_THEIR_OWN, STAFF, Row
from tests.access.world import World, world
from tests.factories import AdministratorFactory, CompanyFactory, IntegrationFactory
from tests.project_tree import ROOT, all_views

OPEN, LOGIN, FORBIDDEN, MISSING = "open", "login", "forbidden", "missing"
KINDS = ("anonymous", "applicant", "approver", "administrator", "support", "staff")
ALL = {**MATRIX, **OF_THEIR_OWN}


def operators_staff() -> Employee:
    integration = IntegrationFactory(company=CompanyFactory(is_operator=True), subdomain="")
    return AdministratorFactory(company=integration.company)


def browser(kind: str, own: World, staff: Employee) -> Client:
    client = Client()
    if kind == "anonymous":
        return client
    client.force_login(staff if kind in {"staff", "support"} else getattr(own, kind))
    if kind == "support":
        visit = {"reason": "問い合わせ0123の調査のため"}
        entered = client.post(reverse("operator-visit", args=[own.company.pk]), visit)
        assert entered.status_code == 302
    return client


def answer(client: Client, row: Row, name: str, *, at: World) -> str:
    """What comes of a request for a record of the company `at`; nothing of it stays."""
    arguments, data = dict(row.arguments), dict(row.data)
    if row.record:
        place = data if row.key else arguments
        place[row.key or "pk"] = at.records[row.record].pk
    with transaction.atomic():
        response = getattr(client, row.method)(reverse(name, kwargs=arguments or None), data)
        transaction.set_rollback(True)
    for closer in response._resource_closers:  # the file of a download
        closer()
    return said(response)


def said(response: Any) -> str:
    if response.status_code == 302 and response["Location"].startswith("/login/?next="):
        return LOGIN
    if response.status_code in (403, 404):
        return {403: FORBIDDEN, 404: MISSING}[response.status_code]
    # 422: the form is not filled in; 503: /readyz, where no worker lives.
    assert response.status_code in (200, 204, 302, 303, 409, 422, 503), response.status_code
    return OPEN


def expected(row: Row, kind: str, *, is_own: bool) -> str:
    if kind == "anonymous" and kind not in row.may:
        return LOGIN
    if kind == "support":
        may = row.support_may
    else:
        # The operator's staff is 管理者 in a company of its own, neither of these two.
        may = kind in row.may or (kind == "staff" and "administrator" in row.may)
    if not may:
        return FORBIDDEN
    is_seen = not row.record or row.may == STAFF or (is_own and kind != "staff")
    return OPEN if is_seen else MISSING


def test_every_address_has_a_row() -> None:
    names = {view.name for view in all_views()}

    assert names - ALL.keys() - BY_SECRET.keys() == set()
    assert (ALL.keys() | BY_SECRET.keys()) - names == set()
    assert all((ROOT / path).is_file() for path in BY_SECRET.values())


def test_what_a_view_says_of_itself_agrees_with_its_row() -> None:
    said_by = {
        view.name: (
            CALLED[view.callback.access],
            support_may(view.callback, ALL[view.name].method.upper()),
        )
        for view in all_views()
        if view.name in ALL
    }

    assert {name: (row.may, row.support_may) for name, row in ALL.items()} == said_by


@pytest.mark.django_db
@pytest.mark.parametrize("name", MATRIX)
def test_C1_C3_X11_who_may_open_it(name: str) -> None:
    row, own, other = MATRIX[name], world(), world()
    staff = operators_staff()
    found, wanted = {}, {}

    for kind in KINDS:
        client = browser(kind, own, staff)
        for at in (own, other):
            place = (kind, "own" if at is own else "other")
            found[place] = answer(client, row, name, at=at)
            wanted[place] = expected(row, kind, is_own=at is own)

    assert found == wanted


@pytest.mark.django_db
@pytest.mark.parametrize("name", OF_THEIR_OWN)
def test_C1_C3_everybody_opens_what_is_their_own(name: str) -> None:
    row, own, other = OF_THEIR_OWN[name], world(), world()
    whose = {"card": "applicants_card", "person": "applicant"}[row.record]
    mine = replace(row, record=whose)
    staff = operators_staff()

    found = {
        kind: [
            answer(browser(kind, own, staff), asked, name, at=at)
            for asked, at in ((mine, own), (row, own), (row, other))
        ]
        for kind in KINDS
    }

    support = [OPEN, OPEN, MISSING] if row.support else [FORBIDDEN] * 3
    assert found == {
        "anonymous": [LOGIN] * 3,
        "applicant": [OPEN, MISSING, MISSING],
        "approver": [MISSING] * 3,
        "administrator": [OPEN, OPEN, MISSING],
        "support": support,
        "staff": [MISSING] * 3,
    }


@pytest.mark.parametrize(
    ("row", "kind", "is_own", "outcome"),
    [
        (Row(ANYBODY), "anonymous", True, OPEN),
        (Row(frozenset({"administrator"})), "anonymous", True, LOGIN),
        (Row(frozenset({"administrator"})), "approver", True, FORBIDDEN),
        (Row(frozenset({"administrator"}), "run"), "approver", False, FORBIDDEN),
        (Row(frozenset({"administrator"}), "run"), "administrator", True, OPEN),
        (Row(frozenset({"administrator"}), "run"), "administrator", False, MISSING),
        (Row(frozenset({"administrator"}), "run"), "support", True, OPEN),
        (Row(frozenset({"administrator"}), "run"), "support", False, MISSING),
        (Row(frozenset({"administrator"}), "run", "post"), "support", True, FORBIDDEN),
        (Row(frozenset({"administrator"}), "run"), "staff", True, MISSING),
        (Row(frozenset({"administrator"})), "staff", True, OPEN),
        (Row(STAFF, "company"), "staff", False, OPEN),
        (Row(STAFF, "company"), "administrator", True, FORBIDDEN),
    ],
)
def test_what_is_expected(row: Row, kind: str, is_own: bool, outcome: str) -> None:
    assert expected(row, kind, is_own=is_own) == outcome
