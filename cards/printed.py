"""What may stand on a card, field by field. Pure; screen and 一括処理 ask the same function."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import urlsplit

from cards.layout import lay_out
from cards.models import PRINTED_FIELDS, BusinessCard
from companies.refusals import Problem
from companies.texts import is_one_line, is_storable
from employees.emails import is_valid_email

LAST_NAME_MISSING: Final = "姓を入力してください。"
POSTAL_CODE_INVALID: Final = (
    "郵便番号の形式が正しくありません。「123-4567」の形で、半角で入力してください。"
)
PHONE_INVALID: Final = (
    "{}に使えない文字が含まれています。"
    "「03-1234-5678」「+81-3-1234-5678（代表）」のように、数字と + - ( ) で入力してください。"
)
EMAIL_INVALID: Final = (
    "メールアドレスの形式が正しくありません。「name@example.co.jp」の形で入力してください。"
)
URL_INVALID: Final = (
    "URLの形式が正しくありません。「https://www.example.co.jp/」の形で入力してください。"
)
_postal_code = re.compile(r"[0-9]{3}-[0-9]{4}")
_phone = re.compile(
    r"\+?[0-9][0-9()\- .]*|\([0-9][0-9()\- .]*|\+?[0-9][0-9()\- .]*[（(](?:代表|代|直通)[）)]"
    r"|\+?[0-9][0-9()\- .]*[ 　（(]?内線[ :：]?[0-9-]+[）)]?"
)


def label_of(field: str) -> str:
    found: Any = BusinessCard._meta.get_field(field)
    return str(found.verbose_name)


LABELS: Final = {field: label_of(field) for field in PRINTED_FIELDS}


def longest(field: str) -> int:
    found: Any = BusinessCard._meta.get_field(field)
    return int(found.max_length)


def too_many_characters(field: str) -> str:
    return f"{LABELS[field]}は{longest(field)}文字以内で入力してください。"


def problems_of(printed: Mapping[str, str]) -> list[Problem]:
    """What forbids it: at most one problem a field; what does not fit on the card too."""
    found = {problem.field: problem for problem in _form_problems(printed)}
    laid_out = lay_out({name: "" if name in found else text for name, text in printed.items()})
    for problem in laid_out.problems:
        found.setdefault(problem.field, problem)
    return [found[field] for field in PRINTED_FIELDS if field in found]


def _form_problems(printed: Mapping[str, str]) -> Iterator[Problem]:
    if not printed["last_name"].strip():
        yield Problem("last_name", LAST_NAME_MISSING)
    for field, value in printed.items():
        if value and (text := _text_problem(field, value) or _shape_problem(field, value)):
            yield Problem(field, text)


def _text_problem(field: str, value: str) -> str | None:
    if len(value) > longest(field):
        return too_many_characters(field)
    if not is_one_line(value) or not is_storable(value):
        return (
            f"{LABELS[field]}に改行などの使えない文字が含まれています。取り除いて入力してください。"
        )
    return None


def _shape_problem(field: str, value: str) -> str | None:
    if field == "postal_code" and not _postal_code.fullmatch(value):
        return POSTAL_CODE_INVALID
    if field in {"phone", "mobile"} and not _phone.fullmatch(value):
        return PHONE_INVALID.format(LABELS[field])
    if field == "email" and not is_valid_email(value):
        return EMAIL_INVALID
    if field == "url" and not _is_web_address(value):
        return URL_INVALID
    return None


def _is_web_address(text: str) -> bool:
    if any(character.isspace() or character in "<>\"'\\" for character in text):
        return False
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
        _ = parts.port  # raises where it is no number
    except ValueError:
        return False
    is_plain = parts.username is None and parts.password is None
    return parts.scheme in {"http", "https"} and "." in host.strip(".") and is_plain
