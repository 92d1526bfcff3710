"""People whom SmartHR no longer has (E12)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from integrations.choices import DeletionPolicy, Outcome, Subject
from integrations.reasons import Reason
from integrations.sync.ledger import Ledger, Line
from integrations.sync.lines import deleted_line, line_about
from integrations.sync.people_steps import crew_ids, seen_crews
from integrations.sync.plan_deletions import people_limit
from integrations.sync.types import Note, Person
from integrations.sync.work import Work


def settle_vanished(work: Work) -> None:
    """E12: proposes or deletes those whom a whole list did not show."""
    ledger = work.ledger
    seen = seen_crews(ledger)
    began = datetime.fromisoformat(ledger.progress.crews_read_from)
    ledger.step(lambda: ledger.drop_candidates(Subject.EMPLOYEE, crew_ids(seen), before=began))
    missing = _missing(ledger, seen)
    if ledger.progress.crews.uncounted and missing:
        ledger.progress.crews.short = True  # nothing says that the list was whole
    if ledger.progress.is_incomplete or not missing:
        return  # the run fails, and a failed run deletes and proposes nothing
    asked_at = datetime.now(UTC)
    answering = work.client.crews_by_id(missing, fields=("id",))
    ledger.step(lambda: ledger.drop_candidates(Subject.EMPLOYEE, list(answering), before=asked_at))
    gone = [crew for crew in missing if crew not in answering]
    limit = people_limit(len(ledger.linked_crews()))
    if ledger.settings.deletion == DeletionPolicy.CONFIRM or len(gone) > limit:
        _propose(ledger, gone, limit)
        return
    _delete(work, gone)


def _propose(ledger: Ledger, gone: Sequence[UUID], limit: int) -> None:
    def propose() -> None:
        people = ledger.people(gone)
        ledger.propose(Subject.EMPLOYEE, {crew: people[crew].pk for crew in gone if crew in people})
        if len(gone) > limit:
            ledger.progress.brakes["people"] = {"count": len(gone), "limit": limit}

    ledger.step(propose)


def _delete(work: Work, gone: Sequence[UUID]) -> None:
    """Each crew has to answer 404 on its own, and all are asked before anybody goes.

    So a run that fails or is cancelled on the way has deleted nobody. Who waits for a person's
    word goes on waiting, and whom this account never showed is put to a person.
    """
    ledger = work.ledger
    waiting = ledger.pending(Subject.EMPLOYEE)
    asked = [crew for crew in gone if crew not in waiting]
    existing = [crew for crew in asked if work.client.crew_exists(crew)]

    def delete() -> None:
        ledger.lock_company()  # before the people, as everybody does who deletes some
        people = ledger.people(asked)  # who is not among them went through another door
        ledger.drop_candidates(Subject.EMPLOYEE, existing)
        still = [people[crew] for crew in existing if crew in people]
        ledger.add_lines([_note(person, Note(Reason.STILL_EXISTS)) for person in still])
        decided = ledger.dismissed(Subject.EMPLOYEE) | ledger.pending(Subject.EMPLOYEE)
        for crew in asked:
            if crew in people and crew not in existing and crew not in decided:
                _delete_one(ledger, people[crew])

    ledger.step(delete)


def _delete_one(ledger: Ledger, person: Person) -> None:
    if person.source_read_at is None:  # T5, X8: tied by hand, or of another account
        ledger.propose(Subject.EMPLOYEE, {person.smarthr_id: person.pk})
    elif ledger.delete_person(person):
        ledger.progress.has_deleted = True
        ledger.report([deleted_line(person)])
    else:  # C6
        ledger.propose(Subject.EMPLOYEE, {person.smarthr_id: person.pk})
        ledger.add_lines([_note(person, Note(Reason.LAST_ADMINISTRATOR, {"act": "削除"}))])


def _note(person: Person, note: Note) -> Line:
    return line_about(person, Outcome.UNCHANGED, note)


def _missing(ledger: Ledger, seen: set[str]) -> list[UUID]:
    """Linked people not seen, but for those dismissed and those read by another door since."""
    began = datetime.fromisoformat(ledger.progress.crews_read_from)
    dismissed = ledger.dismissed(Subject.EMPLOYEE)
    return sorted(
        crew
        for crew, read_at in ledger.linked_crews().items()
        if str(crew) not in seen and crew not in dismissed and (read_at is None or read_at < began)
    )
