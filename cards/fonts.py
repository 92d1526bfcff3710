"""The fonts that cards are printed with: from packages, the same on every machine.

Noto Sans JP has the kanji of names (髙, 﨑, 𠮷); Source Sans, whose Latin letters Noto Sans JP
took over, has those of other languages (Łukasz). What neither has cannot be printed.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from pathlib import Path
from threading import Lock
from typing import Any, Final

from fontTools.pens.svgPathPen import SVGPathPen
from fontTools.ttLib import TTFont

SANS: Final = "NotoSansJP"
LATIN: Final = "SourceSans"
# In the order in which they are asked for a character.
_FILES: Final = {
    SANS: ("pylopdf_fonts_jp", "NotoSansJP-Regular.otf"),
    LATIN: ("font_source_sans_pro", "files/SourceSansPro-Regular.ttf"),
}


class Face:
    """One font, read once a process; drawing changes what the reader keeps, hence the lock."""

    def __init__(self, key: str) -> None:
        self.key = key
        font = TTFont(font_file(key), lazy=True)
        self._glyphs: Mapping[int, str] = font.getBestCmap()
        self._widths: Mapping[str, tuple[int, int]] = dict(font["hmtx"].metrics)
        self.units: int = font["head"].unitsPerEm
        self._set: Any = font.getGlyphSet()
        self._variants: Mapping[int, Any] = next(
            (table.uvsDict for table in font["cmap"].tables if table.format == 14), {}
        )
        self._outlines: dict[str, str] = {}
        self._lock = Lock()

    def __contains__(self, character: str) -> bool:
        return ord(character) in self._glyphs

    def advance(self, character: str) -> float:
        """In em."""
        return self._widths[self._glyphs[ord(character)]][0] / self.units

    def is_default_variant(self, character: str, selector: str) -> bool:
        """Whether the variation selector asks for the shape that the character has anyway."""
        return any(
            base == ord(character) and name is None
            for base, name in self._variants.get(ord(selector), ())
        )

    def outline(self, character: str) -> str:
        """The path of SVG, in units of the font; y runs upwards."""
        name = self._glyphs[ord(character)]
        if name not in self._outlines:
            with self._lock:
                pen = SVGPathPen(self._set)
                self._set[name].draw(pen)
                self._outlines[name] = pen.getCommands()
        return self._outlines[name]


def font_file(key: str) -> Path:
    package, name = _FILES[key]
    return Path(str(files(package))) / name


@lru_cache(maxsize=len(_FILES))
def face(key: str) -> Face:
    return Face(key)


@lru_cache(maxsize=8192)
def face_of(character: str) -> str | None:
    """The key of the first font that has the character."""
    return next((key for key in _FILES if character in face(key)), None)


def is_variation_selector(character: str) -> bool:
    return "\ufe00" <= character <= "\ufe0f" or "\U000e0100" <= character <= "\U000e01ef"


def is_mark(character: str) -> bool:
    """Combined with the character before it, such as 濁点 in files of macOS."""
    return unicodedata.category(character) == "Mn" and not is_variation_selector(character)
