"""Another secret for our webhook, without a moment in which a delivery is refused (W9)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from companies.audit import command
from companies.models import AuditEntry
from integrations.models import SmartHRIntegration
from integrations.services.receipts import note_received
from integrations.services.webhook_rotation import RotationRefused, revoke_old, rotate_secret
from integrations.services.webhook_secrets import accepted_secrets, current_secret, mark_of
from simulator.account import Account
from tests.integrations.conftest import Answer, Customer, run_command
from tests.integrations.webhooks import remote_ids, turn_on

ACTOR = command("test")


def rotate(customer: Customer, *options: str) -> Answer:
    return run_command("smarthr_rotate_secret", *options, company=customer.company.code)


def accepted(customer: Customer) -> list[str]:
    return [secret.value.decode() for secret in accepted_secrets(customer.integration)]


def at_smarthr(customer: Customer) -> Any:
    (key,) = remote_ids(customer)
    return customer.account.webhooks[key]["secret_token"]


def receive(customer: Customer, *, ago: timedelta = timedelta()) -> None:
    present = mark_of(customer.integration.webhook_secret_ciphertext)
    note_received(company=customer.company, at=timezone.now() - ago, secret=present)


def test_W9_smarthr_gets_the_new_one_and_both_are_accepted(
    customer: Customer, account: Account
) -> None:
    turn_on(customer)
    receive(customer)
    first = at_smarthr(customer)

    answer = rotate(customer)

    second = current_secret(customer.integration)
    assert (answer.code, answer.data) == (
        0,
        {"status": "succeeded", "rotated": True, "revoked": False, "old_accepted": True},
    )
    assert at_smarthr(customer) == second != first
    assert accepted(customer) == [second, first]
    assert customer.integration.webhook_secret_seen_at is None
    assert customer.integration.webhook_problem == ""


@pytest.mark.parametrize(
    ("ago", "still"),
    [(timedelta(hours=71, minutes=59), True), (timedelta(hours=72, seconds=1), False)],
)
def test_W9_old_one_ends_72_hours_after_the_first_delivery_with_the_new(
    customer: Customer, ago: timedelta, still: bool
) -> None:
    turn_on(customer)
    first = at_smarthr(customer)
    rotate(customer)
    assert first in accepted(customer)

    receive(customer, ago=ago)

    assert (first in accepted(customer)) is still
    assert current_secret(customer.integration) in accepted(customer)


def test_W9_before_smarthr_hears_of_it_both_are_accepted_already(
    customer: Customer, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn_on(customer)
    told: list[tuple[list[str], object]] = []
    change = account.change_webhook

    def watch(key: str, /, **values: object) -> None:
        told.append((accepted(customer), values["secret_token"]))
        change(key, **values)

    monkeypatch.setattr(account, "change_webhook", watch)

    rotate(customer)

    ((were_accepted, sent),) = told
    assert were_accepted[0] == sent
    assert len(were_accepted) == 2


@pytest.mark.parametrize("again", ["rotate", "save"])
def test_W9_smarthr_that_refuses_is_told_and_the_same_secret_is_sent_later(
    customer: Customer, account: Account, again: str
) -> None:
    turn_on(customer)
    first = at_smarthr(customer)
    failing = account.fail("maintenance", path="/webhooks*", times=None)

    answer = rotate(customer)

    second = current_secret(customer.integration)
    assert (answer.code, answer["rotated"]) == (1, True)
    assert "SmartHRに登録できませんでした（SmartHRがメンテナンス中です）" in answer["error"]
    assert accepted(customer) == [second, first]
    assert customer.integration.webhook_problem == "maintenance"
    assert rotate(customer, "--revoke-old").code == 1  # SmartHR still sends it
    failing.cancel()

    done = rotate(customer) if again == "rotate" else customer.configure("--webhook-mode", "auto")

    assert done.code == 0
    assert at_smarthr(customer) == current_secret(customer.integration) == second
    assert accepted(customer) == [second, first]


def test_W9_no_third_secret_while_the_old_one_is_in_use(customer: Customer) -> None:
    turn_on(customer)
    rotate(customer)
    both = accepted(customer)

    with pytest.raises(RotationRefused):
        rotate_secret(company=customer.company, actor=ACTOR)
    answer = rotate(customer)

    assert (answer.code, answer["rotated"]) == (1, False)
    assert "古い値を無効にしてから再発行してください。" in answer["error"]
    assert accepted(customer) == both


def test_W9_old_one_is_revoked_at_once(customer: Customer) -> None:
    turn_on(customer)
    rotate(customer)
    new = current_secret(customer.integration)

    answer = rotate(customer, "--revoke-old")

    assert (answer.code, answer.data) == (
        0,
        {"status": "succeeded", "rotated": False, "revoked": True, "old_accepted": False},
    )
    assert accepted(customer) == [new]
    assert at_smarthr(customer) == new
    assert rotate(customer, "--revoke-old")["revoked"] is False
    assert revoke_old(company=customer.company, actor=ACTOR) is False


def test_W9_in_manual_mode_nobody_asks_smarthr(customer: Customer, account: Account) -> None:
    customer.configure("--webhook-mode", "manual")
    first = current_secret(customer.integration)

    assert rotate(customer).code == 0

    assert accepted(customer) == [current_secret(customer.integration), first]
    assert account.requests == []
    assert customer.integration.webhook_problem == ""


def test_W9_there_is_nothing_to_renew_while_it_is_off(customer: Customer) -> None:
    answer = rotate(customer)

    assert answer.code == 1
    assert "先に自動同期を設定してください。" in answer["error"]
    assert accepted(customer) == []


def test_W9_nothing_secret_is_printed_or_audited(customer: Customer) -> None:
    turn_on(customer)
    first = at_smarthr(customer)

    answers = [rotate(customer), rotate(customer, "--revoke-old")]

    entries = AuditEntry.objects.for_company(customer.company).order_by("-pk")[:2]
    assert [entry.changes for entry in entries] == [
        {"webhook_old_secret": [None, "無効"]},
        {"webhook_secret": [None, "再発行"]},
    ]
    row = str(SmartHRIntegration.objects.for_company(customer.company).values().get())
    for secret in (first, current_secret(customer.integration)):
        assert secret not in str([answer.data for answer in answers]) + row
