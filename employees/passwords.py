"""What a new password must be (X5). Pure, but for comparing with the stored hash."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator
from django.core.exceptions import ValidationError

from employees.initial_password import initial_password

MINIMUM_LENGTH = 12
MAXIMUM_LENGTH = 128
# Each try costs a slow hash; nobody's password holds more dates than this by accident.
DATES_TRIED = 6

TOO_SHORT = f"パスワードが短すぎます。{MINIMUM_LENGTH}文字以上にしてください。"
TOO_LONG = f"パスワードが長すぎます。{MAXIMUM_LENGTH}文字以下にしてください。"
HOLDS_COMPANY_CODE = "企業IDが含まれています。企業IDを含まないパスワードにしてください。"
COMMON = "よく使われるパスワードのため、使えません。ほかの人が思いつかないものにしてください。"
SAME_AS_NOW = "今のパスワードと同じです。別のパスワードにしてください。"
HOLDS_BIRTH_DATE = "生年月日が含まれています。生年月日を含まないパスワードにしてください。"

_date_like = re.compile(r"(?=(\d{4})([-/.]?)(\d{2})\2(\d{2}))")
_common = CommonPasswordValidator()


@dataclass(frozen=True, slots=True)
class StoredPassword:
    """The present password as far as it is known: a hash, and whether it is the initial one."""

    company_code: str
    encoded: str
    is_initial: bool

    def is_this(self, password: str) -> bool:
        return check_password(password, self.encoded)


def general_problem_of(password: str, *, company_code: str) -> str | None:
    """Why this can be nobody's password, or None. Fast: it looks at no hash."""
    if len(password) < MINIMUM_LENGTH:
        return TOO_SHORT
    if len(password) > MAXIMUM_LENGTH:
        return TOO_LONG
    if company_code.casefold() in password.casefold():
        return HOLDS_COMPANY_CODE
    if _is_common(password):
        return COMMON
    return None


def problem_of(password: str, *, stored: StoredPassword) -> str | None:
    """Why this cannot be the new password, or None."""
    if problem := general_problem_of(password, company_code=stored.company_code):
        return problem
    if stored.is_this(password):
        return SAME_AS_NOW
    if stored.is_initial and _holds_birth_date(password, stored=stored):
        return HOLDS_BIRTH_DATE
    return None


def _is_common(password: str) -> bool:
    try:
        _common.validate(password)
    except ValidationError:
        return True
    return False


def _holds_birth_date(password: str, *, stored: StoredPassword) -> bool:
    """The birth date is not kept, but the initial password was made of it (E7)."""
    tried = list(dict.fromkeys(_dates_in(password)))[:DATES_TRIED]
    return any(stored.is_this(initial_password(stored.company_code, day)) for day in tried)


def _dates_in(password: str) -> Iterator[date]:
    """Every YYYY-MM-DD, YYYY/MM/DD, YYYY.MM.DD and YYYYMMDD, overlapping ones too."""
    for found in _date_like.finditer(password):
        year, month, day = int(found[1]), int(found[3]), int(found[4])
        try:
            yield date(year, month, day)
        except ValueError:
            continue
