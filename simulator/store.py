import threading
import uuid
from collections.abc import Callable

from simulator.clock import Clock
from simulator.json_text import Record

AUTO = object()


class Store:
    """The records of one account, in the order in which they were made.

    Each kind is a mapping from a key to the record. The key is the id unless a test gave the
    record an id that cannot be one.
    """

    def __init__(self, name: str) -> None:
        self.lock = threading.RLock()
        self.clock = Clock()
        self.crews: dict[str, Record] = {}
        self.departments: dict[str, Record] = {}
        self.webhooks: dict[str, Record] = {}
        self.made = 0
        self.version = 0
        # Answers of searches, until a record changes.
        self.orders: dict[tuple[object, ...], list[str]] = {}
        self.department_version = 0
        self.on_change: Callable[[], None] | None = None
        self._name = name

    def next_id(self) -> str:
        # Derived, not random, so that a failing test fails with the same ids again.
        self.made += 1
        return str(uuid.uuid5(uuid.NAMESPACE_URL, f"simulator/{self._name}/{self.made}"))

    def touched(self, *, departments: bool = False) -> None:
        self.version += 1
        self.orders.clear()
        self.department_version += departments
        if self.on_change is not None:
            self.on_change()

    def clear(self) -> None:
        """Forget every crew and department; webhooks and tokens stay."""
        with self.lock:
            self.crews.clear()
            self.departments.clear()
            self.touched(departments=True)

    # Crews

    def add_crew(self, **attributes: object) -> str:
        """Add a crew with sensible values for what is not given; returns its id."""
        with self.lock:
            record = self._crew_defaults(attributes) | attributes
            key = _key(record["id"], self.next_id)
            self.crews[key] = record
            self.touched()
            return key

    def _crew_defaults(self, attributes: Record) -> Record:
        identity = attributes["id"] if "id" in attributes else self.next_id()
        number = self.made
        now = str(attributes.get("updated_at") or self.clock.now())
        return {
            "id": identity,
            "emp_code": f"E{number:05d}",
            "emp_status": "employed",
            "last_name": "佐藤",
            "first_name": "太郎",
            "last_name_yomi": "サトウ",
            "first_name_yomi": "タロウ",
            "birth_at": "1990-04-01",
            "gender": "male",
            "email": f"e{number:05d}@example.com",
            "entered_at": "2020-04-01",
            "department_ids": [],
            "created_at": now,
            "updated_at": now,
        }

    def change_crew(self, key: str, /, **attributes: object) -> None:
        with self.lock:
            record = self.crews[key]
            self.crews[key] = record | {"updated_at": self.clock.now()} | attributes
            self.touched()

    def delete_crew(self, key: str, /) -> None:
        with self.lock:
            del self.crews[key]
            self.touched()

    # Departments

    def add_department(
        self,
        name: object,
        parent: object = None,
        id: object = AUTO,  # noqa: A002 - the attribute's own name
        position: object = AUTO,
        **attributes: object,
    ) -> str:
        """Add a department; `parent` is an id, or any other value to be sent as it is."""
        with self.lock:
            identity = self.next_id() if id is AUTO else id
            now = str(attributes.get("updated_at") or self.clock.now())
            record: Record = {
                "id": identity,
                "name": name,
                "position": len(self.departments) + 1 if position is AUTO else position,
                "code": None,
                "parent": parent,
                "created_at": now,
                "updated_at": now,
            }
            key = _key(identity, self.next_id)
            self.departments[key] = record | attributes
            self.touched(departments=True)
            return key

    def change_department(self, key: str, /, **attributes: object) -> None:
        with self.lock:
            record = self.departments[key]
            self.departments[key] = record | {"updated_at": self.clock.now()} | attributes
            self.touched(departments=True)

    def delete_department(self, key: str, /) -> None:
        """Delete it; children become top-level, and its slot of each crew becomes null."""
        with self.lock:
            del self.departments[key]
            for other, record in self.departments.items():
                if record["parent"] == key:
                    self.departments[other] = record | {"parent": None}
            for crew_key, crew in self.crews.items():
                slots = crew.get("department_ids")
                if isinstance(slots, list) and key in slots:
                    kept = [None if slot == key else slot for slot in slots]
                    self.crews[crew_key] = crew | {"department_ids": kept}
            self.touched(departments=True)

    # Webhooks

    def add_webhook(self, **attributes: object) -> str:
        with self.lock:
            now = self.clock.now()
            key = self.next_id()
            self.webhooks[key] = {"id": key, "created_at": now, "updated_at": now} | attributes
            self.touched()
            return key

    def change_webhook(self, key: str, /, **attributes: object) -> None:
        with self.lock:
            record = self.webhooks[key]
            self.webhooks[key] = record | {"updated_at": self.clock.now()} | attributes
            self.touched()

    def delete_webhook(self, key: str, /) -> None:
        with self.lock:
            del self.webhooks[key]
            self.touched()


def _key(identity: object, fresh: Callable[[], str]) -> str:
    return identity if isinstance(identity, str) and identity else fresh()
