"""Files of jobs: encrypted pieces in the database, as rows that go with the job."""

from __future__ import annotations

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from typing import IO, Final

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings

from bulk.choices import PartKind
from bulk.models import FilePart, Job

PIECE: Final = 512 * 1024
IN_MEMORY: Final = 12 * 1024 * 1024


class FileGone(Exception):
    """It was purged, or no key of today opens it."""


def store_file(*, job: Job, kind: PartKind, file: IO[bytes]) -> None:
    """Replaces what the job had of that kind."""
    remove_file(job=job, kind=kind)
    keys = _keys()
    file.seek(0)
    number = 0
    while piece := file.read(PIECE):
        FilePart.objects.create(
            company_id=job.company_id,
            job=job,
            kind=kind,
            number=number,
            content=keys.encrypt(piece),
        )
        number += 1


def pieces_of(*, job: Job, kind: PartKind) -> Iterator[bytes]:
    """Raises FileGone."""
    keys = _keys()
    parts = FilePart.objects.for_company(job.company_id).filter(job=job, kind=kind)
    numbers = list(parts.order_by("number").values_list("number", flat=True))
    if not numbers:
        raise FileGone
    for number in numbers:
        content = parts.filter(number=number).values_list("content", flat=True).first()
        if content is None:
            raise FileGone
        try:
            yield keys.decrypt(bytes(content))
        except InvalidToken as problem:
            raise FileGone from problem


def open_file(*, job: Job, kind: PartKind) -> IO[bytes]:
    """Raises FileGone. The caller closes it."""
    file: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115  # the caller closes it
    try:
        for piece in pieces_of(job=job, kind=kind):
            file.write(piece)
    except FileGone:
        file.close()
        raise
    file.seek(0)
    return file


def has_file(*, job: Job, kind: PartKind) -> bool:
    parts = FilePart.objects.for_company(job.company_id).filter(job=job, kind=kind)
    return bool(parts.exists())


def remove_file(*, job: Job, kind: PartKind | None = None) -> None:
    parts = FilePart.objects.for_company(job.company_id).filter(job=job)
    (parts if kind is None else parts.filter(kind=kind)).delete()


def _keys() -> MultiFernet:
    return MultiFernet([Fernet(key) for key in settings.FIELD_ENCRYPTION_KEYS])
