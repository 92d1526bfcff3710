"""The client: what the app asks SmartHR, as typed records."""

import re
import threading
import time
from collections.abc import Callable, Generator, Mapping, Sequence
from typing import Final, TypeVar
from uuid import UUID, uuid4

from integrations.smarthr.documents import read_object, read_objects
from integrations.smarthr.errors import (
    CREWS_READ,
    DEPARTMENTS_READ,
    WEBHOOKS,
    PermissionMissing,
    UnexpectedAnswer,
)
from integrations.smarthr.haste import Haste
from integrations.smarthr.pacer import Pacer
from integrations.smarthr.paging import PER_PAGE, has_next, total_count
from integrations.smarthr.parsing import (
    CREW_FIELDS,
    parse_crew,
    parse_department,
    parse_id,
    parse_webhook,
)
from integrations.smarthr.reading_ahead import read_ahead
from integrations.smarthr.records import BadRecord, Crew, Department, Page, Webhook
from integrations.smarthr.refusals import is_not_found, refusal
from integrations.smarthr.transport import Answer, Transport

T = TypeVar("T")
_LABEL = re.compile(r"[a-z0-9-]{1,63}")
_MOST_WEBHOOK_PAGES: Final = 20


def _uncounted() -> None:
    pass


class SmartHRClient:
    """One account of one company. Its reading methods may be called from several threads."""

    def __init__(
        self,
        *,
        subdomain: str,
        token: str,
        api_url: str,
        pacer: Pacer,
        on_request: Callable[[], None] = _uncounted,
        sleep: Callable[[float], None] = time.sleep,
        haste: Haste | None = None,
    ) -> None:
        """With haste it gives up early, because a person waits (integrations.smarthr.haste)."""
        if not _LABEL.fullmatch(subdomain):  # T2: the token goes to no other host
            raise ValueError("the subdomain is not one DNS label")
        self.requests = 0
        self._root = api_url.replace("{subdomain}", subdomain).rstrip("/")
        self._pacer = pacer
        self._on_request = on_request
        self._counting = threading.Lock()
        self._transport = Transport(
            token=token, pacer=pacer, on_request=self._count, sleep=sleep, haste=haste
        )

    def crews_page(
        self, number: int, *, fields: Sequence[str], newest_first: bool = False
    ) -> Page[Crew]:
        """A page of 100 crews (SmartHR Swagger: GET /v1/crews), as SmartHR orders them.

        `newest_first` asks for the latest changed ones first. The keys that can be sorted by are
        not documented, so the caller has to look whether the order is the one asked for.
        """
        asked = _asked_fields(fields)
        params = {**_page_params(number), "fields": ",".join(asked)}
        if newest_first:
            params["sort"] = "-updated_at"
        answer = self._get("crews", params, CREWS_READ)
        return _page(
            answer, number, lambda raw: parse_crew(raw, asked=asked, read_at=answer.read_at)
        )

    def departments_page(self, number: int) -> Page[Department]:
        answer = self._get("departments", _page_params(number), DEPARTMENTS_READ)
        return _page(answer, number, lambda raw: parse_department(raw, read_at=answer.read_at))

    def crews_by_id(self, ids: Sequence[UUID], *, fields: Sequence[str]) -> dict[UUID, Crew]:
        """Those of the crews that SmartHR gives; who is missing is gone or hidden (E12)."""
        asked = _asked_fields(fields)
        distinct = list(dict.fromkeys(ids))
        found: dict[UUID, Crew] = {}
        for start in range(0, len(distinct), PER_PAGE):
            found.update(self._batch_by_id(distinct[start : start + PER_PAGE], asked))
        return found

    def count_crews(self, *, status: str | None = None) -> int | None:
        """How many crews there are, of one `emp_status` or of all; None where nothing says so."""
        params = {"page": "1", "per_page": "1", "fields": "id"}
        answer = self._get("crews", params | ({"emp_status": status} if status else {}), CREWS_READ)
        read_objects(answer.body)
        return total_count(answer.headers)

    def can_read_webhooks(self) -> bool:
        try:
            read_objects(self._get("webhooks", _page_params(1), WEBHOOKS).body)
        except PermissionMissing:
            return False
        return True

    def can_update_webhooks(self) -> bool | None:
        """Asks for a change of a webhook that cannot exist; None where the answer says neither."""
        answer = self._transport.send("PATCH", f"{self._root}/webhooks/{uuid4()}", {})
        if is_not_found(answer):
            return True
        problem = refusal(answer, permission=WEBHOOKS)
        if isinstance(problem, PermissionMissing):
            return False
        if isinstance(problem, UnexpectedAnswer):
            return None
        raise problem

    def webhooks(self) -> list[Webhook]:
        """All that the token may see (SmartHR Swagger: GET /v1/webhooks)."""
        found: dict[str, Webhook] = {}
        for number in range(1, _MOST_WEBHOOK_PAGES + 1):
            answer = self._get("webhooks", _page_params(number), WEBHOOKS)
            rows = [parse_webhook(raw) for raw in read_objects(answer.body)]
            found |= {row.id: row for row in rows}
            if not has_next(answer.headers, number=number, rows=len(rows)):
                return list(found.values())
        raise UnexpectedAnswer("a list of webhooks without end")

    def create_webhook(self, attributes: Mapping[str, object]) -> Webhook:
        """Never repeated: an answer that was lost has to be looked up.

        SmartHR Swagger: POST /v1/webhooks.
        """
        answer = self._transport.send("POST", f"{self._root}/webhooks", attributes)
        return _webhook_of(answer, good=(200, 201))

    def change_webhook(self, webhook_id: str, attributes: Mapping[str, object]) -> Webhook | None:
        """None where there is none of that id (SmartHR Swagger: PATCH /v1/webhooks/{id})."""
        answer = self._transport.send("PATCH", f"{self._root}/webhooks/{webhook_id}", attributes)
        return None if is_not_found(answer) else _webhook_of(answer, good=(200,))

    def delete_webhook(self, webhook_id: str) -> None:
        """One that is not there any more is deleted (SmartHR Swagger: DELETE /v1/webhooks/{id})."""
        answer = self._transport.send("DELETE", f"{self._root}/webhooks/{webhook_id}")
        if answer.status not in (200, 204) and not is_not_found(answer):
            raise refusal(answer, permission=WEBHOOKS)

    def crew_exists(self, crew_id: UUID) -> bool:
        return self._exists("crews", crew_id, {"fields": "id"}, CREWS_READ)

    def department_exists(self, department_id: UUID) -> bool:
        return self._exists("departments", department_id, {}, DEPARTMENTS_READ)

    def read_ahead(
        self,
        first: int,
        reader: Callable[[int], Page[T]],
        *,
        window: int = 2,
        arrived: Callable[[Page[T]], bool] = lambda page: True,
    ) -> Generator[Page[T], None, None]:
        done = self._pacer.thread_done
        return read_ahead(first, reader, window=window, thread_done=done, arrived=arrived)

    def close(self) -> None:
        self._transport.close()

    def _batch_by_id(self, batch: Sequence[UUID], asked: Sequence[str]) -> dict[UUID, Crew]:
        params = {
            **_page_params(1),
            "id": ",".join(map(str, batch)),
            "fields": ",".join(asked),
        }
        answer = self._get("crews", params, CREWS_READ)
        page = _page(answer, 1, lambda raw: parse_crew(raw, asked=asked, read_at=answer.read_at))
        if page.total is not None and page.total > len(page.items):
            # Cut short: the rest would look deleted.
            raise UnexpectedAnswer("fewer crews by id than counted")
        found: dict[UUID, Crew] = {}
        for crew in page.items:
            if isinstance(crew, BadRecord) or crew.id not in batch:
                raise UnexpectedAnswer("a crew that was not asked for")
            found[crew.id] = crew
        return found

    def _exists(
        self, resource: str, record_id: UUID, params: Mapping[str, str], permission: str
    ) -> bool:
        answer = self._transport.get(f"{self._root}/{resource}/{record_id}", params)
        if is_not_found(answer):
            return False
        if answer.status != 200:
            raise refusal(answer, permission=permission)
        if parse_id(read_object(answer.body)) != record_id:
            raise UnexpectedAnswer("a record that was not asked for")
        return True

    def _get(self, resource: str, params: Mapping[str, str], permission: str) -> Answer:
        answer = self._transport.get(f"{self._root}/{resource}", params)
        if answer.status != 200:
            raise refusal(answer, permission=permission)
        return answer

    def _count(self) -> None:
        with self._counting:
            self.requests += 1
        self._on_request()


def _webhook_of(answer: Answer, *, good: tuple[int, ...]) -> Webhook:
    if answer.status not in good:
        raise refusal(answer, permission=WEBHOOKS)
    return parse_webhook(read_object(answer.body))


def _asked_fields(fields: Sequence[str]) -> tuple[str, ...]:
    """X10: never without `fields`, since the default is all 145 attributes."""
    unknown = set(fields) - CREW_FIELDS
    if unknown:
        raise ValueError(f"attributes that this app has no use for: {sorted(unknown)}")
    return tuple(dict.fromkeys(("id", "updated_at", *fields)))


def _page_params(number: int) -> dict[str, str]:
    return {"page": str(number), "per_page": str(PER_PAGE)}


def _page(
    answer: Answer, number: int, parse: Callable[[dict[str, object]], T | BadRecord]
) -> Page[T]:
    items = tuple(parse(raw) for raw in read_objects(answer.body))
    return Page(
        number=number,
        items=items,
        total=total_count(answer.headers),
        has_next=has_next(answer.headers, number=number, rows=len(items)),
        read_at=answer.read_at,
    )
