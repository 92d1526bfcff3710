"""Deleting what a person approved: each is asked for once more, then all go at once (E12, G4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from integrations.choices import Outcome, Phase, Subject
from integrations.reasons import Reason
from integrations.sync.ledger import Ledger, StoredPage
from integrations.sync.lines import deleted_line, line_about
from integrations.sync.outcomes import StopRun
from integrations.sync.plan_deletions import held_administrators
from integrations.sync.types import GroupRow, Note, Person
from integrations.sync.work import Work

# Records asked for between two steps; a run that was killed asks for so many again.
BATCH: Final = 10
# An older answer is asked for again before anybody goes: a run can wait for hours.
GOOD_FOR: Final = timedelta(hours=1)
STILL_THERE: Final = Note(Reason.STILL_EXISTS)
READINGS: Final = {Subject.EMPLOYEE: 1, Subject.GROUP: 2}


@dataclass(frozen=True, slots=True)
class Answer:
    exists: bool
    at: datetime

    def shows(self, record: Person | GroupRow) -> bool:
        """Whether SmartHR has the record: it said so, or another door has read it since (E12a)."""
        return self.exists or (record.source_read_at or self.at) > self.at


def look_up_approved(work: Work) -> None:
    """Each has to answer 404 on its own, and all are asked before anybody goes.

    So a run that fails or is cancelled on the way has deleted nobody.
    """
    total = sum(len(work.ledger.approved(subject)) for subject in Subject)
    for subject in Subject:
        _look_up(work, subject, total)


def remove_approved(work: Work) -> None:
    """In one step, which nobody can cancel half way."""
    look_up_approved(work)  # what was answered long before a dead run was taken over
    ledger = work.ledger

    def remove() -> None:
        ledger.lock_company()
        _remove_people(ledger)  # first, so that nobody is moved to グループ1 to be deleted
        _remove_groups(ledger)
        ledger.release_approved()

    ledger.step(remove)


# --- asking --------------------------------------------------------------------------------
def _look_up(work: Work, subject: Subject, total: int) -> None:
    ledger = work.ledger
    approved = ledger.approved(subject)
    remaining = sorted(approved - _answers(ledger, subject).keys())
    if not remaining:
        return
    check_not_empty(work, subject)
    is_person = subject == Subject.EMPLOYEE
    exists = work.client.crew_exists if is_person else work.client.department_exists
    known = ledger.pages(Phase.LOOKUPS, READINGS[subject])
    for number, start in enumerate(range(0, len(remaining), BATCH), start=len(known) + 1):
        if start:
            work.checkpoint()
        batch, began = remaining[start : start + BATCH], datetime.now(UTC)
        existing = [str(record_id) for record_id in batch if exists(record_id)]
        page = StoredPage(
            phase=Phase.LOOKUPS,
            reading=READINGS[subject],
            number=number,
            ids=[str(record_id) for record_id in batch],
            total=total,
            held=[{"at": began.isoformat(), "existing": existing}],
        )
        ledger.step(partial(_keep, ledger, page))


def check_not_empty(work: Work, subject: Subject) -> None:
    """SmartHR shows nothing at all, which is no reason to delete anything."""
    if subject == Subject.EMPLOYEE:
        found = bool(work.client.crews_page(1, fields=("id",)).items)
    else:
        found = bool(work.client.departments_page(1).items)
    if not found:
        raise StopRun(Reason.EMPTY_ANSWER, confirm=True)


def _keep(ledger: Ledger, page: StoredPage) -> None:
    ledger.save_page(page)
    progress = ledger.progress
    progress.done, progress.total = progress.done + len(page.ids), page.total


def _answers(ledger: Ledger, subject: Subject) -> dict[UUID, Answer]:
    """The answers of this run that still hold."""
    oldest = datetime.now(UTC) - GOOD_FOR
    found: dict[UUID, Answer] = {}
    for page in ledger.pages(Phase.LOOKUPS, READINGS[subject]):
        said = page.held[0]
        at = datetime.fromisoformat(said["at"])
        if at >= oldest:
            found |= {UUID(key): Answer(key in said["existing"], at) for key in page.ids}
    return found


# --- deleting ------------------------------------------------------------------------------
def _remove_people(ledger: Ledger) -> None:
    answers = _answers(ledger, Subject.EMPLOYEE)
    asked = ledger.approved(Subject.EMPLOYEE) & answers.keys()
    # Who is not among them went through another door, or is not linked any more.
    people = ledger.people(sorted(asked))
    existing = {crew for crew, person in people.items() if answers[crew].shows(person)}
    ledger.drop_candidates(Subject.EMPLOYEE, existing)
    gone = [people[crew] for crew in sorted(people.keys() - existing)]
    held = held_administrators([person.pk for person in gone], ledger.able_administrators())
    going = [person for person in gone if person.pk not in held]
    ledger.note_approved(Subject.EMPLOYEE, {person.pk: person.label for person in going})
    if going:
        ledger.delete_people(going)
        ledger.progress.has_deleted = True
    stays = [people[crew] for crew in sorted(existing)]
    # C6: SmartHR no longer has them, which is what the count tells.
    last = Note(Reason.LAST_ADMINISTRATOR, {"act": "削除"})
    ledger.report(
        [
            *(deleted_line(person) for person in going),
            *(line_about(person, Outcome.UNCHANGED, STILL_THERE) for person in stays),
            *(line_about(person, Outcome.LEFT_OUT, last) for person in gone if person.pk in held),
        ]
    )


def _remove_groups(ledger: Ledger) -> None:
    answers = _answers(ledger, Subject.GROUP)
    asked = ledger.approved(Subject.GROUP) & answers.keys()
    groups = {g.smarthr_id: g for g in ledger.groups() if g.smarthr_id in asked}
    existing = {key for key, group in groups.items() if key and answers[key].shows(group)}
    ledger.drop_candidates(Subject.GROUP, existing)
    going = [group for key, group in groups.items() if key not in existing]
    ledger.note_approved(Subject.GROUP, {group.pk: group.name for group in going})
    if going:
        ledger.delete_groups(going)
        ledger.progress.has_deleted = True
    stays = [group for key, group in groups.items() if key in existing]
    ledger.report(
        [
            *(deleted_line(group) for group in going),
            *(line_about(group, Outcome.UNCHANGED, STILL_THERE) for group in stays),
        ]
    )
