"""Parsing XML piece by piece, without document types: no entity exists but the five of XML (B6)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from xml.parsers import expat

from bulk.reading import problems
from bulk.reading.package import Package
from bulk.reading.problems import Unreadable

# Deeper than any workbook; each level costs memory.
DEEPEST: Final = 60
# As many as the largest sheet that is taken has; each costs time.
MOST_ELEMENTS: Final = 5_000_000
# What has come of a tag that does not end; an ordinary one has some hundred bytes.
LONGEST_TAG: Final = 1024 * 1024
# Of elements, attributes and namespaces; the parser remembers every one to its end.
MOST_NAMES: Final = 10_000
Attributes = dict[str, str]


class Handler:
    """Hears the elements of one part under their local names, whatever prefix they carry."""

    def start(self, name: str, attributes: Attributes) -> None:
        """An element begins."""

    def end(self, name: str) -> None:
        """An element ends."""

    def text(self, data: str) -> None:
        """Text of the innermost element, perhaps in pieces."""


def parse(package: Package, part: str, handler: Handler) -> None:
    """Raises Unreadable."""
    for _ in parse_slowly(package, part, handler):
        pass


def parse_slowly(package: Package, part: str, handler: Handler) -> Iterator[None]:
    """The same, stopping after each piece so that the caller can take what has come."""
    parser = _parser(handler)
    fed = 0
    try:
        for chunk in package.chunks(part):
            fed += len(chunk)
            parser.Parse(chunk, False)
            if fed - parser.CurrentByteIndex > LONGEST_TAG or len(parser.intern) > MOST_NAMES:
                raise Unreadable(problems.NOT_EXCEL)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, ValueError) as problem:
        raise Unreadable(problems.NOT_EXCEL) from problem
    yield


def _parser(handler: Handler) -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_document_type
    parser.StartNamespaceDeclHandler = _only_counted
    names: dict[str, str] = {}
    depth = elements = 0
    hear_start, hear_end = handler.start, handler.end

    def start(name: str, attributes: Attributes) -> None:
        nonlocal depth, elements
        depth += 1
        elements += 1
        if depth > DEEPEST:
            raise Unreadable(problems.NOT_EXCEL)
        if elements > MOST_ELEMENTS:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)
        local = names.get(name)
        if local is None:
            local = _remember(names, name)
        hear_start(local, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        local = names.get(name)
        hear_end(_remember(names, name) if local is None else local)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = handler.text
    return parser


def _remember(names: dict[str, str], name: str) -> str:
    """The name without its namespace. A file that invents names shall not fill the memory."""
    local = name.rpartition(" ")[2]
    if len(names) < 500:
        names[name] = local
    return local


def _refuse_document_type(*_: Any) -> None:
    raise Unreadable(problems.NOT_EXCEL)


def _only_counted(*_: Any) -> None:
    """What is told to a handler is among the names that the parser has met."""
