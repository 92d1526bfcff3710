"""What is told of many people at once."""

from simulator.account import Account

from .conftest import Api
from .webhook_receiver import WebhookReceiver, listen, told


def test_an_import_is_told_once(account: Account, api: Api, receiver: WebhookReceiver) -> None:
    by_id, by_number = account.add_crew(emp_code=None), account.add_crew(emp_code="0012")
    listen(account, receiver.url)

    done = account.import_crews(
        [
            {"id": by_id, "last_name": "一"},
            {"emp_code": "0012", "last_name": "二"},
            {"emp_code": "0013", "last_name": "三"},
            {"emp_code": None, "last_name": "四"},
        ]
    )
    contents = told(account, receiver)

    names = {str(crew["last_name"]): key for key, crew in account.crews.items()}
    assert done == ([names["三"], names["四"]], [by_id, by_number])
    assert (names["一"], names["二"]) == (by_id, by_number)
    crews = {key: api.get(f"/crews/{key}").json() for key in account.crews}
    assert contents == [
        {
            "event": "crew_imported",
            "triggered_at": contents[0]["triggered_at"],
            "sender": None,
            "crew_import_result": {
                "created_crews": [crews[key] for key in done.created],
                "updated_crews": [crews[key] for key in done.updated],
            },
        }
    ]


def test_an_import_in_short_carries_only_ids(account: Account, receiver: WebhookReceiver) -> None:
    key = account.add_crew()
    listen(account, receiver.url, expose_only_id=True)

    done = account.import_crews([{"id": key, "emp_code": "9"}, {"emp_code": "10"}])
    [content] = told(account, receiver)

    assert content["sender"] is None
    assert content["crew_import_result"] == {
        "created_crews": [{"id": done.created[0]}],
        "updated_crews": [{"id": key}],
    }


def test_an_import_may_tell_of_each_crew_too(account: Account, receiver: WebhookReceiver) -> None:
    key = account.add_crew()
    listen(account, receiver.url)
    account.import_sends_each = True
    account.webhooks_at_once = 1

    account.import_crews([{"id": key}, {"emp_code": "10"}])

    events = [content["event"] for content in told(account, receiver)]
    assert events == ["crew_updated", "crew_created", "crew_imported"]
