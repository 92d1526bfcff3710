"""O5: what may stand on a card."""

from __future__ import annotations

import pytest

from cards.printed import problems_of
from tests.cards.people import printed

GOOD = {
    "postal_code": ["100-0001"],
    "phone": [
        "03-1234-5678",
        "+81-3-1234-5678",
        "(03) 1234 5678",
        "03-1234-5678（代表）",
        "03-1234-5678 内線123",
    ],
    "email": ["hanako@example.co.jp", "a..b@example.ne.jp"],
    "url": ["https://example.jp/", "http://example.jp:8080/path?q=1#x", "https://例え.jp/"],
}
BAD = {
    "postal_code": ["1000001", "100-000", "１００-０００１", "〒100-0001", "100-0001 "],
    "phone": ["ほげ", "０３-1234", "03-1234-5678<b>", "-", "03;1234"],
    "email": ["hanako", "hanako@", "@example.jp", "ha nako@example.jp"],
    "url": [
        "javascript:alert(1)",
        "JavaScript:alert(1)//https://example.jp/",
        "data:text/html,x",
        "example.jp",
        "//example.jp/",
        "ftp://example.jp/",
        "https://",
        "https://example",
        "https://a b.example.jp/",
        "https://user:secret@example.jp/",
        'https://example.jp/"onload=',
        "https://example.jp:port/",
    ],
}


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, many in GOOD.items() for v in many])
def test_O5_good_values_pass(field: str, value: str) -> None:
    assert problems_of(printed(**{field: value})) == []


@pytest.mark.parametrize(("field", "value"), [(f, v) for f, many in BAD.items() for v in many])
def test_O5_bad_values_are_refused_at_their_field(field: str, value: str) -> None:
    assert [problem.field for problem in problems_of(printed(**{field: value}))] == [field]


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ({"last_name": " "}, "姓を入力してください。"),
        (
            {"title": "課\n長"},
            "肩書きに改行などの使えない文字が含まれています。取り除いて入力してください。",
        ),
        (
            {"title": "課\x00長"},
            "肩書きに改行などの使えない文字が含まれています。取り除いて入力してください。",
        ),
        ({"title": "長" * 256}, "肩書きは255文字以内で入力してください。"),
        ({"title": "長" * 21}, "肩書きが枠に入りません。20文字以内にしてください。"),
    ],
)
def test_O5_a_field_has_one_message_that_says_what_to_do(values: dict[str, str], text: str) -> None:
    assert [problem.text for problem in problems_of(printed(**values))] == [text]


def test_O5_problems_stand_in_the_order_of_the_fields() -> None:
    wrong = printed(url="x", phone="x", title="長" * 30, last_name="")

    assert [problem.field for problem in problems_of(wrong)] == [
        "title",
        "last_name",
        "phone",
        "url",
    ]
