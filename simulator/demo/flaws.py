"""The gaps and oddities of real personnel data, each given to a share of the people."""

import random
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from simulator.demo.names import FOREIGN_NAMES
from simulator.json_text import Record

# Below this size a company has no flaw of every kind.
SMALLEST_WITH_ALL = 200
INVALID_CODES = ("A1", "-1001", "1002-", "００１２３", "社員 104", "A_001_", "9" * 25, "EMP#77")
INVALID_EMAILS = ("メールなし", "hanako@", "sato＠example.co.jp", "a b@example.com", "none@local")

Flaw = Callable[[Record, Record, random.Random, date], None]


def _drop(*names: str) -> Flaw:
    def flaw(person: Record, other: Record, rng: random.Random, today: date) -> None:
        person.update(dict.fromkeys(names))

    return flaw


def _blank_email(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["email"] = ""


def _invalid_code(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["emp_code"] = rng.choice(INVALID_CODES)


def _invalid_email(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["email"] = rng.choice(INVALID_EMAILS)


def _carrier_email(person: Record, other: Record, rng: random.Random, today: date) -> None:
    """Japanese mobile carriers issued addresses that RFC 5322 forbids."""
    local = rng.choice(("love..cats", "sora.", "taro...s", "k.-.k.."))
    person["email"] = f"{local}{rng.randint(1, 99)}@example.ne.jp"
    if local.endswith("."):
        person["email"] = f"{rng.randint(1, 99)}{local}@example.ne.jp"


def _same_code(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["emp_code"] = other["emp_code"]


def _same_name(person: Record, other: Record, rng: random.Random, today: date) -> None:
    for part in ("last_name", "first_name", "last_name_yomi", "first_name_yomi"):
        person[part] = other[part]


def _same_email(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["email"] = other["email"]


def _rare_name(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["last_name"], person["last_name_yomi"] = "髙﨑", "タカサキ"


def _foreign_name(person: Record, other: Record, rng: random.Random, today: date) -> None:
    last, first, last_yomi, first_yomi, mail = rng.choice(FOREIGN_NAMES)
    person |= {"last_name": last, "first_name": first, "email": f"{mail}@example.co.jp"}
    person |= {"last_name_yomi": last_yomi, "first_name_yomi": first_yomi}


def _spaced_code(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["emp_code"] = f" {person['emp_code']} "


def _leaving(person: Record, other: Record, rng: random.Random, today: date) -> None:
    """Employed until a date that lies ahead."""
    person["emp_status"] = "employed"
    person["resigned_at"] = (today + timedelta(days=rng.randint(5, 60))).isoformat()


def _late_leaver(person: Record, other: Record, rng: random.Random, today: date) -> None:
    """A date entered when it had passed does not change the status."""
    person["emp_status"] = "employed"
    person["resigned_at"] = (today - timedelta(days=rng.randint(5, 60))).isoformat()


def _retired_without_date(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person |= {"emp_status": "retired", "resigned_at": None}


def _newcomer(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person |= {"emp_status": "employed", "resigned_at": None, "user_id": None}
    person["entered_at"] = (today + timedelta(days=rng.randint(5, 120))).isoformat()


def _second_slot_only(person: Record, other: Record, rng: random.Random, today: date) -> None:
    slots = person["department_ids"]
    person["department_ids"] = [None, *slots[:1]] if isinstance(slots, list) else []


def _no_department(person: Record, other: Record, rng: random.Random, today: date) -> None:
    person["department_ids"] = []


FLAWS: list[tuple[float, Flaw]] = [
    (0.006, _drop("birth_at")),
    (0.001, _drop("last_name", "last_name_yomi")),
    (0.001, _drop("first_name", "first_name_yomi")),
    (0.02, _drop("email")),
    (0.005, _blank_email),
    (0.01, _drop("emp_code")),
    (0.004, _invalid_code),
    (0.003, _spaced_code),
    (0.004, _invalid_email),
    (0.006, _carrier_email),
    (0.003, _same_code),
    (0.004, _same_name),
    (0.002, _same_email),
    (0.004, _rare_name),
    (0.004, _foreign_name),
    (0.004, _leaving),
    (0.002, _late_leaver),
    (0.001, _retired_without_date),
    (0.006, _newcomer),
    (0.01, _second_slot_only),
    (0.01, _no_department),
]


def spoil(people: list[Record], rng: random.Random, today: date) -> None:
    """Each person gets at most one flaw; from 200 people on every flaw occurs."""
    victims = iter(rng.sample(people, len(people)))
    least = 1 if len(people) >= SMALLEST_WITH_ALL else 0
    for share, flaw in FLAWS:
        for _ in range(max(least, round(len(people) * share))):
            _apply(flaw, victims, rng, today)


def _apply(flaw: Flaw, victims: Iterator[Record], rng: random.Random, today: date) -> None:
    # The second of a pair stays as it was, so that what is copied from it is valid.
    person, other = next(victims, None), next(victims, None)
    if person is not None and other is not None:
        flaw(person, other, rng, today)
