"""What a new password must be (X5)."""

from datetime import date

import pytest
from django.contrib.auth.hashers import make_password

from employees.initial_password import InitialPasswordHasher, initial_password
from employees.passwords import (
    COMMON,
    HOLDS_BIRTH_DATE,
    HOLDS_COMPANY_CODE,
    SAME_AS_NOW,
    TOO_LONG,
    TOO_SHORT,
    StoredPassword,
    problem_of,
)

CODE = "acme"
INITIAL = initial_password(CODE, date(1990, 4, 1))


def stored(*, fresh: bool = False, is_initial: bool = True) -> StoredPassword:
    """The initial password: as imported (`fresh`), or re-hashed by the first login."""
    hasher = InitialPasswordHasher()
    encoded = hasher.encode(INITIAL, hasher.salt()) if fresh else make_password(INITIAL)
    return StoredPassword(company_code=CODE, encoded=encoded, is_initial=is_initial)


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short-pass1", TOO_SHORT),
        ("twelve-chars", None),
        ("パスワードは十二文字以上", None),
        ("x" * 128, None),
        ("x" * 129, TOO_LONG),
        ("acme-something-else", HOLDS_COMPANY_CODE),
        ("my-ACME-password", HOLDS_COMPANY_CODE),
        ("qwertyuiop123", COMMON),
        ("QwertyUiop123", COMMON),
        ("born-1990-04-01-yes", HOLDS_BIRTH_DATE),
        ("born-1990/04/01-yes", HOLDS_BIRTH_DATE),
        ("born.1990.04.01.yes", HOLDS_BIRTH_DATE),
        ("born19900401yes", HOLDS_BIRTH_DATE),
        ("5199004015-digits", HOLDS_BIRTH_DATE),
        ("１９９００４０１-zenkaku", HOLDS_BIRTH_DATE),
        ("1985-01-01-1990-04-01", HOLDS_BIRTH_DATE),
        ("born-1990-04-02-yes", None),
        ("born-1990-13-45-yes", None),
        ("born-1990-04/01-yes", None),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_new_password(password: str, problem: str | None, fresh: bool) -> None:
    assert problem_of(password, stored=stored(fresh=fresh)) == problem


def test_present_password_is_refused() -> None:
    present = StoredPassword(
        company_code=CODE, encoded=make_password("the present password"), is_initial=False
    )

    assert problem_of("the present password", stored=present) == SAME_AS_NOW


def test_dates_mean_nothing_once_the_initial_password_is_gone() -> None:
    assert problem_of("born-1990-04-01-yes", stored=stored(is_initial=False)) is None


def test_number_of_tries_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    tries: list[str] = []

    def is_this(self: StoredPassword, password: str) -> bool:
        tries.append(password)
        return False

    monkeypatch.setattr(StoredPassword, "is_this", is_this)
    password = "".join(f"1990-01-{day:02}" for day in range(1, 13))

    problem_of(password, stored=stored())

    assert len(tries) == 7  # itself and six dates
