"""A real browser on a real server, with a real worker behind it."""

import os
import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from employees.models import Employee
from simulator.account import Account
from simulator.server import start_simulator
from tests import environment
from tests.factories import AdministratorFactory, CompanyFactory, IntegrationFactory
from tests.journeys.steps import TOKEN

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
TIMEOUT_MS = 5_000
LOCAL = ("http://127.0.0.1:", "http://localhost:", "data:", "about:", "blob:")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(os.path.dirname(__file__)):
            item.add_marker(pytest.mark.journey)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    if not os.access(CHROMIUM, os.X_OK):
        problem = f"there is no browser at {CHROMIUM}: install Debian's chromium or set CHROMIUM"
        (pytest.fail if environment.is_ci() else pytest.skip)(problem)
    return {
        **browser_type_launch_args,
        "executable_path": CHROMIUM,
        "args": [
            "--no-sandbox",
            "--disable-dev-shm-usage",
            "--disable-gpu",
            "--disable-background-networking",
            "--disable-component-update",
            "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
        ],
    }


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_context_args, "locale": "ja-JP", "timezone_id": "Asia/Tokyo"}


@pytest.fixture
def context(context: BrowserContext) -> BrowserContext:
    context.set_default_timeout(TIMEOUT_MS)
    context.set_default_navigation_timeout(TIMEOUT_MS)
    return context


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page whose scripts must not fail, break the CSP or ask another machine for anything."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            complaints.append(message.text)

    def hear_request(request: Request) -> None:
        # Such a request fails: the browser resolves no name but this machine's.
        if not request.url.startswith(LOCAL):
            complaints.append(f"request to {request.url}")

    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", hear)
    page.on("request", hear_request)
    yield page
    assert complaints == []


@pytest.fixture(params=[1280, 375], ids=["desk", "phone"])
def width(request: pytest.FixtureRequest, page: Page) -> int:
    """Of the page, in px: the test runs on a desk's screen and on a telephone's."""
    width: int = request.param
    page.set_viewport_size({"width": width, "height": 812})
    return width


@pytest.fixture
def account(settings: Any) -> Iterator[Account]:
    with start_simulator() as simulator:
        account = simulator.add_account("acme", TOKEN)
        account.rate_limit_per_second = account.rate_limit_per_hour = None
        account.generate(people=250, departments=12)
        settings.SMARTHR_API_URL = account.api_url.replace("/acme/", "/{subdomain}/")
        yield account


@pytest.fixture
def administrator(transactional_db: None) -> Employee:
    company = CompanyFactory(code="acme", name="アクメ株式会社")
    IntegrationFactory(company=company, subdomain="", token_ciphertext="", token_ending="")
    return AdministratorFactory(
        company=company, employee_id="admin", last_name="山田", first_name="花子"
    )


@pytest.fixture
def site(
    account: Account, administrator: Employee, background_worker: None, live_server: Any
) -> str:
    """The address of the running product."""
    return str(live_server.url)
