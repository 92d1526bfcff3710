"""What a new password must be (X5)."""

from datetime import date

import pytest
from django.contrib.auth.hashers import make_password

from employees.initial_password import InitialPasswordHasher, initial_password
from employees.one_time import one_time_password
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
from employees.written_dates import dates_in

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
        ("xyz 1 " * 20 + "the rest", None),
        ("x" * 129, TOO_LONG),
        ("acme-something-else", HOLDS_COMPANY_CODE),
        ("my-ACME-password", HOLDS_COMPANY_CODE),
        ("qwertyuiop123", COMMON),
        ("QwertyUiop123", COMMON),
        ("ａｃｍｅ-something", HOLDS_COMPANY_CODE),
        ("Password2026!", COMMON),
        ("P@ssw0rd2026", COMMON),
        ("!!!sunshine99", COMMON),
        ("sakurasakura", COMMON),
        ("Arigatou2026", COMMON),
        ("パスワードパスワード", TOO_SHORT),
        ("パスワード2026年度!", None),
        ("ぱすわーど２０２６！！！", COMMON),
        ("aaaaaaaaaaaa", COMMON),
        ("121212121212", COMMON),
        ("abcdefghijkl", COMMON),
        ("zyxwvutsrqponm", COMMON),
        ("345678901234", COMMON),
        ("1qaz2wsx3edc4rfv", COMMON),
        ("monkey-48213-77382", None),  # a word does not spoil what is long enough without it
        ("sunshine in the attic", None),
        ("1990-04-010 yes", HOLDS_BIRTH_DATE),
        ("born 1990-4-1 yes", HOLDS_BIRTH_DATE),
        ("1990年4月1日うまれです", HOLDS_BIRTH_DATE),
        ("１９９０年０４月０１日ですよ", HOLDS_BIRTH_DATE),
        ("平成2年4月1日うまれです", HOLDS_BIRTH_DATE),
        ("平成０２年０４月０１日だよ", HOLDS_BIRTH_DATE),
        ("H2.4.1-umare-desu", HOLDS_BIRTH_DATE),
        ("h020401-umare", HOLDS_BIRTH_DATE),
        ("umare-900401-desu", HOLDS_BIRTH_DATE),
        ("umare-90/04/01-desu", HOLDS_BIRTH_DATE),
        ("平成3年4月1日うまれです", None),
        ("umare-910401-desu", None),
        ("5900401-digits-", None),  # part of a longer number
        ("born-1990-04-01-yes", HOLDS_BIRTH_DATE),
        ("born-1990/04/01-yes", HOLDS_BIRTH_DATE),
        ("born.1990.04.01.yes", HOLDS_BIRTH_DATE),
        ("born19900401yes", HOLDS_BIRTH_DATE),
        ("5199004015-digits", HOLDS_BIRTH_DATE),
        ("１９９００４０１-zenkaku", HOLDS_BIRTH_DATE),
        ("1985-01-01-1990-04-01", HOLDS_BIRTH_DATE),
        ("born-1990-04-02-yes", None),
        ("born-1990-13-45-yes", None),
        ("born-1990-04/01-yes", HOLDS_BIRTH_DATE),
    ],
)
@pytest.mark.parametrize("fresh", [True, False])
def test_X5_new_password(password: str, problem: str | None, fresh: bool) -> None:
    assert problem_of(password, stored=stored(fresh=fresh)) == problem


def test_present_password_is_refused() -> None:
    present = StoredPassword(
        company_code=CODE, encoded=make_password("the present password"), is_initial=False
    )

    assert problem_of("the present password", stored=present) == SAME_AS_NOW


def test_X5_a_one_time_password_is_no_new_one() -> None:
    once = one_time_password()
    hasher = InitialPasswordHasher()
    for encoded in (make_password(once), hasher.encode(once, hasher.salt())):
        present = StoredPassword(company_code=CODE, encoded=encoded, is_initial=False)

        assert problem_of(once, stored=present) == SAME_AS_NOW


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("610203", ["1961-02-03"]),
        ("260203", ["2026-02-03"]),
        ("270203", ["1927-02-03"]),
        ("昭和64年1月7日", ["1989-01-07"]),
        ("平成元年1月8日", ["1989-01-08"]),
        ("令和1/5/1", ["2019-05-01"]),
        ("h1-13-1", []),
        ("19900401 and 900401", ["1990-04-01"]),
        ("", []),
    ],
)
def test_dates_are_found_as_people_write_them(text: str, days: list[str]) -> None:
    found = dates_in(text, today=date(2026, 11, 24))

    assert [day.isoformat() for day in found] == days


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
