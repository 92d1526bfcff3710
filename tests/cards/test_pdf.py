"""O5: the PDF for the printer."""

from __future__ import annotations

from collections.abc import Iterator

import pypdfium2
import pytest
from django.test import Client

from cards.layout import lay_out
from cards.models import BusinessCard
from cards.pdf import draw_pdf
from cards.svg import draw_svg
from companies.models import AuditEntry
from employees.models import Employee
from tests.cards.people import card_of, printed
from tests.cards.test_layout import FILLED
from tests.factories import AdministratorFactory, BusinessCardFactory, EmployeeFactory

MM = 72 / 25.4


def pages_of(data: bytes) -> list[tuple[float, float, str]]:
    """Width and height in mm, and the text."""
    document = pypdfium2.PdfDocument(data)
    try:
        return list(_pages(document))
    finally:
        document.close()


def _pages(document: pypdfium2.PdfDocument) -> Iterator[tuple[float, float, str]]:
    for page in document:
        width, height = page.get_size()
        text = page.get_textpage()
        yield round(width / MM, 1), round(height / MM, 1), text.get_text_range()
        text.close()
        page.close()


def test_O5_page_is_the_trimmed_card_and_says_every_field() -> None:
    data = draw_pdf([lay_out(FILLED)])
    [(width, height, text)] = pages_of(data)

    assert (width, height) == (91.0, 55.0)
    for value in ("株式会社名刺サンプル", "髙﨑　𠮷德", "〒100-0001", "https://www.example.co.jp/"):
        assert value in text


def test_O5_fonts_are_inside_and_only_what_is_used_of_them() -> None:
    data = draw_pdf([lay_out(FILLED)])
    both = draw_pdf([lay_out(printed(last_name="佐藤Ł"))])

    assert b"NotoSansJP" in data
    assert b"/FontFile3" in data
    assert b"SourceSansPro" not in data
    assert b"SourceSansPro" in both
    assert b"/FontFile2" in both
    assert max(len(data), len(both)) < 60_000  # the fonts have megabytes


def test_O5_preview_and_pdf_have_ink_in_the_same_places() -> None:
    """The preview's outlines lie on what a PDF viewer draws."""
    layout = lay_out(printed(last_name="口"))
    document = pypdfium2.PdfDocument(draw_pdf([layout]))
    page = document[0]
    picture = page.render(scale=10).to_pil().convert("L").point(lambda tone: 255 - tone)
    page.close()
    document.close()
    left, upper, right, lower = (side / 10 / MM for side in picture.getbbox() or ())

    drawing = draw_svg(layout, title="見本")

    [line] = layout.lines
    em = line.size / MM
    assert f'transform="translate({line.x:.3f} {line.y:.3f})' in drawing
    assert line.x < left < right < line.x + em
    assert line.y - em < upper < lower < line.y + em / 5


def test_O5_preview_has_no_style_and_no_markup_of_people() -> None:
    drawing = draw_svg(lay_out(FILLED), title='"><script>')

    assert "style" not in drawing
    assert "<script>" not in drawing
    assert drawing.count("<path") > 50


@pytest.fixture
def person(db: None, client: Client) -> Employee:
    person = EmployeeFactory(last_name="佐藤", first_name="花子")
    client.force_login(person)
    return person


def test_X6_a_download_is_noted_and_has_the_name_of_its_person(
    client: Client, person: Employee
) -> None:
    card = card_of(person, title="課長")

    answer = client.get("/cards/pdf/", {"card": card.pk})

    assert answer["Content-Type"] == "application/pdf"
    assert "filename*=utf-8''%E5%90%8D%E5%88%BA_" in answer["Content-Disposition"]
    assert "課長" in pages_of(answer.content)[0][2]
    entry = AuditEntry.objects.for_company(person.company).order_by("pk").last()
    assert entry is not None
    assert (entry.action, entry.object_id) == ("downloaded", card.pk)
    assert entry.object_label == f"{person.label}の名刺"


@pytest.mark.django_db
def test_O5_several_cards_are_pages_in_the_order_asked_for(client: Client) -> None:
    admin = AdministratorFactory()
    client.force_login(admin)
    cards = [card_of(EmployeeFactory(company=admin.company), title=f"第{n}") for n in range(3)]

    answer = client.get("/cards/pdf/", {"card": [card.pk for card in reversed(cards)]})

    assert [
        next(n for n in "012" if f"第{n}" in text) for _, _, text in pages_of(answer.content)
    ] == [
        "2",
        "1",
        "0",
    ]


def test_C1_C3_cards_of_others_are_no_cards(client: Client, person: Employee) -> None:
    own = card_of(person)
    colleague = card_of(EmployeeFactory(company=person.company))
    stranger = BusinessCardFactory(last_name="他社")

    for other in (colleague, stranger):
        assert client.get("/cards/pdf/", {"card": [own.pk, other.pk]}).status_code == 404


@pytest.mark.parametrize(
    "query", ["", "?card=", "?card=x", "?card=-1", "?card=99999999999999999999"]
)
def test_what_is_no_card_is_not_found(client: Client, person: Employee, query: str) -> None:
    assert client.get(f"/cards/pdf/{query}").status_code == 404


def test_more_than_200_cards_are_refused(client: Client, person: Employee) -> None:
    query = "&".join(f"card={number}" for number in range(201))

    assert client.get(f"/cards/pdf/?{query}").status_code == 404


def test_O5_a_card_that_does_not_fit_makes_no_pdf_and_says_why(
    client: Client, person: Employee
) -> None:
    card: BusinessCard = BusinessCardFactory(employee=person, last_name="佐藤", title="長" * 21)

    answer = client.get("/cards/pdf/", {"card": card.pk}, follow=True)

    assert answer.redirect_chain == [(f"/cards/{card.pk}/", 302)]
    assert "肩書きが枠に入りません。20文字以内にしてください。" in answer.content.decode()
    assert not AuditEntry.objects.for_company(person.company).exists()
