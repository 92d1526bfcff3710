"""The files behind the images of people (O4)."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from employees.images import SUFFIX
from employees.models import Employee
from employees.signals import image_left

log = logging.getLogger(__name__)
FOLDER = "images"


@contextmanager
def stored(content: bytes | None) -> Iterator[str]:
    """The name of a new file, "" without content; gone again where the act fails.

    A rollback brings no file back and takes none away, so it is written before and outside.
    """
    if content is None:
        yield ""
        return
    # Nobody can guess it: the file says nothing of whose it is.
    name = default_storage.save(f"{FOLDER}/{secrets.token_hex(16)}{SUFFIX}", ContentFile(content))
    try:
        yield name
    except BaseException:
        default_storage.delete(name)
        raise


def delete_after_commit(name: str) -> None:
    """Ends a file that an employee had until now, unless somebody else needs it."""
    if name:
        transaction.on_commit(lambda: _delete_unused(name))


def _delete_unused(name: str) -> None:
    try:
        if not _is_used(name):
            default_storage.delete(name)
    except Exception:  # what was done is done; a file that stays is no reason for an error page
        log.exception("an image that nobody has any more could not be deleted")


def _is_used(name: str) -> bool:
    if Employee.objects.across_companies().filter(image=name).exists():
        return True
    return any(answer for _, answer in image_left.send(sender=Employee, name=name))
