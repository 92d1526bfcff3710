"""Which entry of the navigation is marked as the one that is open."""

from types import SimpleNamespace

import pytest
from django.template import Context

from companies.templatetags.frame import current

PAGE, ABOVE = 'aria-current="page"', 'aria-current="true"'


@pytest.mark.parametrize(
    ("here", "names", "marked"),
    [
        ("employee-list", ["employee-list", "employee-*"], PAGE),
        ("employee-edit", ["employee-list", "employee-*"], ABOVE),
        ("home", ["employee-list", "employee-*"], ""),
        ("employee", ["employee-*"], ""),
        (None, ["*-list"], ""),
    ],
)
def test_an_entry_is_marked(here: str | None, names: list[str], marked: str) -> None:
    request = SimpleNamespace(resolver_match=SimpleNamespace(view_name=here))

    assert current(Context({"request": request}), *names) == marked  # type: ignore[arg-type]


def test_no_entry_is_marked_where_no_page_was_found() -> None:
    request = SimpleNamespace(resolver_match=None)

    assert current(Context({"request": request}), "home", "employee-*") == ""  # type: ignore[arg-type]
