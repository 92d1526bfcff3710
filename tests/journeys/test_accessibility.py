"""Every page is clean by axe (WCAG 2.2 AA, best practices): light, dark and narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from employees.models import Employee
from tests.factories import AdministratorFactory, CompanyFactory, EmployeeFactory
from tests.journeys.pages import NO_PAGES, pages_of
from tests.journeys.people_pages import (
    Pages,
    pages_of_an_applicant,
    pages_of_people,
    pages_of_the_operator,
)
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


@dataclass(frozen=True, slots=True)
class Tour:
    """What one person looks at."""

    company: str
    employee_id: str
    pages: Pages


def tours(administrator: Employee) -> list[Tour]:
    company = administrator.company
    applicant = EmployeeFactory(company=company, employee_id="applicant")
    operator = CompanyFactory(code="operator", name="名刺管理サポート", is_operator=True)
    AdministratorFactory(company=operator, employee_id="ops-01")
    return [
        Tour("acme", "admin", {**pages_of(administrator), **pages_of_people(administrator)}),
        Tour("acme", "applicant", pages_of_an_applicant(applicant)),
        Tour("operator", "ops-01", pages_of_the_operator(company)),
    ]


BEFORE_LOGIN = ["/login/", "/login/?next=/employees/", "/password/forgot/"]


@pytest.mark.timeout(600)  # some hundred pages
@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (1280, "dark"), (375, "light")])
def test_axe_finds_nothing(
    page: Page, live_server: Any, administrator: Employee, width: int, scheme: Any
) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    site, found = str(live_server.url), {}

    def look_at(addresses: list[str]) -> None:
        for address in addresses:
            page.goto(f"{site}{address}")
            found[address] = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                found[address].append("scrolls sideways")

    look_at(BEFORE_LOGIN)
    for tour in tours(administrator):
        page.context.clear_cookies()
        log_in(page, site, company=tour.company, employee_id=tour.employee_id)
        page.get_by_role("heading", name="ホーム").wait_for()
        look_at([address for addresses in tour.pages.values() for address in addresses])

    problems = [f"{address}: {problem}" for address, many in found.items() for problem in many]
    assert "\n".join(problems) == ""


def test_axe_would_find_something(page: Page) -> None:
    page.set_content("<html><body><main><h1>x</h1><img src='data:,'></main></body></html>")

    assert any(problem.startswith("image-alt") for problem in violations(page))


def test_every_page_is_looked_at(administrator: Employee) -> None:
    seen = {name for tour in tours(administrator) for name in tour.pages}

    assert {view.name for view in all_views()} - NO_PAGES - {"login"} - seen == set()
