import pytest

from integrations.smarthr.paging import has_next, total_count

NEXT = '<https://acme.smarthr.jp/api/v1/crews?page=2>; rel="next"'
LAST = '<https://acme.smarthr.jp/api/v1/crews?page=19>; rel="last"'


@pytest.mark.parametrize(
    ("raw", "expected"),
    [("0", 0), ("37", 37), (" 37 ", 37), ("", None), ("-1", None), ("37, 37", None), ("3.5", None)],
)
def test_total_count(raw: str, expected: int | None) -> None:
    assert total_count({"x-total-count": raw}) == expected


def test_total_count_without_its_header() -> None:
    assert total_count({}) is None


@pytest.mark.parametrize(
    ("headers", "number", "rows", "expected"),
    [
        ({"link": f"{NEXT}, {LAST}"}, 1, 100, True),
        ({"link": "<x>; rel=next"}, 1, 100, True),
        ({"link": '<x>; REL="prev next"'}, 1, 100, True),
        ({"link": LAST}, 1, 100, False),
        ({"link": '<x?rel="next">; rel="last"'}, 1, 100, False),
        ({"link": '<x>; rel="nextish"'}, 1, 100, False),
        ({"link": ""}, 1, 100, False),
        ({"link": NEXT}, 1, 0, False),
        ({"link": LAST, "x-total-count": "500"}, 1, 100, False),
        ({"x-total-count": "101"}, 1, 100, True),
        ({"x-total-count": "100"}, 1, 100, False),
        ({"x-total-count": "250"}, 2, 100, True),
        ({"x-total-count": "250"}, 3, 50, False),
        ({"x-total-count": "250"}, 2, 0, False),
        ({}, 1, 100, True),
        ({}, 1, 99, False),
        ({}, 1, 0, False),
    ],
)
def test_has_next(headers: dict[str, str], number: int, rows: int, expected: bool) -> None:
    assert has_next(headers, number=number, rows=rows) is expected
