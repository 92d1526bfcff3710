"""Who may open the screens of SmartHR連携, and what another company sees of them (C1, C3)."""

import pytest
from django.test import Client
from django.urls import reverse

from integrations.choices import SYNC_KINDS
from integrations.models import SyncRun
from tests.factories import (
    ActiveRunFactory,
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    RunFactory,
)

pytestmark = pytest.mark.django_db
RUN_PAGES = [
    "smarthr-run",
    "smarthr-run-progress",
    "smarthr-run-cancel",
    "smarthr-accept-account",
    "smarthr-relink",
    "smarthr-ties",
]
READ = ["smarthr-settings", "smarthr-first-import", "employee-list", "group-list"]


@pytest.mark.parametrize("name", READ)
@pytest.mark.parametrize(
    ("factory", "status"),
    [(EmployeeFactory, 403), (ApproverFactory, 403), (AdministratorFactory, 200)],
)
def test_only_administrators_open_it(
    client: Client, name: str, factory: type[EmployeeFactory], status: int
) -> None:
    client.force_login(factory())

    assert client.get(reverse(name)).status_code == status


@pytest.mark.parametrize("name", RUN_PAGES)
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_others_open_no_run_of_their_company(
    client: Client, name: str, factory: type[EmployeeFactory]
) -> None:
    run = ActiveRunFactory()
    client.force_login(factory(company=run.company))

    assert client.get(reverse(name, args=[run.pk])).status_code == 403
    assert client.post(reverse(name, args=[run.pk])).status_code == 403


@pytest.mark.parametrize("name", RUN_PAGES)
def test_run_of_another_company_does_not_exist(client: Client, name: str) -> None:
    run = ActiveRunFactory()
    client.force_login(AdministratorFactory())

    assert client.get(reverse(name, args=[run.pk])).status_code == 404


def test_run_of_another_company_cannot_be_cancelled(client: Client) -> None:
    run = ActiveRunFactory()
    client.force_login(AdministratorFactory())

    response = client.post(reverse("smarthr-run-cancel", args=[run.pk]))

    run.refresh_from_db()
    assert (response.status_code, run.cancel_requested_at) == (404, None)


@pytest.mark.parametrize(
    "path",
    [reverse("smarthr-start", args=[kind]) for kind in SYNC_KINDS]
    + [reverse("smarthr-save", args=[name]) for name in ("connection", "slot", "webhook", "others")]
    + [reverse("smarthr-check"), reverse("smarthr-webhook-secret")]
    + [reverse("smarthr-webhook-rotate"), reverse("smarthr-webhook-revoke")],
)
def test_others_start_and_save_nothing(client: Client, path: str) -> None:
    client.force_login(ApproverFactory())

    assert client.post(path).status_code == 403
    assert SyncRun.objects.across_companies().count() == 0


@pytest.mark.parametrize("name", [*READ, "home"])
def test_without_login_it_leads_to_the_login(client: Client, name: str) -> None:
    path = reverse(name)

    assert client.get(path)["Location"] == f"/login/?next={path}"


@pytest.mark.parametrize("name", [*READ, "home"])
def test_no_browser_keeps_a_page_that_shows_people(client: Client, name: str) -> None:
    client.force_login(AdministratorFactory())

    response = client.get(reverse(name))

    assert response.status_code == 200
    assert response["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"


def test_buttons_do_nothing_on_get(client: Client) -> None:
    client.force_login(AdministratorFactory())

    assert client.get("/settings/smarthr/sync/employees/").status_code == 405
    assert client.get("/settings/smarthr/save/slot/").status_code == 405
    assert client.get("/settings/smarthr/check/").status_code == 405
    assert client.get("/settings/smarthr/webhook/secret/").status_code == 405
    assert client.post("/settings/smarthr/sync/everything/").status_code == 404
    assert client.post("/settings/smarthr/save/everything/").status_code == 404


def test_every_page_carries_the_strict_policy(client: Client) -> None:
    client.force_login(AdministratorFactory())
    run = RunFactory(company=AdministratorFactory().company)

    for path in ("/", "/login/", "/nothing/", f"/settings/smarthr/runs/{run.pk}/"):
        policy = client.get(path)["Content-Security-Policy"]
        assert "script-src 'self'" in policy
        assert "style-src 'self'" in policy
        assert "unsafe" not in policy
