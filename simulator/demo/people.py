"""Ordinary people, each one complete; flaws.py takes things away afterwards."""

import random
import uuid
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from simulator.clock import stamp
from simulator.demo.names import FEMALE_NAMES, LAST_NAMES, MALE_NAMES
from simulator.json_text import Record
from simulator.records.employment import EMPLOYMENT_TYPES, position

RETIRED_SHARE = 0.12
ABSENT_SHARE = 0.025
BUSINESS_NAME_SHARE = 0.05
SECOND_DEPARTMENT_SHARE = 0.12


@dataclass(frozen=True)
class Hiring:
    """What one company's people are drawn from."""

    rng: random.Random
    today: date
    # Departments without children come first in people's minds: weights go with depth.
    departments: list[str]
    weights: list[int]


def person(number: int, hiring: Hiring) -> Record:
    rng = hiring.rng
    last, last_yomi, last_roman = rng.choice(LAST_NAMES)
    is_male = rng.random() < 0.55
    first, first_yomi, first_roman = rng.choice(MALE_NAMES if is_male else FEMALE_NAMES)
    key = str(uuid.UUID(int=rng.getrandbits(128), version=4))
    record: Record = {
        "id": key,
        "user_id": str(uuid.UUID(int=rng.getrandbits(128), version=4)),
        "emp_code": f"{number:05d}",
        "last_name": last,
        "first_name": first,
        "last_name_yomi": last_yomi,
        "first_name_yomi": first_yomi,
        "gender": "male" if is_male else "female",
        "email": f"{first_roman}.{last_roman}{number}@example.co.jp",
        "tel_number": f"090-0000-{number % 10000:04d}",
        "department_ids": _departments(hiring),
    }
    record |= _career(hiring) | _work(rng)
    if rng.random() < BUSINESS_NAME_SHARE:
        record |= _business_name(record, rng)
    return record


def _departments(hiring: Hiring) -> list[str | None]:
    if not hiring.departments:
        return []
    slots: list[str | None] = list(hiring.rng.choices(hiring.departments, hiring.weights))
    if hiring.rng.random() < SECOND_DEPARTMENT_SHARE:
        slots += hiring.rng.choices(hiring.departments, hiring.weights)
    return slots


def _career(hiring: Hiring) -> Record:
    rng, today = hiring.rng, hiring.today
    born = today - timedelta(days=rng.randint(20 * 365, 64 * 365))
    earliest = max(born + timedelta(days=18 * 366), today - timedelta(days=35 * 365))
    worked = max(1, (today - earliest).days)
    entered = today - timedelta(days=rng.randint(1, worked))
    status, resigned = "employed", None
    dice = rng.random()
    if dice < RETIRED_SHARE:
        status = "retired"
        resigned = entered + timedelta(days=rng.randint(0, (today - entered).days))
    elif dice < RETIRED_SHARE + ABSENT_SHARE:
        status = "absent"
    created = _moment(entered, rng)
    updated = _moment(max(entered, today - timedelta(days=rng.randint(1, 900))), rng)
    return {
        "birth_at": born.isoformat(),
        "entered_at": entered.isoformat(),
        "emp_status": status,
        "resigned_at": resigned and resigned.isoformat(),
        "created_at": stamp(created),
        "updated_at": stamp(max(created, updated)),
    }


def _moment(day: date, rng: random.Random) -> datetime:
    seconds = timedelta(milliseconds=rng.randint(0, 43_199_999))
    return datetime(day.year, day.month, day.day, tzinfo=UTC) + seconds


def _work(rng: random.Random) -> Record:
    preset = rng.choices(("full_timer", "contract_worker", "part_timer"), (80, 8, 12))[0]
    title = rng.choices(("", "主任", "係長", "課長", "部長"), (70, 12, 9, 6, 3))[0]
    return {
        "emp_type": preset,
        "employment_type": EMPLOYMENT_TYPES[preset],
        "position": title or None,
        "positions": [position(title)] if title else [],
    }


def _business_name(record: Record, rng: random.Random) -> Record:
    """Mostly a maiden name: only the family name, the rest left to the legal one."""
    last, last_yomi, _ = rng.choice(LAST_NAMES)
    name: Record = {"business_last_name": last, "business_last_name_yomi": last_yomi}
    if rng.random() < 0.5:
        name["business_first_name"] = record["first_name"]
        name["business_first_name_yomi"] = record["first_name_yomi"]
    return name
