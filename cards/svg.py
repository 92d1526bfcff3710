"""The preview of a card: the outlines that are printed, as SVG without any style (CSP)."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from cards import fonts
from cards.layout import HEIGHT, MM_PER_POINT, WIDTH, Layout, Line


def draw_svg(layout: Layout, *, title: str) -> SafeString:
    """Black on white whatever the page's colours are, for so it is printed."""
    outlines = (outline for line in layout.lines for outline in _outlines(line))
    return format_html(
        '<svg class="mk-card-drawing" viewBox="0 0 {0} {1}" role="img" aria-label="{2}">'
        '<rect width="{0}" height="{1}" fill="#fff"/><g fill="#000">{3}</g></svg>',
        f"{WIDTH:g}",
        f"{HEIGHT:g}",
        title,
        format_html_join("", '<path transform="{}" d="{}"/>', outlines),
    )


def _outlines(line: Line) -> Iterator[tuple[str, str]]:
    """Of each character that is not blank, where it stands and its outline."""
    size = line.size * MM_PER_POINT
    for run in line.runs:
        face, x = fonts.face(run.face), line.x + run.x
        scale = size / face.units
        for character in run.text:
            if outline := face.outline(character):
                place = f"translate({x:.3f} {line.y:.3f}) scale({scale:.6f} {-scale:.6f})"
                yield place, outline
            x += face.advance(character) * size
