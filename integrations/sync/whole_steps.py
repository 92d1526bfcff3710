"""A step of work in one transaction, planned again where somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from django.db import IntegrityError, OperationalError, connection, transaction

TRIES: Final = 3


def whole_or_not_at_all(work: Callable[[], None], *, undo: Callable[[], None]) -> None:
    """`undo` restores what `work` has changed in memory; raises what `work` raises.

    Somebody else may take a 社員ID or a crew between our read and our write, and two transactions
    may wait for each other: then it is planned again on what is there now.
    """
    for tries_left in reversed(range(TRIES)):
        try:
            with transaction.atomic():
                work()
        except (IntegrityError, OperationalError) as error:
            undo()
            if not tries_left or not _can_be_repeated(error):
                raise
        except BaseException:
            undo()
            raise
        else:
            return


def _can_be_repeated(error: Exception) -> bool:
    """A lost connection is not repeated here: another worker takes the work over."""
    return isinstance(error, IntegrityError) or connection.is_usable()
