"""Syncs that start by themselves: hourly what changed, at night everything (X2).

Each is started by whoever moves its time on, in one transaction, so that two beats start one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any, Final

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from groups.models import Group
from integrations.choices import GOOD_STATUSES, PEOPLE_KINDS, RunKind, Trigger, WebhookMode
from integrations.holding import is_held
from integrations.models import SmartHRIntegration, SyncRun, UnattendedAct
from integrations.plan import plan_of
from integrations.services.runs import NotReady, start_run
from integrations.services.snapshot import WITH_GROUPS

log = logging.getLogger(__name__)

HOUR: Final = timedelta(hours=1)
# At night, spread over some hours so that not all companies begin at once.
NIGHT: Final = time(1, 30)
NIGHT_MINUTES: Final = 180
# A sync that could not start because another one runs comes after it.
SOON: Final = timedelta(minutes=5)
# What asks for a sync is not heeded more often than this, and while syncs fail.
BREATH: Final = timedelta(minutes=1)
AGAIN_AFTER: Final = timedelta(minutes=15)


def start_due_syncs() -> None:
    """What is due by now, of every company; one company's trouble is not another's."""
    now = timezone.now()
    for integration in _due(now):
        plan = plan_of(integration)
        if not plan.may_process or is_held(integration):
            continue
        try:
            _start_due(integration, now)
        except NotReady:  # it changed just now
            continue
        except Exception as error:  # noqa: BLE001 - the other companies are due too
            kind = type(error).__name__
            log.error("syncs of company %s were not started: %s", integration.company_id, kind)  # noqa: TRY400


def next_night(company_id: int, now: datetime) -> datetime:
    """When the next nightly comparison of a company begins."""
    local = timezone.localtime(now)
    minutes = timedelta(minutes=company_id * 37 % NIGHT_MINUTES)
    tonight = timezone.make_aware(datetime.combine(local.date(), NIGHT)) + minutes
    return tonight if tonight > now else tonight + timedelta(days=1)


def forget_old_acts() -> None:
    """W7, S5 count an hour of them."""
    old = timezone.now() - timedelta(days=1)
    UnattendedAct.objects.across_companies().filter(at__lt=old).delete()


def _due(now: datetime) -> Any:
    hourly = Q(hourly_sync=True) & (Q(next_changed_at=None) | Q(next_changed_at__lte=now))
    nightly = Q(nightly_sync=True) & (Q(next_full_at=None) | Q(next_full_at__lte=now))
    asked = Q(changes_wanted_at__isnull=False) | Q(full_wanted_at__isnull=False)
    return (
        SmartHRIntegration.objects.across_companies()
        .select_related("company")
        .filter(hourly | nightly | asked)
        # X2: nothing unattended before a person has completed a whole one.
        .filter(people_imported_at__isnull=False, preview_due=False)
        .exclude(webhook_mode=WebhookMode.OFF)
        .exclude(Q(subdomain="") | Q(token_ciphertext=""))
    )


def _start_due(integration: SmartHRIntegration, now: datetime) -> None:
    """The whole one first: it reads what changed, too."""
    company_id = integration.company_id
    if integration.nightly_sync:
        if integration.next_full_at is None:
            _move_on(integration, "next_full_at", next_night(company_id, now))
        elif integration.next_full_at <= now:
            _start(integration, "next_full_at", next_night(company_id, now), _start_whole)
            return
    if integration.hourly_sync:
        if integration.next_changed_at is None:
            later = now + timedelta(minutes=company_id * 7 % 60)
            _move_on(integration, "next_changed_at", later)
        elif integration.next_changed_at <= now:
            _start(integration, "next_changed_at", now + HOUR, _start_changed)
            return
    if _was_tried(integration, now):
        return
    if integration.full_wanted_at is not None:
        _start_whole(integration)
    elif integration.changes_wanted_at is not None:
        _start_changed(integration, Trigger.WEBHOOK)


def _start(
    integration: SmartHRIntegration,
    column: str,
    later: datetime,
    start: Callable[[SmartHRIntegration], bool],
) -> None:
    """The row of the run first, like everybody who ends one: no two wait for each other."""
    with transaction.atomic():
        is_new = start(integration)
        is_ours = _move_on(integration, column, later if is_new else timezone.now() + SOON)
        if is_new and not is_ours:  # another beat was faster, and its run has ended already
            transaction.set_rollback(True)


def _move_on(integration: SmartHRIntegration, column: str, later: datetime) -> bool:
    same = {column: getattr(integration, column)}
    rows = SmartHRIntegration.objects.for_company(integration.company_id)
    return bool(rows.filter(**same).update(**{column: later}))


def _start_whole(integration: SmartHRIntegration) -> bool:
    """With the groups also where no slot is chosen, if departments were ever imported."""
    groups = Group.objects.for_company(integration.company_id)
    has_linked = groups.filter(smarthr_id__isnull=False).exists()
    _, started = start_run(
        company=integration.company,
        kind=RunKind.EMPLOYEES,
        trigger=Trigger.SCHEDULE,
        actor=None,
        options={WITH_GROUPS: True} if has_linked else {},
    )
    return started


def _start_changed(integration: SmartHRIntegration, trigger: Trigger = Trigger.SCHEDULE) -> bool:
    _, started = start_run(
        company=integration.company, kind=RunKind.CHANGED, trigger=trigger, actor=None
    )
    return started


def _was_tried(integration: SmartHRIntegration, now: datetime) -> bool:
    """Whether a sync of people runs, ran a moment ago, or ended badly a while ago."""
    runs = SyncRun.objects.for_company(integration.company_id)
    tries = runs.filter(kind__in=PEOPLE_KINDS)
    lately = Q(started_at__gt=now - BREATH)
    badly = Q(started_at__gt=now - AGAIN_AFTER) & ~Q(status__in=GOOD_STATUSES)
    return bool(runs.active().exists() or tries.filter(lately | badly).exists())
