"""Narrowing the log: period, state, event and words. All of it is in the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q
from django.utils import timezone

from companies.models import Company
from employees.models import Employee
from webhooks.choices import LogState
from webhooks.log.states import EVENTS, STATES
from webhooks.models import Delivery, DeliveryCrew

PERIODS: Final[Mapping[str, tuple[str, timedelta | None]]] = {
    "day": ("直近24時間", timedelta(hours=24)),
    "week": ("直近7日", timedelta(days=7)),
    "month": ("直近30日", timedelta(days=30)),
    "all": ("すべて", None),
}
PERIOD_CHOICES: Final = [(key, label) for key, (label, _) in PERIODS.items()]
DEFAULT_PERIOD: Final = "week"
LONGEST_SEARCH: Final = 100


@dataclass(frozen=True, slots=True)
class LogFilter:
    """What is asked of the log; unknown values ask for nothing."""

    period: str = DEFAULT_PERIOD
    state: str = ""
    event: str = ""
    words: str = ""

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> LogFilter:
        return cls(
            period=_known(query.get("period"), PERIODS) or DEFAULT_PERIOD,
            state=_known(query.get("status"), STATES),
            event=_known(query.get("event"), EVENTS),
            words=query.get("q", "").replace("\x00", "").strip()[:LONGEST_SEARCH],
        )

    @property
    def is_narrow(self) -> bool:
        return self != LogFilter()

    @property
    def shows_all_failed(self) -> bool:
        only_them = LogFilter("all", LogState.FAILED.value)
        return self in {only_them, LogFilter("all")}

    def deliveries(self, company: Company) -> Any:
        """The newest first."""
        rows = Delivery.objects.for_company(company).defer("crew_ids")
        if (length := PERIODS[self.period][1]) is not None:
            rows = rows.filter(received_at__gte=timezone.now() - length)
        if self.state:
            rows = rows.filter(STATES[self.state])
        if self.event:
            rows = rows.filter(EVENTS[self.event])
        if self.words:
            crews = _crews_called(self.words, company)
            rows = rows.filter(pk__in=crews.values("delivery_id"))
        return rows.order_by("-received_at", "-pk")


def _known(value: str | None, known: Mapping[str, Any]) -> str:
    return value if value is not None and value in known else ""


def _crews_called(words: str, company: Company) -> Any:
    """As they were called when they were read, or are called now. Each word is looked for."""
    crews = DeliveryCrew.objects.for_company(company)
    people = Employee.objects.for_company(company)
    for word in words.split():
        called = people.filter(
            Q(last_name__icontains=word)
            | Q(first_name__icontains=word)
            | Q(employee_id__icontains=word)
        )
        crews = crews.filter(
            Q(label__icontains=word)
            | Q(object_pk__in=called.values("pk"))
            | Q(label="", smarthr_id__in=called.linked().values("smarthr_id"))
        )
    return crews
