import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import NamedTuple, Unpack

from simulator.api.messages import ApiRequest
from simulator.deliveries.outbox import Outbox
from simulator.demo.company import fill
from simulator.errors import Unauthorized
from simulator.fault_options import FaultOptions
from simulator.faults import Fault, FaultKind, FaultQueue
from simulator.json_text import Record
from simulator.rate_limit import TokenLimits
from simulator.records.crew import CrewShape, CrewTexts, SlotShape
from simulator.records.department import DepartmentTexts
from simulator.tokens import ALL_SCOPES, HiddenAs, Token, presented_token

LOG_LENGTH = 200_000
EVERYTHING = Token("")


class LoggedRequest(NamedTuple):
    time: float
    method: str
    path: str
    query: Mapping[str, str]
    # 0 where the connection was dropped.
    status: int


class Account(Outbox):
    """One company's SmartHR: its records, its tokens and every switch a test may turn."""

    def __init__(self, subdomain: str, root_url: str = "") -> None:
        super().__init__(subdomain)
        self.subdomain = subdomain
        self.page_url = f"{root_url}/{subdomain}/"
        self.api_url = f"{root_url}/{subdomain}/api/v1"
        self.maintenance = False
        self.inactive = False
        self.rate_limit_per_second: int | None = 10
        self.rate_limit_per_hour: int | None = 5000
        self.department_slots = 3
        self.slot_shape: SlotShape | str = SlotShape.PADDED
        # None nests parents up to the root, as SmartHR does.
        self.parent_depth: int | None = None
        self.fields_include_id = True
        self.lists_discontinued = False
        # Of crews: a key that SmartHR does not sort by.
        self.ignores_sort = False
        self.requires_unique_emp_code = False
        # Headcount of the contract: POST /crews beyond it is refused.
        self.plan_limit: int | None = None
        # Called before a page of that list is read, outside the lock, with the page's number.
        self.before_page: Callable[[int], object] | None = None
        self.before_department_page: Callable[[int], object] | None = None
        self.request_count = 0
        # The latest ones; clear it as you like.
        self.requests: list[LoggedRequest] = []
        self.stopping = threading.Event()
        self.department_texts = DepartmentTexts(self)
        self.crew_texts = CrewTexts(self, self.department_texts)
        self._tokens: dict[str, Token] = {}
        self._limits: dict[str, TokenLimits] = {}
        self._faults = FaultQueue()

    def log(self, record: LoggedRequest) -> None:
        with self.lock:
            self.request_count += 1
            self.requests.append(record)
            if len(self.requests) > LOG_LENGTH:
                # A demo may run for weeks.
                del self.requests[: LOG_LENGTH // 2]

    def pause(self, seconds: float) -> None:
        """Wait, but not beyond the end of the simulator."""
        self.stopping.wait(seconds)

    # Tokens

    def add_token(
        self,
        token: str,
        scopes: Iterable[str] = ALL_SCOPES,
        hidden_attributes: Iterable[str] = (),
        hidden_as: HiddenAs | str = HiddenAs.OMIT,
    ) -> None:
        """Add or replace a token."""
        unknown = set(scopes) - ALL_SCOPES
        if unknown:
            raise ValueError(f"unknown scopes: {sorted(unknown)}")
        self._tokens[token] = Token(
            token, frozenset(scopes), frozenset(hidden_attributes), HiddenAs(hidden_as)
        )

    def remove_token(self, token: str) -> None:
        del self._tokens[token]

    @property
    def tokens(self) -> list[Token]:
        return list(self._tokens.values())

    def authorize(self, authorization: str) -> Token:
        token = self._tokens.get(presented_token(authorization) or "")
        if token is None:
            raise Unauthorized
        return token

    def take_allowance(self, authorization: str) -> tuple[bool, dict[str, str]]:
        """Count a request against its token; all unknown tokens share one allowance."""
        token = presented_token(authorization) or ""
        with self.lock:
            limits = self._limits.setdefault(token if token in self._tokens else "", TokenLimits())
            return limits.take(self.rate_limit_per_second, self.rate_limit_per_hour)

    def reset_rate_limits(self) -> None:
        with self.lock:
            self._limits.clear()

    # Faults

    def fail(
        self,
        kind: FaultKind | str,
        path: str | None = None,
        page: int | None = None,
        times: int | None = 1,
        **options: Unpack[FaultOptions],
    ) -> Fault:
        """Spoil coming requests; the options are those of Fault, which has hits and cancel()."""
        fault = Fault(FaultKind(kind), path=path, page=page, times=times, **options)
        with self.lock:
            self._faults.add(fault)
        return fault

    def clear_faults(self) -> None:
        with self.lock:
            self._faults.clear()

    def take_fault(self, request: ApiRequest) -> Fault | None:
        with self.lock:
            return self._faults.take(request)

    # Data

    def generate(
        self, people: int = 3000, departments: int = 86, seed: int = 1, today: date | None = None
    ) -> None:
        """Fill with a made-up Japanese company; the same arguments give the same company."""
        with self.lock:
            fill(self, people=people, departments=departments, seed=seed, today=today)
            self.touched(departments=True)

    def crew(self, key: str) -> Record:
        with self.lock:
            return dict(self.crews[key])

    def department(self, key: str) -> Record:
        with self.lock:
            return dict(self.departments[key])

    def crew_shape(self, token: Token, fields: frozenset[str] | None = None) -> CrewShape:
        """What that token gets to see of a crew, as the switches stand."""
        return CrewShape(
            token=token,
            fields=fields,
            slots=self.department_slots,
            slot_shape=SlotShape(self.slot_shape),
            parent_depth=self.parent_depth,
        )

    def whole_crew(self, key: str) -> str:
        return self.crew_texts.text(key, self.crew_shape(EVERYTHING))

    def logged(self, path: str, method: str = "GET") -> list[LoggedRequest]:
        """The logged requests of one path, in order of arrival."""
        found = [r for r in self.requests if r.path == path and r.method == method]
        return sorted(found, key=lambda record: record.time)
