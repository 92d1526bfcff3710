"""Every page is clean by axe (WCAG 2.2 AA, best practices): light, dark and narrow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from employees.models import Employee
from tests.journeys.pages import NO_PAGES, pages_of
from tests.journeys.steps import log_in
from tests.project_tree import all_views

RULES = {
    "resultTypes": ["violations"],
    "runOnly": [
        *("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"),
        "best-practice",
    ],
}


def violations(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [
        f"{rule['id']}: {node['html'][:160]} {node['failureSummary'][:200]}"
        for rule in found
        for node in rule["nodes"]
    ]


@pytest.fixture
def pages(administrator: Employee) -> dict[str, list[str]]:
    return pages_of(administrator)


@pytest.fixture
def before_login() -> list[str]:
    return ["/login/", "/login/?next=/employees/"]


def addresses(pages: dict[str, list[str]]) -> Iterator[str]:
    for found in pages.values():
        yield from found


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (375, "light")])
def test_axe_finds_nothing(
    page: Page,
    live_server: Any,
    pages: dict[str, list[str]],
    before_login: list[str],
    width: int,
    scheme: Any,
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    found: dict[str, list[str]] = {}

    for address in before_login:
        page.goto(f"{live_server.url}{address}")
        found[address] = violations(page)
    log_in(page, str(live_server.url))
    page.get_by_role("heading", name="ホーム").wait_for()
    for address in addresses(pages):
        page.goto(f"{live_server.url}{address}")
        found[address] = violations(page)
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found[address].append("scrolls sideways")

    assert {address: problems for address, problems in found.items() if problems} == {}


def test_axe_would_find_something(page: Page) -> None:
    page.set_content("<html><body><main><h1>x</h1><img src='data:,'></main></body></html>")

    assert any(problem.startswith("image-alt") for problem in violations(page))


def test_every_page_is_looked_at(pages: dict[str, list[str]]) -> None:
    names = {view.name for view in all_views()} - NO_PAGES - {"login"}

    assert names - pages.keys() == set()
