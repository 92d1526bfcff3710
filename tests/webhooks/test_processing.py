"""What becomes of deliveries: W4, W6, W10, and whether they are processed at all (P2, P3, S6)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from companies.models import AuditEntry
from integrations.choices import WebhookMode
from integrations.models import DeletionCandidate, SmartHRIntegration
from simulator.account import Account
from tests.factories import AdministratorFactory
from tests.integrations.conftest import Customer
from tests.webhooks.posts import counted, counts, deliveries, processed, send, stored
from webhooks.models import DeliveryCrew


def configured(inbox: Customer, **values: Any) -> None:
    SmartHRIntegration.objects.for_company(inbox.company).update(**values)


def asked(account: Account) -> list[str]:
    """The ids of each request for people by their ids."""
    return [r.query["id"] for r in account.logged("/crews") if "id" in r.query]


def test_W4_created_updated_and_deleted_people_are_synced_and_nobody_else(
    inbox: Customer, account: Account
) -> None:
    kept, gone, other = (account.add_crew() for _ in range(3))
    assert inbox.sync().code == 0
    account.change_crew(kept, last_name="新姓")
    account.change_crew(other, last_name="未通知")
    account.delete_crew(gone)
    new = account.add_crew(last_name="新人")
    send(inbox, "crew_created", new)
    send(inbox, "crew_updated", kept)
    send(inbox, "crew_deleted", gone)

    answer = processed(inbox)

    assert (answer.code, answer["status"], answer["error"]) == (0, "succeeded", None)
    assert counted(answer) == counts(processed=3)
    assert inbox.person(kept).last_name == "新姓"
    assert inbox.person(new).last_name == "新人"
    assert not inbox.has_person(gone)
    assert inbox.person(other).last_name != "未通知"


def test_W4_the_log_line_names_what_changed(inbox: Customer, account: Account) -> None:
    crew = account.add_crew(emp_code="A001", last_name="旧姓", first_name="花子")
    inbox.sync()
    account.change_crew(crew, last_name="新姓")
    send(inbox, "crew_updated", crew)
    send(inbox, "crew_updated", crew)

    assert processed(inbox).code == 0

    rows = DeliveryCrew.objects.for_company(inbox.company).order_by("pk")
    lines = [(row.object_pk, row.label, row.outcome, row.changes, row.notes) for row in rows]
    person = inbox.person(crew)
    changes = {"last_name": ["旧姓", "新姓"]}
    assert lines == [
        (person.pk, "旧姓 花子（A001）", "updated", changes, []),
        (person.pk, "旧姓 花子（A001）", "unchanged", {}, []),
    ]
    first = deliveries(inbox)[0]
    entry = AuditEntry.objects.for_company(inbox.company).get(actor_kind="webhook")
    assert (entry.actor_label, entry.actor_id) == (f"Webhook #{first.pk}", first.pk)
    assert entry.changes == changes


def test_W6_duplicates_and_disorder_end_in_the_newest_state(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew(last_name="一")
    gone = account.add_crew()
    inbox.sync()
    for name in ("二", "三"):
        account.change_crew(crew, last_name=name)
        send(inbox, "crew_updated", crew)
    account.delete_crew(gone)
    send(inbox, "crew_deleted", gone)
    processed(inbox)
    for event in ("crew_updated", "crew_created", "crew_deleted", "crew_updated"):
        send(inbox, event, gone)
        send(inbox, event, crew)

    answer = processed(inbox)

    assert (answer.code, counted(answer)) == (0, counts(processed=8))
    assert inbox.person(crew).last_name == "三"
    assert not inbox.has_person(gone)


def test_W6_all_that_waits_about_one_person_is_one_request(
    inbox: Customer, account: Account
) -> None:
    crew, another = account.add_crew(), account.add_crew()
    for _ in range(50):
        send(inbox, "crew_created", crew)
    send(inbox, "crew_created", another)

    answer = processed(inbox)

    assert counted(answer) == counts(processed=51)
    assert [set(ids.split(",")) for ids in asked(account)] == [{crew, another}]
    assert {row.attempts for row in deliveries(inbox)} == {1}


def test_W4_an_import_of_3000_people_is_tens_of_requests(inbox: Customer, account: Account) -> None:
    crews = [account.add_crew() for _ in range(3000)]
    before = account.request_count

    send(inbox, "crew_imported", *crews)
    answer = processed(inbox)

    assert (answer.code, counted(answer)) == (0, counts(processed=1))
    assert account.request_count - before < 100
    assert all(inbox.has_person(crew) for crew in crews[::500])
    [row] = deliveries(inbox)
    assert (row.people, row.attempts, row.crew_ids) == (3000, 1, [])


def test_W4_an_import_of_nobody_is_done(inbox: Customer, account: Account) -> None:
    send(inbox, "crew_imported")

    assert counted(processed(inbox)) == counts(processed=1)


def test_W10_a_person_who_is_gone_without_a_word_is_put_to_a_person(
    inbox: Customer, account: Account
) -> None:
    crews = [account.add_crew() for _ in range(3)]
    inbox.sync()
    account.delete_crew(crews[0])
    send(inbox, "crew_updated", crews[0])

    answer = processed(inbox)

    assert (answer.code, answer["status"]) == (3, "needs_confirmation")
    assert counted(answer) == counts(processed=1)
    assert inbox.has_person(crews[0])
    candidate = DeletionCandidate.objects.for_company(inbox.company).get()
    assert candidate.smarthr_id == UUID(crews[0])


def test_W10_the_mode_counts_when_a_delivery_is_processed(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    configured(inbox, webhook_mode=WebhookMode.OFF)
    send(inbox, "crew_created", crew)

    answer = processed(inbox)

    assert (answer.code, counted(answer)) == (0, counts(ignored=2))
    assert stored(inbox) == [("crew_created", "ignored", "mode_off")] * 2
    assert account.request_count == 0


@pytest.mark.parametrize(
    ("plan", "reason"),
    [
        ({"plan_started_on": None}, "plan_off"),
        ({"plan_started_on": timezone.localdate() - timedelta(days=500)}, "plan_paused"),
    ],
)
def test_P2_without_a_plan_deliveries_are_recorded_as_ignored(
    inbox: Customer, account: Account, plan: dict[str, Any], reason: str
) -> None:
    configured(inbox, **plan)
    send(inbox, "crew_created", account.add_crew())

    answer = processed(inbox)

    assert (answer.code, counted(answer)) == (0, counts(ignored=1))
    assert stored(inbox) == [("crew_created", "ignored", reason)]


def test_P3_while_the_operator_has_stopped_a_company_deliveries_are_kept(
    inbox: Customer, account: Account
) -> None:
    crew = account.add_crew()
    configured(inbox, plan_stopped_at=timezone.now())

    assert send(inbox, "crew_created", crew) == 200
    stopped = processed(inbox)
    waiting = stored(inbox)
    configured(inbox, plan_stopped_at=None)
    resumed = processed(inbox)

    assert (stopped.code, counted(stopped)) == (1, counts(pending=1))
    assert waiting == [("crew_created", "pending", "plan_stopped")]
    assert "一時的に停止しています" in stopped["error"]
    assert (resumed.code, counted(resumed)) == (0, counts(processed=1))
    assert inbox.has_person(crew)


def test_S6_during_a_pause_deliveries_are_kept(inbox: Customer, account: Account) -> None:
    crew, today = account.add_crew(), timezone.localdate()
    configured(inbox, held_since=timezone.now(), held_until=today)
    send(inbox, "crew_created", crew)

    during = processed(inbox)
    waiting = stored(inbox)
    configured(inbox, held_until=today - timedelta(days=1))
    after = processed(inbox)

    assert (during.code, counted(during)) == (0, counts(pending=1))
    assert waiting == [("crew_created", "pending", "on_hold")]
    assert (after.code, counted(after)) == (0, counts(processed=1))
    assert inbox.has_person(crew)


def test_W8_a_company_that_is_not_connected_waits(inbox: Customer, account: Account) -> None:
    token = inbox.integration.token_ciphertext
    configured(inbox, token_ciphertext="")
    send(inbox, "crew_created", account.add_crew())

    without = processed(inbox)
    configured(inbox, token_ciphertext=token)

    assert (without.code, counted(without)) == (1, counts(pending=1))
    assert deliveries(inbox)[0].attempts == 0
    assert counted(processed(inbox)) == counts(processed=1)


def test_C1_another_companys_deliveries_are_not_touched(inbox: Customer, account: Account) -> None:
    other = AdministratorFactory().company
    send(inbox, "crew_created", account.add_crew())

    answer = processed(Customer(other, account))

    assert (answer.code, counted(answer)) == (0, counts())
    assert [row.status for row in deliveries(inbox)] == ["pending"]


def test_W3_W9_the_first_delivery_is_noted(inbox: Customer, account: Account) -> None:
    send(inbox, "crew_updated", uuid4())
    send(inbox, "dependent_created", uuid4())
    first, second = deliveries(inbox)

    processed(inbox)

    row = inbox.integration
    assert row.webhook_received_at == second.received_at
    assert row.webhook_secret_seen_at == first.received_at
    assert row.webhook_confirmed_at == first.received_at


def test_the_command_prints_text_for_people(
    inbox: Customer, account: Account, capsys: pytest.CaptureFixture[str]
) -> None:
    from django.core.management import call_command

    send(inbox, "crew_created", account.add_crew())

    with pytest.raises(SystemExit) as end:
        call_command("process_webhooks", "--company", "acme")

    assert end.value.code == 0
    assert capsys.readouterr().out == "結果: 完了\n処理済み1・対象外0・失敗0・未処理0\n"
