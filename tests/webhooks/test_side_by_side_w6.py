"""W6: two workers on the deliveries of one company."""

from __future__ import annotations

from uuid import uuid4

from simulator.account import Account
from tests.integrations.conftest import Customer
from tests.webhooks.lives import (
    rest_over,
    slice_of_work,
    taken_by_another,
)
from tests.webhooks.posts import send, stored
from webhooks.services.claims import claim
from webhooks.services.intake import take_in


def test_W6_two_deliveries_of_one_person_never_run_at_once(
    inbox: Customer, account: Account
) -> None:
    first, second = account.add_crew(), account.add_crew()
    send(inbox, "crew_created", first)
    busy = taken_by_another(inbox)
    send(inbox, "crew_updated", first)
    send(inbox, "crew_imported", first, second)
    send(inbox, "crew_created", second)

    take_in(inbox.company)
    beside = claim(inbox.company)

    assert beside is not None
    assert [str(crew) for crew in beside.crews] == [second]
    assert {str(crew) for crew in busy.crews} == {first}
    assert claim(inbox.company) is None


def test_W6_at_most_two_batches_of_a_company_run_at_once(inbox: Customer, account: Account) -> None:
    for _ in range(250):
        send(inbox, "crew_created", uuid4())

    take_in(inbox.company)
    batches = [claim(inbox.company) for _ in range(3)]

    assert [batch and len(batch.crews) for batch in batches] == [100, 100, None]


def test_W6_somebody_read_a_moment_ago_rests(inbox: Customer, account: Account) -> None:
    crew = account.add_crew()
    send(inbox, "crew_created", crew)
    slice_of_work(inbox)
    send(inbox, "crew_updated", crew)

    assert not slice_of_work(inbox).tried
    rest_over(inbox)

    assert slice_of_work(inbox).tried == 1
    assert [row[1] for row in stored(inbox)] == ["processed"] * 2
