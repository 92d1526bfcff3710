"""The zip package of an .xlsx file, opened with suspicion: sizes and parts before contents (B6)."""

from __future__ import annotations

import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

from bulk.reading import problems
from bulk.reading.problems import Unreadable

LARGEST_FILE: Final = 10 * 1024 * 1024
LARGEST_UNPACKED: Final = 100 * 1024 * 1024
# An ordinary workbook has some twenty parts; each costs memory before anything is read.
MOST_PARTS: Final = 2_000
LONGEST_DIRECTORY: Final = 512 * 1024
CHUNK: Final = 64 * 1024

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_DIRECTORY: Final = b"PK\x05\x06"
_END_LENGTH: Final = 22
_LONGEST_COMMENT: Final = 65_535


class Package:
    """Parts by name; what all reads together unpack is limited."""

    def __init__(self, file: IO[bytes]) -> None:
        """Raises Unreadable."""
        _look_at_outside(file)
        try:
            self._zip = zipfile.ZipFile(file)
        except (zipfile.BadZipFile, OSError, ValueError, EOFError, struct.error) as problem:
            raise Unreadable(problems.NOT_EXCEL) from problem
        self._parts = {info.filename: info for info in self._zip.infolist()}
        self._unpacked = 0
        self._look_at_parts()

    def names(self) -> set[str]:
        return set(self._parts)

    def chunks(self, name: str) -> Iterator[bytes]:
        """The part piece by piece. Raises Unreadable."""
        info = self._parts.get(name)
        if info is None:
            raise Unreadable(problems.NOT_EXCEL)
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK):
                    self._unpacked += len(chunk)
                    if self._unpacked > LARGEST_UNPACKED:
                        raise Unreadable(problems.TOO_LARGE_UNPACKED)
                    yield chunk
        except (
            zipfile.BadZipFile,
            zlib.error,
            OSError,
            EOFError,
            ValueError,
            RuntimeError,
            NotImplementedError,
            struct.error,
        ) as problem:
            raise Unreadable(problems.NOT_EXCEL) from problem

    def _look_at_parts(self) -> None:
        names = {name.casefold() for name in self._parts}
        if any(name.endswith("vbaproject.bin") for name in names):
            raise Unreadable(problems.MACROS)
        if "xl/workbook.bin" in names:
            raise Unreadable(problems.BINARY)
        if "xl/workbook.xml" not in names and "[content_types].xml" not in names:
            raise Unreadable(problems.NOT_EXCEL)
        known = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
        if any(info.compress_type not in known for info in self._parts.values()):
            raise Unreadable(problems.NOT_EXCEL)  # what no Excel writes
        if any(info.flag_bits & 0x1 for info in self._parts.values()):
            raise Unreadable(problems.ENCRYPTED)
        if sum(info.file_size for info in self._parts.values()) > LARGEST_UNPACKED:
            raise Unreadable(problems.TOO_LARGE_UNPACKED)


def _look_at_outside(file: IO[bytes]) -> None:
    """What can be told without the zip's directory, whose size is checked here."""
    size = file.seek(0, 2)
    if size == 0:
        raise Unreadable(problems.EMPTY)
    if size > LARGEST_FILE:
        raise Unreadable(problems.TOO_LARGE)
    file.seek(0)
    start = file.read(len(_OLE))
    if start == _OLE:
        file.seek(0)
        is_encrypted = "EncryptedPackage".encode("utf-16-le") in file.read()
        raise Unreadable(problems.ENCRYPTED if is_encrypted else problems.OLD_EXCEL)
    if not start.startswith(b"PK"):
        raise Unreadable(problems.NOT_EXCEL)
    file.seek(max(0, size - _END_LENGTH - _LONGEST_COMMENT))
    tail = file.read()
    place = tail.rfind(_END_OF_DIRECTORY)
    end = tail[place : place + _END_LENGTH]
    if place < 0 or len(end) < _END_LENGTH:
        raise Unreadable(problems.NOT_EXCEL)
    *_, parts, length, _, _ = struct.unpack("<4sHHHHIIH", end)
    # Also what announces zip64, which no file of this size needs.
    if parts > MOST_PARTS or length > LONGEST_DIRECTORY:
        raise Unreadable(problems.TOO_LARGE_UNPACKED)
