"""Is it up, and can it work: for load balancers and monitoring."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait

import redis
from django.conf import settings
from django.db import connections
from django.http import HttpRequest, JsonResponse
from django.urls import path
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from companies.access import public
from config.celery import app

logger = logging.getLogger(__name__)
SECONDS = 3.0
WORKER_SECONDS = 2.0
# A server that hangs holds a thread until its own time-out; probes share these few.
_pool = ThreadPoolExecutor(max_workers=12, thread_name_prefix="readyz")


@public
@never_cache
@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """The process answers; asks nobody else."""
    return JsonResponse({"status": "up"})


@public
@never_cache
@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Database, broker and a live worker, each up or down; 503 when one is down."""
    parts = check_parts({"database": _ask_database, "broker": _ask_broker, "worker": _ask_worker})
    is_ready = all(parts.values())
    answer = {name: "up" if is_up else "down" for name, is_up in parts.items()}
    response = JsonResponse(
        {"status": "ready" if is_ready else "not ready", **answer}, status=200 if is_ready else 503
    )
    # Logged above by part. Django would report an error at every probe.
    response._has_been_logged = True  # type: ignore[attr-defined]
    return response


def check_parts(checks: dict[str, Callable[[], bool]], seconds: float = SECONDS) -> dict[str, bool]:
    """Runs all at once; one that does not end in time is down."""
    futures = {name: _pool.submit(_is_up, name, check) for name, check in checks.items()}
    done, _ = wait(futures.values(), timeout=seconds)
    for future in futures.values():
        future.cancel()
    return {name: future in done and future.result() for name, future in futures.items()}


def _is_up(name: str, check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as problem:  # noqa: BLE001 - whatever it is, that part is down
        # The class only: the text may carry an address with a password.
        logger.warning("readyz: %s is down (%s)", name, type(problem).__name__)
        return False
    finally:
        connections.close_all()


def _ask_database() -> bool:
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1")
    return True


def _ask_broker() -> bool:
    if not settings.REDIS_URL:  # the broker is this process
        return True
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=SECONDS, socket_timeout=SECONDS
    )
    try:
        return bool(client.ping())
    finally:
        client.close()


class _Served(Exception):
    """Every queue has a worker: no need to wait for further answers."""


def _ask_worker() -> bool:
    """For each queue a worker answers over the broker, also while all its tasks are busy."""
    wanted = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}

    def heard(answer: dict[str, list[dict[str, object]]]) -> None:
        for queues in answer.values():
            wanted.difference_update(str(queue["name"]) for queue in queues)
        if not wanted:
            raise _Served

    try:
        app.control.broadcast("active_queues", reply=True, timeout=WORKER_SECONDS, callback=heard)
    except _Served:
        return True
    return False


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
