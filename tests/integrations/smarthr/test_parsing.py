import json
import time
from datetime import UTC, datetime
from uuid import UUID

import pytest

from integrations.smarthr.documents import JsonObject, read_objects
from integrations.smarthr.errors import UnexpectedAnswer
from integrations.smarthr.parsing import CREW_FIELDS, parse_crew, parse_department
from integrations.smarthr.records import BadRecord, Crew, Department, Flag

READ_AT = datetime(2026, 1, 15, tzinfo=UTC)
ID = UUID("5f0c1a52-6d0e-4c55-9a53-0b8f6f3f1a01")
OTHER = UUID("d1000000-0000-4000-8000-000000000003")


def crew(**attributes: object) -> Crew:
    parsed = parse_crew({"id": str(ID), **attributes}, asked=CREW_FIELDS, read_at=READ_AT)
    assert isinstance(parsed, Crew)
    return parsed


def department(**attributes: object) -> Department:
    parsed = parse_department({"id": str(ID), **attributes}, read_at=READ_AT)
    assert isinstance(parsed, Department)
    return parsed


def test_crew_with_every_attribute() -> None:
    parsed = crew(
        updated_at="2025-10-01T16:00:03.120Z",
        emp_code="00027",
        emp_status="employed",
        last_name="髙橋",
        first_name="花子",
        business_last_name="鈴木",
        business_first_name="",
        email="hanako@example.com",
        birth_at="1990-02-29",
        departments=[None, {"id": str(OTHER), "name": "春日店"}, None],
    )

    assert parsed == Crew(
        id=ID,
        read_at=READ_AT,
        updated_at=datetime(2025, 10, 1, 16, 0, 3, 120_000, tzinfo=UTC),
        emp_code="00027",
        emp_status="employed",
        last_name="髙橋",
        first_name="花子",
        business_last_name="鈴木",
        business_first_name="",
        email="hanako@example.com",
        birth_at="1990-02-29",
        departments=(None, OTHER, None),
    )


def test_crew_with_nothing_but_its_id() -> None:
    parsed = crew()

    assert parsed == Crew(
        id=ID,
        read_at=READ_AT,
        updated_at=None,
        emp_code=Flag.ABSENT,
        emp_status=Flag.ABSENT,
        last_name=Flag.ABSENT,
        first_name=Flag.ABSENT,
        email=Flag.ABSENT,
        birth_at=Flag.ABSENT,
        departments=Flag.ABSENT,
    )


def test_crew_birth_date_is_not_in_its_repr() -> None:
    assert "1990-04-01" not in repr(crew(birth_at="1990-04-01"))


def test_crew_attribute_that_was_not_asked_for_is_absent() -> None:
    raw: JsonObject = {"id": str(ID), "email": "a@example.com", "departments": [], "emp_code": "1"}

    parsed = parse_crew(raw, asked=["id", "emp_code"], read_at=READ_AT)

    assert isinstance(parsed, Crew)
    assert (parsed.emp_code, parsed.email, parsed.departments) == ("1", Flag.ABSENT, Flag.ABSENT)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ("", ""),
        ("a\x00b", "a\x00b"),
        ("\ud800", "\ud800"),
        ("長" * 10_000, "長" * 10_000),
        (12, Flag.MALFORMED),
        (True, Flag.MALFORMED),
        (["a"], Flag.MALFORMED),
        ({"a": 1}, Flag.MALFORMED),
    ],
)
def test_text(value: object, expected: object) -> None:
    assert crew(emp_code=value).emp_code == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, None),
        ([], ()),
        ([None, None, None], (None, None, None)),
        ([{"id": str(ID)}, None, {"id": str(OTHER).upper()}], (ID, None, OTHER)),
        ("営業部", Flag.MALFORMED),
        ({"id": str(ID)}, Flag.MALFORMED),
        ([str(ID)], Flag.MALFORMED),
        ([{"id": "d1"}], Flag.MALFORMED),
        ([{"id": None}], Flag.MALFORMED),
        ([{}], Flag.MALFORMED),
        ([{"id": str(ID)}, 3], Flag.MALFORMED),
    ],
)
def test_departments(value: object, expected: object) -> None:
    assert crew(departments=value).departments == expected


@pytest.mark.parametrize(
    ("raw_id", "shown"),
    [
        ("d1", "d1"),
        ("", ""),
        ("5f0c1a526d0e4c559a530b8f6f3f1a01", "5f0c1a526d0e4c559a530b8f6f3f1a01"),
        (f"{{{ID}}}", f"{{{ID}}}"),
        (f"{ID}\n", f"{ID}\n"),
        (f"urn:uuid:{ID}", f"urn:uuid:{ID}"),
        ("a\x00\ud800", "a\ufffd\ufffd"),
        ("x" * 200, "x" * 100),
    ],
)
def test_record_with_an_id_that_is_no_uuid_is_a_bad_record(raw_id: str, shown: str) -> None:
    assert parse_crew({"id": raw_id}, asked=CREW_FIELDS, read_at=READ_AT) == BadRecord(shown)
    assert parse_department({"id": raw_id}, read_at=READ_AT) == BadRecord(shown)


@pytest.mark.parametrize("raw", [{}, {"id": None}, {"id": 5}, {"id": {"a": 1}}])
def test_record_without_a_string_id_is_an_unexpected_answer(raw: JsonObject) -> None:
    with pytest.raises(UnexpectedAnswer):
        parse_crew(raw, asked=CREW_FIELDS, read_at=READ_AT)
    with pytest.raises(UnexpectedAnswer):
        parse_department(raw, read_at=READ_AT)


def test_id_in_capitals_is_the_same_id() -> None:
    parsed = parse_crew({"id": str(ID).upper()}, asked=["id"], read_at=READ_AT)

    assert isinstance(parsed, Crew)
    assert parsed.id == ID


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-01-15T10:20:30.000+09:00", datetime(2026, 1, 15, 1, 20, 30, tzinfo=UTC)),
        ("2026-01-15T01:20:30Z", datetime(2026, 1, 15, 1, 20, 30, tzinfo=UTC)),
        ("20260115T012030Z", datetime(2026, 1, 15, 1, 20, 30, tzinfo=UTC)),
        ("2026-01-15T01:20:30", None),
        ("2026-01-15", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("yesterday", None),
        ("\ud800", None),
        ("", None),
        (1_768_440_030, None),
        (None, None),
    ],
)
def test_updated_at(value: object, expected: datetime | None) -> None:
    assert crew(updated_at=value).updated_at == expected
    assert department(updated_at=value).updated_at == expected


@pytest.mark.parametrize(
    ("parent", "expected"),
    [
        (None, None),
        ({"id": str(OTHER), "name": "営業部", "parent": None}, OTHER),
        ({"id": "d1"}, Flag.MALFORMED),
        ({}, Flag.MALFORMED),
        (str(OTHER), Flag.MALFORMED),
        ([], Flag.MALFORMED),
    ],
)
def test_department_parent(parent: object, expected: object) -> None:
    assert department(parent=parent).parent_id == expected


def test_department_without_the_key_parent_has_none() -> None:
    assert department(name="営業部") == Department(
        id=ID, read_at=READ_AT, updated_at=None, name="営業部", parent_id=None, position=None
    )


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (-(2**31), -(2**31)),
        (2**31 - 1, 2**31 - 1),
        (2**31, None),
        (True, None),
        (1.0, None),
        ("1", None),
        (None, None),
    ],
)
def test_department_position(value: object, expected: int | None) -> None:
    position = department(position=value).position

    assert position == expected
    assert not isinstance(position, bool)


def test_page_of_100_crews_takes_less_than_10_ms() -> None:
    parent: JsonObject | None = None
    for level in range(5):
        parent = {
            "id": str(OTHER),
            "name": f"部{level}",
            "full_name": "部/" * level,
            "parent": parent,
        }
    slots = [parent, parent, None]
    rows = [{"id": str(ID), "last_name": "佐藤", "departments": slots, "email": "a@b.jp"}] * 100
    body = json.dumps(rows).encode()

    def once() -> float:
        started = time.perf_counter()
        for raw in read_objects(body):
            parse_crew(raw, asked=CREW_FIELDS, read_at=READ_AT)
        return time.perf_counter() - started

    assert min(once() for _ in range(5)) < 0.01
