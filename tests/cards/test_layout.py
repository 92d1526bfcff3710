"""O5: where the words of a card stand, and what does not fit."""

from __future__ import annotations

import pytest

from cards.layout import FULL, HEIGHT, LEFT, MM_PER_POINT, WIDTH, Line, lay_out
from tests.cards.people import printed

FILLED = printed(
    company_name="株式会社名刺サンプル",
    department_name="販売部門",
    title="課長",
    last_name="髙﨑",
    first_name="𠮷德",
    name_romaji="Yoshinori Takasaki",
    postal_code="100-0001",
    address="東京都千代田区千代田1丁目2番3号",
    phone="03-1234-5678",
    mobile="090-1234-5678",
    email="takasaki@example.co.jp",
    url="https://www.example.co.jp/",
)


def words(line: Line) -> str:
    return "".join(run.text for run in line.runs)


def texts(**values: str) -> list[str]:
    return [problem.text for problem in lay_out(printed(**values)).problems]


def test_O5_every_field_has_its_place_inside_of_the_card() -> None:
    layout = lay_out(FILLED)

    assert layout.problems == ()
    assert {words(line) for line in layout.lines} == {
        "株式会社名刺サンプル",
        "販売部門",
        "課長",
        "髙﨑　𠮷德",
        "Yoshinori Takasaki",
        "〒100-0001　東京都千代田区千代田1丁目2番3号",
        "TEL 03-1234-5678",
        "携帯 090-1234-5678",
        "takasaki@example.co.jp",
        "https://www.example.co.jp/",
    }
    for line in layout.lines:
        assert LEFT <= line.x < WIDTH - LEFT
        assert line.size * MM_PER_POINT < line.y < HEIGHT - 3


def test_O5_an_empty_field_leaves_no_gap_below() -> None:
    alone = lay_out(printed(address="東京都")).lines[-1]
    above = lay_out(printed(address="東京都", url="https://example.jp/")).lines[-1]

    assert alone.y > above.y
    assert [words(line) for line in lay_out(printed()).lines] == ["佐藤"]
    assert words(lay_out(printed(postal_code="100-0001")).lines[-1]) == "〒100-0001"


@pytest.mark.parametrize(
    ("length", "size", "fits"), [(18, 7.5, True), (20, 7.0, True), (21, 7.0, False)]
)
def test_O5_a_long_text_shrinks_and_is_then_reported(length: int, size: float, fits: bool) -> None:
    layout = lay_out(printed(title="長" * length))
    [line] = [line for line in layout.lines if line.field == "title"]

    assert line.size == size
    assert [problem.text for problem in layout.problems] == (
        [] if fits else ["肩書きが枠に入りません。20文字以内にしてください。"]
    )


@pytest.mark.parametrize("field", ["company_name", "department_name", "title", "address", "email"])
def test_O5_the_number_that_is_named_fits(field: str) -> None:
    [problem] = lay_out(printed(**{field: "本" * 240})).problems
    count = int(problem.text.partition("。")[2].partition("文字")[0])

    assert lay_out(printed(**{field: "本" * count})).problems == ()
    assert lay_out(printed(**{field: "本" * (count + 1)})).problems != ()


def test_O5_first_and_last_name_share_one_line_and_one_message() -> None:
    [problem] = lay_out(printed(last_name="寿" * 12, first_name="限" * 12)).problems

    assert problem.field == "last_name"
    assert problem.text.startswith("姓名が枠に入りません。")


def test_O5_a_long_address_takes_two_lines_and_breaks_no_word() -> None:
    address = "東京都千代田区千代田1丁目2番3号 名刺ビルディング東館 Room1204-1205-1206"
    lines = [line for line in lay_out(printed(address=address)).lines if line.field == "address"]

    assert len(lines) == 2
    assert words(lines[0]) + words(lines[1]) == address
    assert words(lines[1]).startswith("Room1204-1205-1206")
    assert lines[0].y < lines[1].y


def test_O5_no_line_begins_with_what_closes() -> None:
    address = "あ" * 32 + "、" + "い" * 10
    second = lay_out(printed(address=address)).lines[-1]

    assert not words(second).startswith("、")


@pytest.mark.parametrize(
    "name", ["髙﨑", "𠮷田", "德永", "瀨戸", "𠮟", "①㈱Ⅲ", "Łukasz Čech", "Ōtani"]
)
def test_O5_characters_of_real_names_are_printable(name: str) -> None:
    assert texts(last_name=name) == []


@pytest.mark.parametrize(
    ("name", "named"),
    [("佐藤🍣", "「🍣」"), ("佐\u200b藤", "「U+200B」"), ("葛\U000e0100城", "「葛\U000e0100」")],
)
def test_O5_a_character_without_a_glyph_is_named_and_never_a_silent_box(
    name: str, named: str
) -> None:
    assert texts(last_name=name) == [
        f"姓名に印刷できない文字{named}が含まれています。別の文字に変えてください。"
    ]


def test_O5_a_variation_that_is_the_usual_shape_is_printed() -> None:
    [line] = lay_out(printed(last_name="葛\U000e0101城")).lines

    assert words(line) == "葛城"
    assert texts(last_name="葛\U000e0101城") == []


def test_O5_a_dot_apart_from_its_kana_is_printed_as_one_character() -> None:
    [line] = lay_out(printed(last_name="か\u3099")).lines

    assert words(line) == "が"


def test_O5_a_line_of_two_fonts_goes_on_where_the_first_ends() -> None:
    [line] = lay_out(printed(last_name="佐藤Ł")).lines

    first, second = line.runs
    assert (first.text, second.text) == ("佐藤", "Ł")
    assert second.x == pytest.approx(2 * line.size * MM_PER_POINT)
    assert second.x < FULL
