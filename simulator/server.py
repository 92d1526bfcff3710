import socket
from types import TracebackType

from simulator.account import Account
from simulator.application import create_app
from simulator.wire import WireServer


class Simulator:
    """A running server and its accounts."""

    def __init__(
        self,
        port: int = 0,
        host: str = "127.0.0.1",
        listening: socket.socket | None = None,
    ) -> None:
        self.accounts: dict[str, Account] = {}
        self._server = WireServer((host, port), create_app(self.accounts), listening)
        self.port = self._server.port
        self.url = f"http://{host}:{self.port}"
        # The form of the product's SMARTHR_API_URL.
        self.api_url_template = f"{self.url}/{{subdomain}}/api/v1"
        self._server.start()

    @property
    def connections_made(self) -> int:
        """How often a client connected; one that keeps its connection does so once."""
        return self._server.connections_made

    def add_account(self, subdomain: str, token: str | None = None) -> Account:
        """A new, empty account; `token` may read and update everything."""
        if subdomain in self.accounts:
            raise ValueError(f"account {subdomain} exists")
        account = Account(subdomain, self.url)
        account.stopping = self._server.stopping
        if token is not None:
            account.add_token(token)
        self.accounts[subdomain] = account
        return account

    def remove_account(self, subdomain: str) -> None:
        self.accounts.pop(subdomain).stop_webhooks()

    def stop(self) -> None:
        self._server.stop()
        for account in self.accounts.values():
            account.stop_webhooks()

    def __enter__(self) -> "Simulator":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_simulator(
    port: int = 0, host: str = "127.0.0.1", listening: socket.socket | None = None
) -> Simulator:
    """A simulator in a thread of this process; port 0 takes a free one, `listening` goes before."""
    return Simulator(port, host, listening)
