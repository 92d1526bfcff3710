"""Crews → employees: every page as it comes, then what needed the whole list (E, D, S)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from integrations.choices import Phase, Subject
from integrations.reasons import Reason
from integrations.smarthr.records import BadRecord, Crew, Page
from integrations.sync.department_steps import (
    known_departments,
    read_departments,
    refresh_departments,
    write_groups,
)
from integrations.sync.held import crew_from_json, crew_to_json
from integrations.sync.ledger import Ledger, Line, StoredPage
from integrations.sync.newest import newest_of_each
from integrations.sync.outcomes import StopRun
from integrations.sync.plan_page import (
    plan_page,
    unknown_departments,
    wanted_ids,
)
from integrations.sync.plan_person import PeopleContext, plan_crew
from integrations.sync.progress import Listing, Progress
from integrations.sync.types import PersonPlan
from integrations.sync.unreadable import hidden_from_token, note_attributes, without
from integrations.sync.work import Reading, Work, read_list

CHUNK = 500


class PageReader:
    """Applies the pages of one slice of work."""

    is_whole = True

    def __init__(self, work: Work) -> None:
        self.work = work
        self.ledger = work.ledger
        self.met = {record_id for page in self.ledger.pages(Phase.CREWS) for record_id in page.ids}
        self.context = people_context(self.ledger)

    def read(self, number: int) -> Page[Crew]:
        return self.work.client.crews_page(number, fields=self.ledger.settings.crew_fields)

    def before(self, page: Page[Crew]) -> None:
        if self.ledger.progress.departments_refreshed:
            return
        if unknown_departments(page.items, self.context):  # D6
            refresh_departments(self.work)
            self.context = people_context(self.ledger)

    def take(self, page: Page[Crew]) -> None:
        ledger, progress = self.ledger, self.ledger.progress
        if page.number == 1 and not page.items and ledger.linked_crews():
            raise StopRun(Reason.EMPTY_ANSWER, confirm=True)  # G8
        progress.crews_read_from = progress.crews_read_from or page.read_at.isoformat()
        # Before the people, as everybody does: whoever deletes some has to see who is new here.
        ledger.lock_company()
        self.context.able_administrators = ledger.able_administrators()
        plans = plans_of(ledger, page.items, self.context)
        write_plans(ledger, plans, met_before=self.met)
        ledger.save_page(stored_page(page, plans, reading=progress.crews.reading))
        note_attributes(progress, page.items, ledger.settings)
        _note_newest(progress, page.items)

    def after(self, page: Page[Crew]) -> None:
        self.met.update(raw_id(record) for record in page.items)


def plans_of(
    ledger: Ledger, records: Sequence[Crew | BadRecord], context: PeopleContext
) -> list[PersonPlan]:
    """In a step: what becomes of these records, by the rows of now."""
    crews = [record.id for record in records if isinstance(record, Crew)]
    people = ledger.people(crews)
    held = {person.employee_id for person in people.values()}
    unknown = [crew for crew in crews if crew not in people]
    return plan_page(
        records,
        people=people,
        tombstones=ledger.tombstones(unknown),
        taken={*held, *ledger.holders(wanted_ids(records) - held)},
        context=context,
        random_id=ledger.random_id,
    )


def read_crews(work: Work) -> None:
    finish_refresh(work)
    read_pages(work, PageReader(work))


def read_pages(work: Work, reader: PageReader) -> None:
    """The list of crews, as the reader gives it."""
    ledger = work.ledger

    def listing() -> Listing:
        return ledger.progress.crews

    reading = Reading(
        phase=Phase.CREWS,
        reader=reader.read,
        listing=listing,
        take=reader.take,
        before=reader.before,
        after=reader.after,
        hold=ledger.hold_page,
        held=ledger.page_in_hand,
        is_whole=reader.is_whole,
    )
    read_list(work, reading)


def finish_refresh(work: Work) -> None:
    """D6: a look at the departments that was cut off comes first."""
    if work.ledger.settings.slot is not None:
        read_departments(work)
        write_groups(work)


def settle_held(work: Work) -> None:
    """Decides the crews that had to wait for the whole list (E11)."""
    ledger = work.ledger

    def judge() -> None:
        ledger.progress.unreadable = hidden_from_token(ledger)

    if not ledger.progress.settled:
        ledger.step(judge)
    held = list(held_crews(ledger).values())
    context = people_context(ledger)
    while ledger.progress.settled < len(held):
        start = ledger.progress.settled
        chunk = held[start : start + CHUNK]

        def settle(chunk: list[Crew] = chunk, number: int = start // CHUNK + 1) -> None:
            _settle_chunk(ledger, chunk, number, context)
            ledger.progress.settled += len(chunk)
            ledger.progress.done, ledger.progress.total = ledger.progress.settled, len(held)

        ledger.step(settle)
        work.checkpoint()


def _settle_chunk(ledger: Ledger, crews: list[Crew], number: int, context: PeopleContext) -> None:
    ledger.lock_company()
    context.able_administrators = ledger.able_administrators()
    people = ledger.people([crew.id for crew in crews])
    # After an incomplete read nothing is emptied: what is blank stays as it is.
    everything = ledger.progress.crews.short
    plans = [
        plan_crew(
            without(crew, None if everything else ledger.progress.unreadable),
            people[crew.id],
            context,
            final=True,
        )
        for crew in crews
        if crew.id in people  # deleted meanwhile: never brought back (E12a)
    ]
    write_plans(ledger, plans, met_before={str(crew.id) for crew in crews})
    ledger.save_page(
        StoredPage(
            phase=Phase.PEOPLE,
            reading=ledger.progress.crews.reading,
            number=number,
            ids=[plan.smarthr_id for plan in plans],
            total=None,
            wishes=_wishes(plans),
        )
    )


def _note_newest(progress: Progress, records: Sequence[Crew | BadRecord]) -> None:
    """X2: until when, by SmartHR's clock, the list tells of changes."""
    moments = [r.updated_at for r in records if isinstance(r, Crew) and r.updated_at is not None]
    if progress.newest:
        moments.append(datetime.fromisoformat(progress.newest))
    if moments:
        progress.newest = max(moments).isoformat()


def write_plans(ledger: Ledger, plans: Sequence[PersonPlan], *, met_before: Iterable[str]) -> None:
    keys = ledger.write_people([plan for plan in plans if plan.values])
    lines = [
        Line(
            subject=Subject.EMPLOYEE,
            smarthr_id=plan.smarthr_id,
            label=plan.label,
            outcome=plan.outcome,
            changes=plan.changes,
            notes=plan.notes,
            object_pk=plan.person.pk if plan.person else keys.get(plan.smarthr_id),
        )
        for plan in plans
    ]
    ledger.report(lines, met_before=set(met_before))


def people_context(ledger: Ledger) -> PeopleContext:
    groups = ledger.groups()
    return PeopleContext(
        settings=ledger.settings,
        departments=known_departments(ledger) if ledger.settings.slot is not None else {},
        group_names={group.pk: group.name for group in groups},
        default_group=next(group.pk for group in groups if group.is_default),
        able_administrators=set(),
    )


def standing_context(ledger: Ledger) -> PeopleContext:
    """Where only some crews are looked at: every linked group stands for its department."""
    context = people_context(ledger)
    if ledger.settings.slot is not None:
        context.departments = {
            group.smarthr_id: group.pk for group in ledger.groups() if group.smarthr_id is not None
        }
    return context


def all_wishes(ledger: Ledger) -> dict[UUID, str]:
    """The 社員ID that crews want by the last reading of each."""
    wishes: dict[str, str] = {}
    for phase in (Phase.CREWS, Phase.PEOPLE):
        for page in ledger.pages(phase):
            for record_id in page.ids:
                wishes.pop(record_id, None)
            wishes.update(page.wishes)
    return {UUID(record_id): code for record_id, code in wishes.items()}


def held_crews(ledger: Ledger) -> dict[str, Crew]:
    held: dict[str, Crew] = {}
    for page in ledger.pages(Phase.CREWS):
        for record_id in page.ids:
            held.pop(record_id, None)
        held.update((data["id"], crew_from_json(data)) for data in page.held)
    return dict(sorted(held.items()))


def stored_page(page: Page[Crew], plans: Sequence[PersonPlan], *, reading: int) -> StoredPage:
    waiting = {plan.smarthr_id for plan in plans if plan.held}
    crews = newest_of_each(record for record in page.items if isinstance(record, Crew))
    held = [crew_to_json(crew) for crew in crews if str(crew.id) in waiting]
    return StoredPage(
        phase=Phase.CREWS,
        reading=reading,
        number=page.number,
        ids=[raw_id(record) for record in page.items],
        total=page.total,
        held=held,
        wishes=_wishes(plans),
    )


def _wishes(plans: Sequence[PersonPlan]) -> dict[str, str]:
    return {plan.smarthr_id: plan.wish for plan in plans if plan.wish is not None}


def raw_id(record: Crew | BadRecord) -> str:
    return record.raw_id if isinstance(record, BadRecord) else str(record.id)


def seen_crews(ledger: Ledger) -> set[str]:
    pages = ledger.pages(Phase.CREWS, ledger.progress.crews.reading)
    return {record_id for page in pages for record_id in page.ids}


def crew_ids(ids: Iterable[str]) -> list[UUID]:
    """The ids that can be some: a malformed one is in the list too."""
    found = []
    for text in ids:
        try:
            found.append(UUID(text))
        except ValueError:
            continue
    return found
