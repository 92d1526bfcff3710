from collections.abc import Iterator
from typing import Any

import pytest
import requests

from simulator.account import Account
from simulator.server import Simulator, start_simulator

from .browser import Browser
from .webhook_receiver import WebhookReceiver

TOKEN = "shr_0000_practice"


class Api:
    """A bare HTTP client of one account; no part of the product."""

    def __init__(self, account: Account, token: str | None = TOKEN) -> None:
        self.account = account
        self.session = requests.Session()
        if token is not None:
            self.session.headers["Authorization"] = f"Bearer {token}"

    def request(self, method: str, path: str, **options: Any) -> requests.Response:
        options.setdefault("timeout", 5)
        options.setdefault("allow_redirects", False)
        return self.session.request(method, self.account.api_url + path, **options)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.request("GET", path, params=query)

    def post(self, path: str, body: object) -> requests.Response:
        return self.request("POST", path, json=body)

    def patch(self, path: str, body: object) -> requests.Response:
        return self.request("PATCH", path, json=body)

    def put(self, path: str, body: object) -> requests.Response:
        return self.request("PUT", path, json=body)

    def delete(self, path: str) -> requests.Response:
        return self.request("DELETE", path)


@pytest.fixture(scope="session")
def simulator() -> Iterator[Simulator]:
    with start_simulator() as running:
        yield running


@pytest.fixture
def account(simulator: Simulator) -> Iterator[Account]:
    account = simulator.add_account("acme", TOKEN)
    account.rate_limit_per_second = None
    yield account
    simulator.remove_account("acme")


@pytest.fixture
def api(account: Account) -> Iterator[Api]:
    client = Api(account)
    yield client
    client.session.close()


@pytest.fixture
def browser(account: Account) -> Iterator[Browser]:
    opened = Browser(account)
    yield opened
    opened.session.close()


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver() as running:
        yield running
