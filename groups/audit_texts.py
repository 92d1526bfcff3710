"""What the audit log calls the things of this app (X6)."""

from collections.abc import Collection
from typing import Any

from companies.audit_texts import FieldText, RecordText, register
from groups.models import Group


def existing(company_id: int, keys: Collection[int]) -> dict[int, bool]:
    groups = Group.objects.for_company(company_id).filter(pk__in=keys)
    rows = groups.values_list("pk", "smarthr_id")
    return {pk: smarthr_id is not None for pk, smarthr_id in rows}


def called(company_id: int, words: str) -> Any:
    groups = Group.objects.for_company(company_id)
    for word in words.split():
        groups = groups.filter(name__icontains=word)
    return groups.order_by().values_list("pk", flat=True)


def register_texts() -> None:
    fields = {
        "name": FieldText("グループ名"),
        "parent": FieldText("親グループ", {None: "最上位"}),
        "position": FieldText("表示順"),
    }
    register("group", RecordText("グループ", fields, "group-detail", existing, called))
