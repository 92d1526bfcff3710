"""Rows of グループ: B2, B4, C4, G5, G7."""

from __future__ import annotations

import pytest

from bulk.planning import groups as texts
from companies.models import AuditEntry
from groups import wanted
from groups.queries import group_tree
from tests.bulk.imports import Importing
from tests.bulk.workbooks import groups
from tests.factories import GroupFactory, LinkedGroupFactory


def paths(importing: Importing) -> set[str]:
    tree = group_tree(importing.company)
    return {tree.path(pk) for pk, node in tree.nodes.items() if not node.is_default}


def test_B2_groups_are_created_whatever_the_order_of_the_rows(importing: Importing) -> None:
    GroupFactory(company=importing.company, name="本社")
    content = groups(
        ["新課", "本社/新部"], ["新部", "本社"], ["別", ""], ["別の下", "別"], ["本社", ""]
    )

    assert importing.counts("groups", content) == (4, 0, 1)

    assert paths(importing) == {"本社", "本社/新部", "本社/新部/新課", "別", "別/別の下"}
    entries = AuditEntry.objects.for_company(importing.company).filter(object_type="group")
    assert {(entry.actor_kind, entry.action) for entry in entries} == {("import", "created")}
    assert entries.get(object_label="新課").changes == {
        "name": [None, "新課"],
        "parent": [None, "本社/新部"],
    }


def test_G5_B2_what_exists_is_neither_renamed_nor_moved(importing: Importing) -> None:
    above = LinkedGroupFactory(company=importing.company, name="本社")
    LinkedGroupFactory(company=importing.company, name="営業部", parent=above)

    assert importing.counts("groups", groups(["営業部", ""], ["営業部", "本社"])) == (1, 0, 1)
    assert paths(importing) == {"本社", "本社/営業部", "営業部"}


def test_a_name_with_a_slash_is_one_name(importing: Importing) -> None:
    LinkedGroupFactory(company=importing.company, name="営業/企画")

    content = groups(["営業/企画", ""], ["課", "/営業\\/企画"], ["係", "営業/企画/課"])
    assert importing.counts("groups", content) == (2, 0, 1)

    assert paths(importing) == {"営業/企画", "営業/企画/課", "営業/企画/課/係"}


def test_B4_a_parent_of_a_name_that_several_have_is_an_error(importing: Importing) -> None:
    for _ in range(2):
        above = LinkedGroupFactory(company=importing.company)
        LinkedGroupFactory(company=importing.company, name="営業部", parent=above)

    [(row, column, message)] = importing.refused("groups", groups(["課", "営業部"]))

    assert (row, column) == (2, "親グループ")
    assert "2件あります" in message


@pytest.mark.parametrize(
    ("rows", "found"),
    [
        ([["", "本社"]], (2, "グループ名", "A2：" + wanted.NAME_MISSING)),
        ([["長" * 256, ""]], (2, "グループ名", "A2：" + wanted.NAME_LONG)),
        ([["a\nb", ""]], (2, "グループ名", "A2：" + wanted.NAME_LINES)),
        ([["課", "ない"]], (2, "親グループ", "B2：" + texts.PARENT_MISSING.format("ない"))),
        (
            [["課", "グループ1"]],
            (2, "親グループ", "B2：" + wanted.PARENT_DEFAULT.format("グループ1")),
        ),
        ([["a/b", ""]], (2, "グループ名", "A2：" + wanted.NAME_SEPARATOR)),
        ([["本社", "本社"]], (2, "グループ名", "A2：" + wanted.NAME_OF_PARENT.format("本社"))),
        ([["課", "本社"], ["課", "本社"]], (3, "グループ名", "A3：" + texts.TWICE.format(2))),
        ([["a", "b"], ["b", "a"]], (2, "親グループ", "B2：" + texts.PARENT_MISSING.format("b"))),
    ],
)
def test_B5_a_bad_row_is_told_with_its_cell(
    importing: Importing, rows: list[list[str]], found: tuple[int, str, str]
) -> None:
    GroupFactory(company=importing.company, name="本社")

    assert importing.refused("groups", groups(*rows))[0] == found
    assert paths(importing) == {"本社"}


def test_missing_parents_are_made_on_request(importing: Importing) -> None:
    content = groups(["課", "本社/部"], ["係", "本社/部/課"])

    assert importing("groups", content)["status"] == "refused"
    assert importing.counts("groups", content, "--create-groups") == (2, 0, 0)
    assert paths(importing) == {"本社", "本社/部", "本社/部/課", "本社/部/課/係"}


def test_many_rows_in_the_worst_order_take_little_time(importing: Importing) -> None:
    rows = [[f"g{number}", f"g{number - 1}" if number else ""] for number in range(1500)]

    assert importing.counts("groups", groups(*reversed(rows))) == (1500, 0, 0)
