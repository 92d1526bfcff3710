"""「なぜ？」 of a linked record: what SmartHR said, which rule decides, and what to do (X9).

The rules are the sync's own (integrations.sync.explained); here their verdicts become sentences.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from integrations import why_texts as texts
from integrations.choices import NameSource
from integrations.reason_text import ReasonText
from integrations.reason_texts import explain_record
from integrations.reasons import Reason
from integrations.record_links import Link
from integrations.smarthr.records import Crew, Flag
from integrations.sync.crew_values import wanted_department
from integrations.sync.ledger import Line
from integrations.sync.types import GroupPlan, GroupRow, Note, Person, SyncSettings
from integrations.texts_by_kind import in_words_of_a_preview

# Which field a reason is about.
FIELD_OF: Mapping[str, str] = {
    Reason.EMPLOYEE_ID_INVALID: "employee_id",
    Reason.EMPLOYEE_ID_TAKEN: "employee_id",
    Reason.NAME_MISSING: "names",
    Reason.EMAIL_INVALID: "email",
    Reason.EMAIL_REQUIRED_FOR_ROLE: "email",
    Reason.DEPARTMENT_UNKNOWN: "group",
    Reason.RETIRED_SUSPENDED: "login",
    Reason.LAST_ADMINISTRATOR: "login",
    Reason.DEPARTMENT_NAME_MISSING: "name",
    Reason.PARENT_MISSING: "parent",
    Reason.PARENT_CYCLE: "parent",
}


@dataclass(frozen=True, slots=True)
class Field:
    """A line: what SmartHR says, what stands here, and which rule decides."""

    label: str
    said: str
    here: str
    text: ReasonText
    # Read letter by letter.
    is_code: bool = False
    # Something differs, or there is something to do.
    needs_look: bool = False


@dataclass(frozen=True, slots=True)
class Point:
    """What is the matter with the whole record."""

    text: ReasonText
    tone: str = "warning"
    link: Link | None = None


@dataclass(slots=True)
class Why:
    read_at: datetime | None
    # 「変更分同期 #128」, and its report.
    read_by: str = ""
    link: Link | None = None
    changed_at: datetime | None = None
    fields: list[Field] = field(default_factory=list)
    points: list[Point] = field(default_factory=list)

    @property
    def open_fields(self) -> list[Field]:
        return [row for row in self.fields if row.needs_look]

    @property
    def has_advice(self) -> bool:
        return any(row.text.next for row in self.fields)

    @property
    def is_clear(self) -> bool:
        return not self.points and not self.open_fields

    @property
    def summary(self) -> list[ReasonText]:
        """For the record's own page: what is the matter, in as many lines as there are matters."""
        return [point.text for point in self.points] + [row.text for row in self.open_fields]


@dataclass(frozen=True, slots=True)
class PersonCase:
    """All that is known of a person."""

    person: Person
    crew: Crew
    line: Line
    settings: SyncSettings
    groups: Mapping[int, GroupRow]
    # Of groups, by primary key.
    paths: Mapping[int, str]
    # The 社員ID that waits for a person (S5).
    held_login: str = ""
    # The slot was changed since the person was read.
    slot_is_new: bool = False
    # S8, E8: fields for which the newest reading left the person as they are. What it read is not
    # what is stored, so that nothing is said of what the next one does.
    left_out: frozenset[str] = frozenset()


def person_fields(case: PersonCase) -> list[Field]:
    fields = [_number(case), _names(case), _email(case), _group(case)]
    return [*fields, *_login(case)]


def _note_text(case: PersonCase, name: str) -> ReasonText | None:
    notes = [note for note in case.line.notes if FIELD_OF.get(note.reason) == name]
    return _said(notes[0], case) if notes else None


def _said(note: Note, case: PersonCase) -> ReasonText:
    text = explain_record(note.reason, note.detail, subject=case.line.subject, outcome="unchanged")
    # It is planned here, and was not done yet.
    return in_words_of_a_preview(text) if note.reason == Reason.RETIRED_SUSPENDED else text


def _decided(
    case: PersonCase, name: str, column: str, else_: ReasonText
) -> tuple[ReasonText, bool]:
    """The text of a note, of a change to come, or what stands."""
    if (noted := _note_text(case, name)) is not None:
        return noted, True
    if column in case.line.changes:
        after = case.line.changes[column][1]
        make = texts.will_be_id if column == "employee_id" else texts.will_be
        return make(str(after or "空")), True
    return else_, False


def _number(case: PersonCase) -> Field:
    said, code = case.person.source.get("emp_code", ""), case.person.employee_id
    if case.held_login:
        detail = {"value": case.held_login}
        text = explain_record(
            Reason.LOGIN_CHANGE_HELD, detail, subject="employee", outcome="unchanged"
        )
        return Field("社員ID", said, code, text, is_code=True, needs_look=True)
    if case.crew.emp_code is Flag.ABSENT:
        text = texts.unreadable("emp_code")
        return Field("社員ID", said, code, text, is_code=True, needs_look=True)
    text, needs_look = _decided(case, "employee_id", "employee_id", texts.SAME_NUMBER)
    return Field("社員ID", said, code, text, is_code=True, needs_look=needs_look)


def _names(case: PersonCase) -> Field:
    source, person = case.person.source, case.person
    if "names" in case.left_out:
        return Field("姓名", "", _name(person.last_name, person.first_name), texts.WAS_EMPTY)
    legal = _name(source.get("last_name"), source.get("first_name"))
    shown, said, text = _name(person.last_name, person.first_name), legal, texts.SAME_NAMES
    if case.settings.names == NameSource.BUSINESS:  # E14
        parts = (source.get("business_last_name"), source.get("business_first_name"))
        said = f"{legal}（ビジネスネーム {_name(*parts)}）" if any(parts) else legal
        text = texts.BUSINESS_NAMES if all(parts) else texts.NO_BUSINESS_NAMES
    if (noted := _note_text(case, "names")) is not None:
        return Field("姓名", said, shown, noted, needs_look=True)
    changes = case.line.changes
    if changes.keys() & {"last_name", "first_name"}:
        after = _name(
            changes.get("last_name", (0, person.last_name))[1],
            changes.get("first_name", (0, person.first_name))[1],
        )
        return Field("姓名", said, shown, texts.will_be(after), needs_look=True)
    if Flag.ABSENT in (case.crew.last_name, case.crew.first_name):
        return Field("姓名", said, shown, texts.unreadable("last_name"), needs_look=True)
    return Field("姓名", said, shown, text)


def _email(case: PersonCase) -> Field:
    said, here = case.person.source.get("email", ""), case.person.email
    if "email" in case.left_out:
        return Field("メールアドレス", "", here, texts.WAS_EMPTY)
    if case.crew.email is Flag.ABSENT:
        return Field("メールアドレス", said, here, texts.unreadable("email"), needs_look=True)
    stands = texts.SAME_EMAIL if said else texts.NO_EMAIL
    text, needs_look = _decided(case, "email", "email", stands)
    return Field("メールアドレス", said, here, text, needs_look=needs_look)


def _group(case: PersonCase) -> Field:
    """D2, D3, D4, D6."""
    slot, here = case.settings.slot, case.paths.get(case.person.group_id, "")
    if slot is None:
        return Field("グループ", "", here, texts.NOT_APPLIED)
    if case.slot_is_new:
        return Field("グループ", "", here, texts.SLOT_IS_NEW, needs_look=True)
    if isinstance(case.crew.departments, Flag):
        return Field("グループ", "", here, texts.unreadable("departments"), needs_look=True)
    department = wanted_department(case.crew, slot)
    if department is None:
        return Field("グループ", "", here, texts.slot_is_empty(slot))
    known = next((g.pk for g in case.groups.values() if g.smarthr_id == department), None)
    said = case.paths[known] if known is not None else "グループにない部署"
    text, needs_look = _decided(case, "group", "group", texts.same_department(slot))
    return Field("グループ", said, here, text, needs_look=needs_look)


def _login(case: PersonCase) -> Iterator[Field]:
    """E13, O3a: only where there is something to say of it."""
    person, status = case.person, case.person.source.get("emp_status", "")
    said = texts.STATUSES.get(status, "")
    here = "できる" if person.is_active else "停止"
    noted = _note_text(case, "login")
    if noted is not None or "is_active" in case.line.changes:
        text = noted or ReasonText("SmartHRで退職済みでなくなったため、次の同期で再開します。", "")
        yield Field("ログイン", said, here, text, needs_look=True)
    elif person.suspended_by_sync:
        text = explain_record(Reason.RETIRED_SUSPENDED, {}, subject="employee", outcome="unchanged")
        yield Field("ログイン", said, here, text)
    elif not person.is_active:
        yield Field("ログイン", said, here, texts.STOPPED_BY_HAND)
    elif status == "retired":
        yield Field("ログイン", said, here, texts.CAN_LOG_IN)


def _name(last: str | None, first: str | None) -> str:
    return f"{last or ''} {first or ''}".strip()


# --- groups -----------------------------------------------------------------------------------
def group_fields(
    group: GroupRow, plan: GroupPlan, parent: str, slot: int | None, notes: list[Note]
) -> list[Field]:
    """`notes`: of the newest sync; that a parent was missing cannot be told from what is kept."""
    said = {FIELD_OF.get(note.reason): note for note in [*notes, *plan.notes]}

    def text_of(name: str, stands: ReasonText) -> tuple[ReasonText, bool]:
        if (note := said.get(name)) is not None:
            text = explain_record(note.reason, note.detail, subject="group", outcome="unchanged")
            return text, True
        return stands, False

    name, name_is_open = text_of("name", texts.SAME_DEPARTMENT_NAME)
    stands = texts.SAME_PARENT if parent else texts.NO_PARENT
    above, parent_is_open = text_of("parent", stands)
    top = parent or "最上位"
    return [
        Field("グループ名", group.name, group.name, name, needs_look=name_is_open),
        Field("親グループ", "" if parent_is_open else top, top, above, needs_look=parent_is_open),
        Field("所属する社員", "", "", texts.members_by_slot(slot)),
    ]
