"""Imports of thousands: taken in and claimed a part at a time, whatever waits beside them."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.webhooks.lives import slice_of_work
from tests.webhooks.posts import deliveries, send
from webhooks.models import DeliveryCrew
from webhooks.services import claims, intake
from webhooks.services.claims import claim
from webhooks.services.covering import cover_crews
from webhooks.services.inboxes import locked_inbox
from webhooks.services.intake import take_in


def people(inbox: Customer) -> int:
    return int(DeliveryCrew.objects.for_company(inbox.company).count())


def test_W4_an_import_is_taken_in_a_part_at_a_time(inbox: Customer) -> None:
    send(inbox, "crew_imported", *(uuid4() for _ in range(intake.PEOPLE_AT_ONCE + 10)))
    turns = iter([False, True])

    take_in(inbox.company, should_pause=lambda: next(turns))

    assert people(inbox) == intake.PEOPLE_AT_ONCE
    assert deliveries(inbox)[0].taken_in is False
    assert claim(inbox.company) is None
    take_in(inbox.company)
    assert people(inbox) == intake.PEOPLE_AT_ONCE + 10
    assert deliveries(inbox)[0].taken_in is True


def test_W8_an_import_that_is_taken_in_in_part_is_not_closed_by_what_covers_that_part(
    inbox: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PEOPLE_AT_ONCE", 2)
    send(inbox, "crew_imported", *(uuid4() for _ in range(4)))
    turns = iter([False, True])
    take_in(inbox.company, should_pause=lambda: next(turns))
    known = DeliveryCrew.objects.for_company(inbox.company).values_list("smarthr_id", flat=True)

    with transaction.atomic():
        locked_inbox(inbox.company)
        cover_crews(inbox.company, dict.fromkeys(known, False), before=timezone.now())

    [row] = deliveries(inbox)
    assert (row.taken_in, row.status, len(row.crew_ids)) == (False, "pending", 2)
    take_in(inbox.company)
    still_open = DeliveryCrew.objects.for_company(inbox.company).filter(done_at=None)
    assert still_open.count() == 2


def test_W4_one_claim_holds_a_part_of_an_import(inbox: Customer) -> None:
    send(inbox, "crew_imported", *(uuid4() for _ in range(claims.MOST_OF_ONE + 500)))
    take_in(inbox.company)

    batch = claim(inbox.company)

    assert batch is not None
    assert len(batch.crews) == claims.MOST_OF_ONE


def test_W4_an_import_in_parts_is_one_try(inbox: Customer, account: Account) -> None:
    crews = [account.add_crew() for _ in range(claims.MOST_OF_ONE + 150)]
    send(inbox, "crew_imported", *crews)

    slice_of_work(inbox)

    [row] = deliveries(inbox)
    assert (row.status, row.attempts) == ("processed", 1)
    assert all(inbox.has_person(crew) for crew in crews[-150:])


def test_W8_of_an_email_only_that_it_changed_is_kept(inbox: Customer, account: Account) -> None:
    crew = account.add_crew(email="old@example.com")
    inbox.sync()
    account.change_crew(crew, email="new@example.com")
    send(inbox, "crew_updated", crew)

    slice_of_work(inbox)

    [row] = DeliveryCrew.objects.for_company(inbox.company)
    assert row.changes == {"email": [None, None]}
