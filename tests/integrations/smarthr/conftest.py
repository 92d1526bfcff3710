from collections.abc import Callable, Iterator

import pytest

from integrations.smarthr.client import SmartHRClient
from integrations.smarthr.haste import Haste
from simulator.account import Account
from simulator.server import Simulator, start_simulator
from tests.integrations.smarthr.pacers import MemoryPacer

API_URL = "https://{subdomain}.smarthr.jp/api/v1"
TOKEN = "shr_0000_verysecretverysecretverysecret1"

MakeClient = Callable[..., SmartHRClient]


@pytest.fixture
def pacer() -> MemoryPacer:
    return MemoryPacer()


@pytest.fixture
def sleeps() -> list[float]:
    """What the client slept, without sleeping."""
    return []


@pytest.fixture
def make_client(pacer: MemoryPacer, sleeps: list[float]) -> Iterator[MakeClient]:
    made: list[SmartHRClient] = []

    def make(
        api_url: str = API_URL,
        *,
        token: str = TOKEN,
        subdomain: str = "acme",
        haste: Haste | None = None,
    ) -> SmartHRClient:
        client = SmartHRClient(
            subdomain=subdomain,
            token=token,
            api_url=api_url,
            pacer=pacer,
            sleep=sleeps.append,
            haste=haste,
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


@pytest.fixture(scope="module")
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
def client(simulator: Simulator, account: Account, make_client: MakeClient) -> SmartHRClient:
    return make_client(simulator.api_url_template)
