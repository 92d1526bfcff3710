"""What somebody wants of a group by hand, and what forbids it. Pure.

Screen and 一括処理 ask the same functions; services writes what they allow. A sync asks none of
them: a linked group is what its department is.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from companies.refusals import Problem
from companies.texts import is_one_line
from groups.models import NAME_LENGTH
from groups.tree import SEPARATOR, GroupTree, Node

NAME_MISSING: Final = "グループ名を入力してください。"
NAME_LONG: Final = f"グループ名は{NAME_LENGTH}文字以内で入力してください。"
NAME_LINES: Final = "グループ名に改行などの使えない文字が含まれています。1行で入力してください。"
NAME_SEPARATOR: Final = (
    "グループ名に「/」は使えません。グループの場所を「親/子」の形で表すためです。"
    "「・」や全角の「／」を使ってください。"
)
NAME_OF_PARENT: Final = (
    "親グループと同じ名前「{}」にはできません。別の名前にするか、別の親グループを選んでください。"
)
NAME_OF_CHILD: Final = "下位のグループと同じ名前「{}」にはできません。別の名前を入力してください。"
NAME_TAKEN: Final = (
    "同じ親グループの下に「{}」というグループがあります。"
    "別の名前にするか、別の親グループを選んでください。"
)
PARENT_GONE: Final = "選んだ親グループが見つかりません。もう一度選んでください。"
PARENT_DEFAULT: Final = "「{}」の下にはグループを置けません。別の親グループを選んでください。"
PARENT_BELOW: Final = (
    "「{}」はこのグループの下位にあるため、親グループにできません。別の親グループを選んでください。"
)
PARENT_ITSELF: Final = (
    "このグループ自身を親グループにすることはできません。別の親グループを選んでください。"
)
CHILD_STAYS: Final = (
    "下位のグループ「{}」の移り先に同じ名前のグループがあるため、削除できません。"
    "先に「{}」の名前を変更するか、別の場所に移動してください。"
)
LOCKED: Final = "SmartHRと連携しているため、{}は変更できません。SmartHRで変更してください。"
LOCKED_DELETION: Final = (
    "SmartHRと連携しているため、このグループは削除できません。SmartHRで部署を削除してください。"
)
DEFAULT_STAYS: Final = (
    "「{}」ははじめからあるグループのため、{}できません。ほかのグループを選んでください。"
)


def problems_of_name(name: str) -> list[Problem]:
    """Of a name alone, wherever it shall stand."""
    return [Problem("name", text) for text in _texts_of_name(name)][:1]


def problems_of_creation(tree: GroupTree, *, name: str, parent_id: int | None) -> list[Problem]:
    found = problems_of_name(name) + _problems_of_parent(tree, parent_id)
    return found or _problems_of_place(tree, name, parent_id, "name")


def problems_of_renaming(tree: GroupTree, node: Node, *, name: str) -> list[Problem]:
    if locked := _locked(node, what="グループ名", verb="名前を変更"):
        return [locked]
    if name == node.name:
        return []
    if found := problems_of_name(name):
        return found
    if any(child.name == name for child in tree.children(node.pk)):
        return [Problem("name", NAME_OF_CHILD.format(name))]
    return _problems_of_place(tree, name, parent_of(tree, node), "name", but=node)


def problems_of_moving(tree: GroupTree, node: Node, *, parent_id: int | None) -> list[Problem]:
    if locked := _locked(node, what="親グループ", verb="移動"):
        return [locked]
    if found := _problems_of_parent(tree, parent_id):
        return found
    if parent_id == node.pk:
        return [Problem("parent", PARENT_ITSELF)]
    if parent_id is not None and parent_id in tree.below(node.pk):
        return [Problem("parent", PARENT_BELOW.format(tree.nodes[parent_id].name))]
    if parent_id == parent_of(tree, node):
        return []
    return _problems_of_place(tree, node.name, parent_id, "parent", but=node)


def problems_of_deletion(tree: GroupTree, node: Node) -> list[Problem]:
    """Also where a child that stays could not be told from another one afterwards."""
    if node.is_linked:  # G5
        return [Problem("", LOCKED_DELETION)]
    if locked := _locked(node, what="", verb="削除"):
        return [locked]
    upper = parent_of(tree, node)
    return [
        Problem("", CHILD_STAYS.format(child.name, child.name))
        for child in tree.children(node.pk)
        if not child.is_linked and _problems_of_place(tree, child.name, upper, "", but=node)
    ]


def parent_of(tree: GroupTree, node: Node) -> int | None:
    return node.parent_id if node.parent_id in tree.nodes else None


def may_be_parent(node: Node) -> bool:
    return not node.is_default  # G7


def _texts_of_name(name: str) -> Iterator[str]:
    if not name.strip():
        yield NAME_MISSING
    if not is_one_line(name):
        yield NAME_LINES
    if SEPARATOR in name:
        yield NAME_SEPARATOR
    if len(name) > NAME_LENGTH:
        yield NAME_LONG


def _problems_of_parent(tree: GroupTree, parent_id: int | None) -> list[Problem]:
    if parent_id is None:
        return []
    if (parent := tree.nodes.get(parent_id)) is None:
        return [Problem("parent", PARENT_GONE)]
    if not may_be_parent(parent):
        return [Problem("parent", PARENT_DEFAULT.format(parent.name))]
    return []


def _problems_of_place(
    tree: GroupTree, name: str, parent_id: int | None, field: str, *, but: Node | None = None
) -> list[Problem]:
    """A path must be exact: no second hand-made group of the name, and no parent of it (O2).

    A linked group of the same name beside it does not matter (G2, B4).
    """
    if parent_id is not None and tree.nodes[parent_id].name == name:
        return [Problem(field, NAME_OF_PARENT.format(name))]
    beside = (node for node in tree.children(parent_id) if but is None or node.pk != but.pk)
    if any(node.name == name and not node.is_linked for node in beside):
        return [Problem(field, NAME_TAKEN.format(name))]
    return []


def _locked(node: Node, *, what: str, verb: str) -> Problem | None:
    if node.is_linked:  # G5
        return Problem("", LOCKED.format(what))
    if node.is_default:  # C4, G7
        return Problem("", DEFAULT_STAYS.format(node.name, verb))
    return None
