"""Which records here may be which of SmartHR's (T7, X8, X12). Pure; joins by hash, never n²."""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from integrations.choices import MatchedBy
from integrations.smarthr.records import Department
from integrations.sync.values import text_or_empty

# Where more pairs than this share one value (everybody has the same e-mail), it tells nobody apart.
MOST_PAIRS = 100

Path = tuple[str, ...]
Key = tuple[MatchedBy, str]


@dataclass(frozen=True, slots=True)
class PersonHere:
    """An employee who was made by hand."""

    pk: int
    employee_id: str
    email: str
    name: str

    @property
    def keys(self) -> dict[MatchedBy, str]:
        return _keys(self.employee_id, self.email, self.name)


@dataclass(frozen=True, slots=True)
class CrewThere:
    id: UUID
    label: str
    number: str
    email: str
    name: str
    is_retired: bool = False

    @property
    def keys(self) -> dict[MatchedBy, str]:
        return _keys(self.number, self.email, self.name)


@dataclass(frozen=True, slots=True)
class Match:
    """A pair that may be one: the record here, SmartHR's, and what is the same on both sides."""

    pk: int
    id: UUID
    label: str
    matched: tuple[MatchedBy, ...]
    previous_id: UUID | None = None


@dataclass(slots=True)
class FirstImport:
    matches: list[Match] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)


def plan_first_import(people: Sequence[PersonHere], crews: Iterable[CrewThere]) -> FirstImport:
    """T7: each pair once, with all that matches; an employee may have several crews.

    `crews` are those that are linked to nobody.
    """
    distinct = {crew.id: crew for crew in crews}
    there: dict[Key, list[CrewThere]] = defaultdict(list)
    for crew in distinct.values():
        for key in crew.keys.items():
            there[key].append(crew)
    here = Counter(key for person in people for key in person.keys.items())
    plan = FirstImport()
    counts: Counter[str] = Counter()
    for person in people:
        shared = [key for key in person.keys.items() if key in there]
        usable = [key for key in shared if here[key] * len(there[key]) <= MOST_PAIRS]
        pairs = {crew.id: crew for key in usable for crew in there[key]}
        plan.matches += [_match(person, crew) for crew in pairs.values()]
        _count(counts, {kind for kind, _ in shared}, is_crowded=bool(shared) and not pairs)
    plan.counts = {
        "crews": len(distinct),
        "retired": sum(crew.is_retired for crew in distinct.values()),
        "handmade": len(people),
        **{name: counts[name] for name in ("same_number", "same_email", "same_name", "crowded")},
    }
    return plan


def _count(counts: Counter[str], shared: set[MatchedBy], *, is_crowded: bool) -> None:
    counts["same_number"] += MatchedBy.EMP_CODE in shared
    counts["same_email"] += MatchedBy.EMAIL in shared
    counts["same_name"] += shared == {MatchedBy.NAME}  # and nothing else
    counts["crowded"] += is_crowded


def _match(person: PersonHere, crew: CrewThere) -> Match:
    theirs = crew.keys
    matched = tuple(kind for kind, key in person.keys.items() if theirs.get(kind) == key)
    return Match(person.pk, crew.id, crew.label, matched)


def _keys(number: str, email: str, name: str) -> dict[MatchedBy, str]:
    """What is compared, the strongest first; nothing where there is no value."""
    keys = {
        MatchedBy.EMP_CODE: number.strip(),
        MatchedBy.EMAIL: email.strip().lower(),
        MatchedBy.NAME: "".join(unicodedata.normalize("NFKC", name).split()),
    }
    return {kind: key for kind, key in keys.items() if key}


# --- 付け替え -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class LinkedHere:
    """A linked employee or group; `key` is what has to be the same, empty where there is none."""

    pk: int
    label: str
    id: UUID
    key: Hashable


@dataclass(frozen=True, slots=True)
class RecordThere:
    id: UUID
    label: str
    key: Hashable


@dataclass(slots=True)
class Relink:
    matches: list[Match] = field(default_factory=list)
    # The key stands for two or more on one side: nobody can tell which is which.
    ambiguous: list[LinkedHere] = field(default_factory=list)
    unmatched: list[LinkedHere] = field(default_factory=list)


def plan_relink(here: Sequence[LinkedHere], there: Iterable[RecordThere], by: MatchedBy) -> Relink:
    """X12: linked records whose id the new account does not have, by their key; exact, one to one.

    `here` are all linked records of a kind, `there` all of the account's.
    """
    distinct = {record.id: record for record in there}
    by_key: dict[Hashable, list[RecordThere]] = defaultdict(list)
    for found in distinct.values():
        by_key[found.key].append(found)
    holders = Counter(record.key for record in here)
    linked = {record.id for record in here}
    plan = Relink()
    for record in here:
        if record.id in distinct:
            continue
        same = by_key.get(record.key, []) if record.key else []
        if len(same) > 1 or (same and holders[record.key] > 1):
            plan.ambiguous.append(record)
        elif not same or same[0].id in linked:
            plan.unmatched.append(record)
        else:
            only = same[0]
            plan.matches.append(Match(record.pk, only.id, only.label, (by,), record.id))
    return plan


def department_paths(departments: Iterable[Department]) -> dict[UUID, Path]:
    """Each department's names from the top down to its own.

    An unknown parent makes it top-level, as in a sync (G6). None for a department without a name,
    in a circle, or below one of these.
    """
    known = {department.id: department for department in departments}
    paths: dict[UUID, Path | None] = {}
    for start in known:
        _walk_up(start, known, paths)
    return {key: path for key, path in paths.items() if path is not None}


def _walk_up(start: UUID, known: Mapping[UUID, Department], paths: dict[UUID, Path | None]) -> None:
    line: list[UUID] = []
    node: UUID | None = start
    while node is not None and node not in paths:
        paths[node] = None  # of a circle it stays so
        line.append(node)
        parent = known[node].parent_id
        node = parent if isinstance(parent, UUID) and parent in known else None
    above: Path | None = () if node is None else paths[node]
    for key in reversed(line):
        name = text_or_empty(known[key].name)
        above = (*above, name) if above is not None and name.strip() else None
        paths[key] = above
