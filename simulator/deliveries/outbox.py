from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from simulator.deliveries.bodies import event_body, id_text, import_result
from simulator.deliveries.courier import Courier
from simulator.deliveries.delivery import Delivery
from simulator.json_text import Record

# From the key of a crew to its JSON text.
Shown = Callable[[str], str]
# The members of a body that follow the envelope, as JSON text.
Subject = Callable[[Shown], dict[str, str]]


class CrewImport(NamedTuple):
    created: list[str]
    updated: list[str]


class Outbox(Courier, ABC):
    """A store that tells its webhooks of every change of a crew, as the crew is just then."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self._silenced = 0

    @abstractmethod
    def whole_crew(self, key: str) -> str:
        """The JSON text of a crew, nothing left out."""

    @contextmanager
    def without_webhooks(self, *, when: bool = True) -> Iterator[None]:
        """Changes inside are told to nobody; it holds the lock, so that those are yours alone."""
        with self.lock:
            self._silenced += when
            try:
                yield
            finally:
                self._silenced -= when

    def add_crew(self, **attributes: object) -> str:
        with self.lock:
            key = super().add_crew(**attributes)
            self._tell("crew_created", key)
            return key

    def change_crew(self, key: str, /, **attributes: object) -> None:
        with self.lock:
            super().change_crew(key, **attributes)
            self._tell("crew_updated", key)

    def delete_crew(self, key: str, /) -> None:
        with self.lock:
            self._tell("crew_deleted", key)
            super().delete_crew(key)

    def import_crews(self, crews: Iterable[Record]) -> CrewImport:
        """As from a file: each over the crew of that id or number, else as a new one."""
        done = CrewImport([], [])
        with self.lock:
            with self.without_webhooks(when=not self.import_sends_each):
                known = self._known_crews()
                for attributes in crews:
                    key = known(attributes)
                    if key is not None:
                        self.change_crew(key, **attributes)
                        done.updated.append(key)
                    else:
                        done.created.append(self.add_crew(**attributes))
            self._send("crew_imported", [*done.created, *done.updated], _subject_of(done))
        return done

    def _known_crews(self) -> Callable[[Record], str | None]:
        numbers = {
            code: key
            for key, crew in self.crews.items()
            if isinstance(code := crew.get("emp_code"), str)
        }

        def known(attributes: Record) -> str | None:
            identity, code = attributes.get("id"), attributes.get("emp_code")
            if isinstance(identity, str):
                return identity if identity in self.crews else None
            return numbers.get(code) if isinstance(code, str) else None

        return known

    def _tell(self, event: str, key: str) -> None:
        self._send(event, [key], lambda shown: {"crew": shown(key)})

    def _send(self, event: str, keys: list[str], subject: Subject) -> None:
        if self._silenced:
            return
        for webhook, record in self.webhooks.items():
            if record.get(event) is not True or record.get("disabled_at") is not None:
                continue
            if record.get("expose_only_id") is True and not self.webhook_full_bodies:
                body = event_body(event, "null", subject(self._only_id))
            else:
                body = event_body(event, self._sender(), subject(self.whole_crew))
            names = tuple(_name(self.crews[key]) for key in keys)
            self._dispatch(Delivery(event, webhook, tuple(keys), names, body))

    def _only_id(self, key: str) -> str:
        return id_text(self.crews[key])

    def _sender(self) -> str:
        key = self.webhook_sender
        return self.whole_crew(key) if key is not None and key in self.crews else "null"


def _subject_of(done: CrewImport) -> Subject:
    def subject(shown: Shown) -> dict[str, str]:
        result = import_result(map(shown, done.created), map(shown, done.updated))
        return {"crew_import_result": result}

    return subject


def _name(crew: Record) -> str:
    parts = (crew.get("last_name"), crew.get("first_name"))
    return " ".join(str(part) for part in parts if part)
