"""What a new password must be (X5). Pure, but for comparing with the stored hash."""

import unicodedata
from dataclasses import dataclass

from django.contrib.auth.hashers import check_password
from django.utils import timezone

from employees.common_passwords import is_common
from employees.initial_password import initial_password
from employees.written_dates import dates_in

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
    plain = _plain(password)
    if _plain(company_code) in plain:
        return HOLDS_COMPANY_CODE
    if is_common(plain):
        return COMMON
    return None


def problem_of(password: str, *, stored: StoredPassword) -> str | None:
    """Why this cannot be the new password, or None."""
    if problem := general_problem_of(password, company_code=stored.company_code):
        return problem
    if stored.is_this(password):
        return SAME_AS_NOW
    if stored.is_initial and _holds_birth_date(_plain(password), stored=stored):
        return HOLDS_BIRTH_DATE
    return None


def _plain(text: str) -> str:
    """Whoever types full-width or capital letters means the same."""
    return unicodedata.normalize("NFKC", text).casefold()


def _holds_birth_date(plain: str, *, stored: StoredPassword) -> bool:
    """The birth date is not kept, but the initial password was made of it (E7)."""
    tried = list(dates_in(plain, today=timezone.localdate()))[:DATES_TRIED]
    return any(stored.is_this(initial_password(stored.company_code, day)) for day in tried)
