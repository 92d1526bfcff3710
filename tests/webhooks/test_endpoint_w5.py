"""W5: who may deliver, what is kept, and that an authentic delivery is never answered 4xx."""

from __future__ import annotations

import json
import logging
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from cryptography.fernet import Fernet
from django.test import Client
from django.utils import timezone

from companies.models import Company
from integrations.encryption import encrypt
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import mark_of
from tests.factories import IntegrationFactory
from tests.integrations.conftest import Customer
from tests.webhooks.posts import HEADER, SECRET, address, body, deliveries, send, send_bytes, stored
from webhooks.models import Delivery
from webhooks.services.processing import process

KNOWN = "/webhooks/smarthr/{}/"
REFUSAL = b'{"detail":"unauthorized"}'


def integration(inbox: Customer) -> SmartHRIntegration:
    return inbox.integration


@pytest.mark.parametrize("event", ["crew_created", "crew_updated", "crew_deleted"])
def test_W5_an_authentic_delivery_is_kept_before_the_answer(inbox: Customer, event: str) -> None:
    crew = uuid4()

    status = send(inbox, event, crew)

    assert status == 200
    [row] = deliveries(inbox)
    assert (row.event, row.status, row.attempts) == (event, "pending", 0)
    assert (row.crew_ids, row.says_deleted) == ([str(crew)], event == "crew_deleted")


def test_W4_an_import_names_all_its_people_once(inbox: Customer) -> None:
    first, second = uuid4(), uuid4()
    content = body("crew_imported", first, second, first)
    content["crew_import_result"]["created_crews"] = [{"id": str(second).upper()}]

    assert send_bytes(inbox, json.dumps(content).encode()) == 200

    [row] = deliveries(inbox)
    assert (row.crew_ids, row.people) == ([str(second), str(first)], 2)


@pytest.mark.parametrize("secret", ["", " ", SECRET[:-1], SECRET + "x", SECRET.upper(), "\xe9\xff"])
@pytest.mark.parametrize("method", ["post", "get", "put", "patch", "delete", "options", "trace"])
def test_W5_a_wrong_secret_is_refused_and_nothing_is_stored(
    inbox: Customer, secret: str, method: str
) -> None:
    response = getattr(Client(), method)(address(inbox), headers={HEADER: secret})

    assert (response.status_code, response.content) == (401, REFUSAL)
    assert deliveries(inbox) == []


def test_W5_the_refusal_is_the_same_for_every_address(inbox: Customer) -> None:
    known = str(integration(inbox).webhook_public_id)
    tries = [
        (known, "wrong"),
        (known, None),
        (str(uuid4()), SECRET),
        (known[:-1], SECRET),
        (known.replace("-", ""), SECRET),
        (f"{{{known}}}", SECRET),
        ("", SECRET),
        ("a/b", SECRET),
        ("%00", SECRET),
        ("%0A", SECRET),
        ("%ff", SECRET),
        ("００００", SECRET),
    ]

    answers = set()
    for public_id, secret in tries:
        headers = {} if secret is None else {HEADER: secret}
        response = Client().post(f"/webhooks/smarthr/{public_id}", headers=headers)
        answers.add((response.status_code, response.content, *sorted(response.items())))

    assert answers == {(401, REFUSAL, ("Allow", "POST"), ("Content-Type", "application/json"))}


def test_W5_an_empty_secret_never_authenticates(db: None) -> None:
    row = IntegrationFactory()
    url = KNOWN.format(row.webhook_public_id)

    for ciphertext in ("", encrypt(""), "no ciphertext"):
        SmartHRIntegration.objects.for_company(row.company).update(
            webhook_secret_ciphertext=ciphertext
        )
        assert Client().post(url, headers={HEADER: ""}).status_code == 401
        assert Client().post(url).status_code == 401


def test_C1_a_secret_opens_the_address_of_its_own_company_only(inbox: Customer) -> None:
    other = IntegrationFactory(webhook_secret_ciphertext=encrypt("another-secret"))
    url = KNOWN.format(other.webhook_public_id)

    assert Client().post(url, headers={HEADER: SECRET}).status_code == 401
    assert Delivery.objects.across_companies().count() == 0


def test_W9_the_old_secret_is_taken_until_72_hours_after_the_first_with_the_new_one(
    inbox: Customer,
) -> None:
    rows = SmartHRIntegration.objects.for_company(inbox.company)
    rows.update(webhook_old_secret_ciphertext=encrypt("the old one"))

    answers = []
    for hours in (None, 71, 73):
        seen_at = None if hours is None else timezone.now() - timedelta(hours=hours)
        rows.update(webhook_secret_seen_at=seen_at)
        answers.append((send(inbox, secret="the old one"), send(inbox)))

    assert answers == [(200, 200), (200, 200), (401, 200)]
    present = mark_of(inbox.integration.webhook_secret_ciphertext)
    with_present = [row.secret == present for row in deliveries(inbox)]
    assert with_present == [False, True, False, True, True]


def test_W9_a_secret_that_was_rotated_away_since_confirms_nothing(inbox: Customer) -> None:
    """It came with what was the present one; before it is taken in, that is the old one."""
    send(inbox)
    rows = SmartHRIntegration.objects.for_company(inbox.company)
    former = inbox.integration.webhook_secret_ciphertext
    rows.update(
        webhook_old_secret_ciphertext=former,
        webhook_secret_ciphertext=encrypt("the new one"),
        webhook_secret_seen_at=None,
    )

    process(inbox.company, should_pause=lambda: False)

    assert inbox.integration.webhook_received_at is not None
    assert inbox.integration.webhook_secret_seen_at is None


def test_W5_a_secret_beyond_ascii_is_compared_by_its_bytes(inbox: Customer) -> None:
    SmartHRIntegration.objects.for_company(inbox.company).update(
        webhook_secret_ciphertext=encrypt("秘密の言葉")
    )
    as_wsgi_has_it = "秘密の言葉".encode().decode("latin-1")

    response = Client().post(
        address(inbox), b"{}", content_type="application/json", HTTP_X_SMARTHR_TOKEN=as_wsgi_has_it
    )

    assert response.status_code == 200


def test_W5_another_method_with_the_secret_is_no_delivery(inbox: Customer) -> None:
    response = Client().get(address(inbox), headers={HEADER: SECRET})

    assert (response.status_code, response["Allow"]) == (405, "POST")
    assert deliveries(inbox) == []


CREW = str(uuid4())
DEEP = b'{"event": "crew_updated", "crew": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"
UNREADABLE = {
    "nothing": b"",
    "no JSON": b"event=crew_updated",
    "half": b'{"event": "crew_updated", "crew": {"id": "',
    "list": b"[]",
    "null": b"null",
    "NUL": b'{"event": "crew_updated\x00", "crew": {"id": "' + CREW.encode() + b'"}}',
    "NaN": b'{"event": "crew_updated", "crew": {"id": NaN}}',
    "no UTF-8": '{"event": "crew_updated", "crew": {"id": "佐藤"}}'.encode("shift_jis"),
    "surrogate": b'{"event": "crew_updated", "crew": {"id": "\\ud800"}}',
    "deep": DEEP,
    "long number": b'{"event": "crew_updated", "crew": {"id": ' + b"9" * 10_000 + b"}}",
    "no event": b'{"crew": {"id": "' + CREW.encode() + b'"}}',
    "event of a number": b'{"event": 1}',
    "no crew": b'{"event": "crew_updated"}',
    "crew is a list": b'{"event": "crew_updated", "crew": ["' + CREW.encode() + b'"]}',
    "id is no id": b'{"event": "crew_updated", "crew": {"id": "1,2"}}',
    "id with more": b'{"event": "crew_updated", "crew": {"id": "' + CREW.encode() + b'\\n"}}',
    "id twice": b'{"event": "crew_updated", "crew": {"id": "%s", "id": "%s"}}'
    % (CREW.encode(), str(uuid4()).encode()),
    "no result": b'{"event": "crew_imported"}',
    "no lists": b'{"event": "crew_imported", "crew_import_result": {}}',
    "list of texts": b'{"event": "crew_imported", "crew_import_result": {"created_crews": ["a"]}}',
}


@pytest.mark.parametrize("content", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_W5_what_cannot_be_read_is_kept_as_failed(inbox: Customer, content: bytes) -> None:
    status = send_bytes(inbox, content)

    assert status == 200
    assert [row[1:] for row in stored(inbox)] == [("failed", "body_unreadable")]


READABLE = {
    "BOM": b"\xef\xbb\xbf" + json.dumps(body("crew_updated", CREW)).encode(),
    "texts that no column takes": b'{"event": "crew_updated", "sender": "\\ud800\\u0000", '
    + b'"crew": {"last_name": "\\u0000", "id": "%s"}}' % CREW.encode(),
    "another time": json.dumps({**body("crew_updated", CREW), "triggered_at": 5}).encode(),
}


@pytest.mark.parametrize("content", READABLE.values(), ids=READABLE.keys())
def test_W5_what_is_not_needed_need_not_be_readable(inbox: Customer, content: bytes) -> None:
    status = send_bytes(inbox, content)

    assert status == 200
    assert stored(inbox) == [("crew_updated", "pending", "")]


@pytest.mark.parametrize(
    ("event", "kept"),
    [
        ("dependent_created", "dependent_created"),
        ("dependent_imported", "dependent_imported"),
        ("workflow_approved", "workflow_approved"),
        ("crew_renamed", "crew_renamed"),
        ("", ""),
        ("佐藤 花子", ""),
        ("x" * 41, ""),
        ("\ud800", ""),
        ("a\x00b", ""),
    ],
)
def test_W5_an_event_of_no_interest_is_recorded_as_ignored(
    inbox: Customer, event: str, kept: str
) -> None:
    status = send_bytes(inbox, json.dumps({"event": event}).encode())

    assert status == 200
    assert stored(inbox) == [(kept, "ignored", "event_ignored")]


def test_W5_5_mebibytes_are_read_and_one_byte_more_is_not_kept(inbox: Customer) -> None:
    content = json.dumps(body("crew_updated", uuid4())).encode()
    limit = 5 * 1024 * 1024

    statuses = [send_bytes(inbox, content.ljust(size)) for size in (limit, limit + 1)]

    assert statuses == [200, 200]
    assert stored(inbox) == [("crew_updated", "pending", ""), ("", "pending", "body_too_large")]


def test_W5a_neither_body_nor_secret_is_stored_or_logged(
    inbox: Customer, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    content = body("crew_updated", uuid4())
    content["crew"] |= {"last_name": "佐藤花子", "birth_at": "1990-01-02"}

    assert send_bytes(inbox, json.dumps(content, ensure_ascii=False).encode()) == 200
    assert send_bytes(inbox, json.dumps(content, ensure_ascii=False).encode()[:-1]) == 200
    assert send(inbox, secret="佐藤花子".encode().decode("latin-1")) == 401

    rows = repr(list(Delivery.objects.across_companies().values()))
    for text in ("佐藤", "1990", SECRET):
        assert text not in rows
        assert text not in caplog.text


def test_W5_a_company_that_is_gone_has_no_address(inbox: Customer) -> None:
    url = address(inbox)
    SmartHRIntegration.objects.for_company(inbox.company).delete()

    assert Client().post(url, headers={HEADER: SECRET}).status_code == 401
    assert Company.objects.filter(pk=inbox.company.pk).exists()


def test_W5_a_secret_that_cannot_be_read_here_refuses_nobody(
    inbox: Customer, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    """With wrong keys: a 401 would have SmartHR disable the webhook for good."""
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]

    assert send(inbox) == 503

    assert deliveries(inbox) == []
    assert SECRET not in caplog.text
