"""Every address × kind of person × own or other company (C1, C3)."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from employees.models import Employee
from tests.access.matrix import ANYBODY, BY_SECRET, MATRIX, Row
from tests.access.world import World, world
from tests.project_tree import ROOT, all_views

OPEN, LOGIN, FORBIDDEN, MISSING = "open", "login", "forbidden", "missing"
KINDS = ("anonymous", "applicant", "approver", "administrator")


def answer(row: Row, name: str, *, at: World, person: Employee | None) -> str:
    """What comes of a request for a record of the company `at`; nothing of it stays."""
    client = Client(raise_request_exception=True)
    if person is not None:
        client.force_login(person)
    arguments = dict(row.arguments)
    if row.record:
        arguments["pk"] = at.records[row.record].pk
    with transaction.atomic():
        response = getattr(client, row.method)(reverse(name, kwargs=arguments or None), row.data)
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
    if kind in row.may:
        return OPEN if is_own or not row.record else MISSING
    return LOGIN if kind == "anonymous" else FORBIDDEN


def test_every_address_has_a_row() -> None:
    names = {view.name for view in all_views()}

    assert names - MATRIX.keys() - BY_SECRET.keys() == set()
    assert (MATRIX.keys() | BY_SECRET.keys()) - names == set()
    assert all((ROOT / path).is_file() for path in BY_SECRET.values())


def test_what_a_view_says_of_itself_agrees_with_its_row() -> None:
    said_by = {
        view.name: {
            "public": 4,
            "signed_in": 3,
            "administrators_only": 1,
            "operators_only": 0,
        }.get(view.callback.access)
        for view in all_views()
        if view.name in MATRIX
    }

    assert {name: len(row.may) for name, row in MATRIX.items()} == said_by


@pytest.mark.django_db
@pytest.mark.parametrize("name", MATRIX)
def test_C1_C3_who_may_open_it(name: str) -> None:
    row, own, other = MATRIX[name], world(), world()
    found, wanted = {}, {}

    for kind in KINDS:
        person = None if kind == "anonymous" else getattr(own, kind)
        for at in (own, other):
            place = (kind, "own" if at is own else "other")
            found[place] = answer(row, name, at=at, person=person)
            wanted[place] = expected(row, kind, is_own=at is own)

    assert found == wanted


@pytest.mark.parametrize(
    ("row", "kind", "is_own", "outcome"),
    [
        (Row(ANYBODY), "anonymous", True, OPEN),
        (Row(frozenset({"administrator"})), "anonymous", True, LOGIN),
        (Row(frozenset({"administrator"})), "approver", True, FORBIDDEN),
        (Row(frozenset({"administrator"}), "run"), "approver", False, FORBIDDEN),
        (Row(frozenset({"administrator"}), "run"), "administrator", True, OPEN),
        (Row(frozenset({"administrator"}), "run"), "administrator", False, MISSING),
    ],
)
def test_what_is_expected(row: Row, kind: str, is_own: bool, outcome: str) -> None:
    assert expected(row, kind, is_own=is_own) == outcome
