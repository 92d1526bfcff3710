"""Cards as a PDF for the printer: one page of the trimmed size each, its fonts inside."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from cards.fonts import font_file
from cards.layout import HEIGHT, WIDTH, Layout

CONTENT_TYPE: Final = "application/pdf"


def draw_pdf(layouts: Sequence[Layout]) -> bytes:
    from fpdf import FPDF  # takes most of a second, which no start of a process should pay

    pdf = FPDF(unit="mm", format=(WIDTH, HEIGHT), orientation="portrait")
    pdf.set_auto_page_break(False)
    pdf.set_margin(0)
    pdf.set_title("名刺")
    pdf.set_lang("ja-JP")
    # A font that no card needs would be in the file all the same.
    used = {run.face for layout in layouts for line in layout.lines for run in line.runs}
    for key in sorted(used):
        pdf.add_font(key, fname=font_file(key))
    for layout in layouts:
        pdf.add_page()
        for line in layout.lines:
            for run in line.runs:
                pdf.set_font(run.face, size=line.size)
                pdf.text(line.x + run.x, line.y, run.text)
    return bytes(pdf.output())
