"""A visit can change nothing, at whatever address: all of them are tried (X11)."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.core.serializers import serialize
from django.db import transaction
from django.test import Client
from django.urls import reverse

from companies.access import support_may
from companies.models import AuditEntry
from employees.models import Employee
from tests.access.matrix import BY_SECRET, MATRIX, OF_THEIR_OWN
from tests.access.world import World, world
from tests.cards.archives import archive_of, stored_image
from tests.factories import GroupCandidateFactory, LinkedEmployeeFactory
from tests.operators.steps import REASON, path
from tests.project_tree import all_views

UNSAFE = ("post", "put", "patch", "delete")
# The buttons of X11, and the ways out.
BUTTONS = {"smarthr-check", "smarthr-preview", "operator-visit-end", "logout"}
ALL = {**MATRIX, **OF_THEIR_OWN}
# Downloads, and what is a person's own or the operator's: not even to be read. Which these are,
# tests/access/test_matrix.py holds to its table.
CLOSED = {
    view.name for view in all_views() if view.name in ALL and not support_may(view.callback, "GET")
}
# What a visit may write: its lines in the log, the session, and how fast a token may ask.
WRITTEN = {"companies.AuditEntry", "sessions.Session", "integrations.TokenPace"}


@pytest.fixture
def visited(staff: Employee) -> World:
    return world()


@pytest.fixture
def guest(desk: Client, visited: World) -> Client:
    desk.post(path(visited.company, "visit/"), {"reason": REASON})
    return desk


def address(name: str, visited: World) -> str:
    row = ALL[name]
    arguments, key = dict(row.arguments), None
    if row.record:
        key = visited.records[row.record].pk
    if key is not None and not row.key:
        arguments["pk"] = key
    query = f"?{row.key}={key}" if row.key else ""
    return reverse(name, kwargs=arguments or None) + query


def state() -> dict[str, str]:
    """Model -> a mark of all its rows."""
    return {
        model._meta.label: hashlib.sha256(
            serialize("json", model._default_manager.order_by("pk")).encode()
        ).hexdigest()
        for model in apps.get_models()
        if model._meta.managed and model._meta.label not in WRITTEN
    }


def changed(before: dict[str, str]) -> list[str]:
    after = state()
    return [label for label in before if before[label] != after[label]]


def closed(response: Any) -> None:
    for closer in response._resource_closers:
        closer()


def asks(guest: Client, visited: World, name: str) -> Iterator[tuple[str, int]]:
    row = ALL[name]
    for method in UNSAFE:
        with transaction.atomic():
            response = getattr(guest, method)(address(name, visited), row.data)
        closed(response)
        yield method, response.status_code


@pytest.mark.parametrize("name", [name for name in ALL if name not in BUTTONS])
def test_X11_no_address_takes_a_change(guest: Client, visited: World, name: str) -> None:
    before = state()

    found = dict(asks(guest, visited, name))

    assert set(found.values()) <= {403, 405}, found
    assert found["post"] == 403
    assert changed(before) == []


@pytest.mark.parametrize("name", ALL)
def test_X11_looking_writes_nothing(guest: Client, visited: World, name: str) -> None:
    before = state()

    response = guest.get(address(name, visited))
    closed(response)

    expected = {403} if name in CLOSED else {200, 204, 302, 405, 503}
    assert response.status_code in (expected | {403, 405} if name in BUTTONS else expected)
    assert changed(before) == []


@pytest.mark.parametrize("name", sorted(BUTTONS))
def test_X11_the_buttons_are_there(guest: Client, visited: World, name: str) -> None:
    assert guest.post(address(name, visited)).status_code in (200, 302)


@pytest.mark.parametrize("tab", ["people", "groups"])
@pytest.mark.parametrize("act", ["approve", "keep"])
def test_X11_a_question_is_shown_and_not_answered(
    guest: Client, visited: World, act: str, tab: str
) -> None:
    GroupCandidateFactory(company=visited.company)
    before = state()
    address = f"/settings/smarthr/deletions/{act}/"

    shown = guest.get(f"{address}?tab={tab}&all=1")
    answered = guest.post(address, {"tab": tab, "chosen": "1"})

    assert (shown.status_code, answered.status_code) == (200, 403)
    assert changed(before) == []


def test_X11_what_brings_a_secret_of_its_own_takes_no_change_either(guest: Client) -> None:
    """A link from a mail; SmartHR's webhook asks for neither session nor person."""
    before = state()

    assert guest.post("/notifications/some-token/").status_code == 403
    assert guest.post(reverse("password-reset", args=["some-key"])).status_code == 403
    assert guest.post("/webhooks/smarthr/x/").status_code in (401, 403, 404)
    assert changed(before) == []
    of_mails = {"smarthr-address-confirm", "password-reset"}
    assert set(BY_SECRET) == {"smarthr-webhook", "None", "readyz", *of_mails}


def test_X11_every_view_says_what_a_visit_may_do_with_it() -> None:
    acting = {v.name for v in all_views() if getattr(v.callback, "support", "") == "acts"}

    assert acting == BUTTONS


def test_X11_an_image_of_an_archive_is_no_download(guest: Client, visited: World) -> None:
    """Refused before anything is noted: the log would tell of a download that there was not."""
    person = LinkedEmployeeFactory(company=visited.company, image=stored_image())
    archive = archive_of(person, "課長")
    lines = AuditEntry.objects.for_company(visited.company).count()

    response = guest.get(reverse("archive-image", kwargs={"pk": archive.pk}) + "?download=1")
    closed(response)

    assert response.status_code == 403
    assert AuditEntry.objects.for_company(visited.company).count() == lines
