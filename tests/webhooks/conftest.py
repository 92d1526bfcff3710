"""A connected company whose webhook has a secret, and servers that SmartHR could call."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from http.client import HTTPConnection

import psutil
import pytest

from config.child_process import ending_with_this_process
from integrations.choices import WebhookMode
from integrations.encryption import encrypt
from integrations.models import SmartHRIntegration
from tests.integrations.conftest import Customer, account, customer, smarthr
from tests.project_tree import ROOT
from tests.started_servers import free_port
from tests.webhooks.posts import SECRET
from tests.workers import child_environment

__all__ = ["account", "customer", "smarthr"]
START_SECONDS = 30
COMMANDS = {
    "gunicorn": [*("-m", "gunicorn", "config.wsgi"), *("--workers", "1", "--threads", "8")],
    "waitress": ["-m", "waitress", "--threads", "8", "config.wsgi:application"],
}
ADDRESS = {"gunicorn": "--bind=127.0.0.1:{}", "waitress": "--listen=127.0.0.1:{}"}


@pytest.fixture
def inbox(customer: Customer) -> Customer:
    """The company, with a webhook that is registered by hand."""
    SmartHRIntegration.objects.for_company(customer.company).update(
        webhook_mode=WebhookMode.MANUAL, webhook_secret_ciphertext=encrypt(SECRET)
    )
    return customer


@dataclass(frozen=True, slots=True)
class WebServer:
    port: int
    process: subprocess.Popen[bytes]

    def kill(self) -> None:
        """kill -9 of all its processes."""
        self.kill_workers()
        self.process.kill()
        self.process.wait()

    def kill_workers(self) -> None:
        """kill -9 of those that answer; gunicorn starts others."""
        for child in psutil.Process(self.process.pid).children(recursive=True):
            child.kill()


@pytest.fixture
def start_server(transactional_db: None) -> Iterator[Callable[..., WebServer]]:
    """Starts a web server of the product on the test database, with other variables if given."""
    processes: list[subprocess.Popen[bytes]] = []

    def start(server: str, *, port: int | None = None, **variables: str) -> WebServer:
        port = port or free_port()
        module, *options = COMMANDS[server][1:]
        command = [sys.executable, "-m", module, ADDRESS[server].format(port), *options]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={**child_environment(), **variables},
            stderr=subprocess.DEVNULL,
            preexec_fn=ending_with_this_process(),  # noqa: PLW1509 - libc was loaded before
        )
        processes.append(process)
        _wait_until_up(port)
        return WebServer(port, process)

    yield start
    for process in processes:
        process.terminate()
        process.wait(10)


@pytest.fixture
def start_web(start_server: Callable[..., WebServer]) -> Callable[..., int]:
    """For tests that need no more of it than its port."""

    def start(server: str, **variables: str) -> int:
        return start_server(server, **variables).port

    return start


def _wait_until_up(port: int) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        connection = HTTPConnection("127.0.0.1", port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            assert time.monotonic() < deadline
            time.sleep(0.1)
        finally:
            connection.close()
