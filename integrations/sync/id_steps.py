"""Who gets which 社員ID in the end (S1, S3, S4, S5)."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from integrations.choices import Outcome, Subject
from integrations.reasons import Reason
from integrations.sync.ledger import Ledger, Line
from integrations.sync.lines import line_about
from integrations.sync.people_steps import all_wishes
from integrations.sync.plan_ids import IdDecision, decide_ids
from integrations.sync.types import Note, Person
from integrations.sync.work import Work


def settle_ids(work: Work) -> None:
    """S1, S3, S4: gives the 社員ID that could only be decided with the whole list."""
    work.ledger.step(lambda: give_ids(work.ledger))


def give_ids(ledger: Ledger) -> None:
    """In a step: what the crews read so far want instead of their present 社員ID."""
    ledger.lock_company()  # S5 counts what others change
    wishes = all_wishes(ledger)
    people = ledger.people(wishes)
    wishes = {
        crew: code
        for crew, code in wishes.items()
        if crew in people
        and people[crew].employee_id != code
        # E12a: another door may have written a newer number since.
        and people[crew].source.get("emp_code") == code
    }
    names = {crew: f"{p.last_name} {p.first_name}".strip() for crew, p in people.items()}
    holders = ledger.holders(set(wishes.values()))
    decision = decide_ids(wishes, holders, names)
    held = _held_back(ledger, decision)
    if held:
        wishes = {crew: code for crew, code in wishes.items() if crew not in held}
        decision = decide_ids(wishes, holders, names)
    ledger.add_lines([_line(people[crew], _held_note(code)) for crew, code in held.items()])
    people |= ledger.people(decision.displaced)
    _move(ledger, decision, people, wishes)
    ledger.hold_logins(held)


def _held_back(ledger: Ledger, decision: IdDecision) -> dict[UUID, str]:
    """S5: with nobody looking on, so many logins do not change at once; and what was held once
    waits for a person, however few want to change now."""
    if not ledger.unattended:
        return {}
    created = ledger.outcomes(Subject.EMPLOYEE, [str(crew) for crew in decision.moves])
    changes = {
        crew: code
        for crew, code in decision.moves.items()
        if created.get(str(crew)) != Outcome.CREATED
    }
    if not changes:
        return {}
    waiting = ledger.held_logins()
    held = {crew: code for crew, code in changes.items() if waiting.get(crew) == code}
    allowed = ledger.login_allowance()
    if len(changes) - len(held) > allowed:
        held = changes
    if held:
        ledger.progress.brakes["logins"] = {"count": len(held), "limit": allowed}
    return held


def _held_note(code: str) -> Note:
    return Note(Reason.LOGIN_CHANGE_HELD, {"value": code})


def _move(
    ledger: Ledger, decision: IdDecision, people: dict[UUID, Person], wishes: dict[UUID, str]
) -> None:
    moves = dict(decision.moves)
    moves |= {crew: ledger.random_id() for crew in decision.displaced}
    outcomes = ledger.outcomes(Subject.EMPLOYEE, [str(crew) for crew in {*moves, *wishes}])
    created = {crew for crew in people if outcomes.get(str(crew)) == Outcome.CREATED}
    ledger.move_ids(moves, provisional=created.intersection(moves))
    changed: list[Line] = []
    for crew, code in moves.items():
        if crew in created:
            ledger.rename_created(crew, code)
        else:
            changed.append(_login_change(people[crew], code))
    ledger.report(changed, met_before={line.smarthr_id for line in changed})
    ledger.note_login_changes([crew for crew in moves if crew not in created])
    lost = {crew: (wishes[crew], holder) for crew, holder in decision.refused.items()}
    lost |= {crew: (people[crew].employee_id, name) for crew, name in decision.displaced.items()}
    ledger.add_lines(
        [
            _taken(
                people[crew],
                value,
                moves.get(crew, people[crew].employee_id),
                holder,
                new=crew in created,
            )
            for crew, (value, holder) in lost.items()
        ]
    )


def _taken(person: Person, value: str, employee_id: str, holder: str, *, new: bool) -> Line:
    detail = {"value": value, "employee_id": employee_id, "holder": holder, "new": new}
    return _line(person, Note(Reason.EMPLOYEE_ID_TAKEN, detail))


def _login_change(person: Person, code: str) -> Line:
    changed = replace(person, employee_id=code)
    changes = {"employee_id": (person.employee_id, code)}
    return line_about(changed, Outcome.UPDATED, changes=changes)


def _line(person: Person, note: Note) -> Line:
    return line_about(person, Outcome.UNCHANGED, note)
