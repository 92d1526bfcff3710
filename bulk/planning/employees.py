"""A row of 社員: what it would change, or why it cannot (B3, B4, C3, C5, X5). Pure."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple

from bulk.layouts import EMPLOYEES
from bulk.planning.group_names import GroupNames
from bulk.planning.rows import PlannedRow, shortened
from bulk.reading.table import CellProblem, SheetRow
from employees.choices import Role
from employees.passwords import general_problem_of
from employees.wanted import (
    IDENTITY,
    NOBODY,
    Current,
    Wanted,
    differences,
    needs_one_time_password,
    problems_of,
)

COLUMN: Final = {field: place for place, field in enumerate(EMPLOYEES.fields)}
GROUP: Final = COLUMN["group"]
ROLE: Final = COLUMN["role"]
PASSWORD: Final = COLUMN["password"]
ROLES: Final = {role.label: role for role in Role}

ID_MISSING: Final = "社員IDを入力してください。"
ID_WITH_SPACE: Final = "社員IDに空白が含まれています。半角英数字と @ . _ - を使ってください。"
ID_TWICE: Final = "社員ID「{}」は{}行目にもあります。1つの社員は1行にしてください。"
ROLE_UNKNOWN: Final = "権限は「申請者」「承認者」「管理者」のどれかを入力してください。"
GROUP_MISSING: Final = (
    "グループ「{}」がありません。グループの名前か「親/子」の形を確認してください。"
)
GROUP_NO_NAME: Final = (
    "「{}」という名前のグループは作れません。グループの名前か「親/子」の形を確認してください。"
)
GROUP_AMBIGUOUS: Final = (
    "「{name}」というグループが{count}件あります：{paths}。"
    "「親/子」の形で、どちらかを入力してください。"
)
LAST_ADMINISTRATOR: Final = (
    "ログインできる管理者がいなくなるため、権限を変更できません。"
    "先に別の社員を管理者にしてください。"
)
KEPT_AS_IN_SMARTHR: Final = "社員ID・姓名・メールアドレスはSmartHRの値のままです。"
ONE_TIME_NEW: Final = "パスワードが空のため、一時パスワードを発行します。"
ONE_TIME_RAISED: Final = (
    "初期パスワードのままの社員のため、一時パスワードを発行します。"
    "今のパスワードは使えなくなります。"
)
SET: Final = "設定"
PATHS_NAMED: Final = 5


class Person(NamedTuple):
    pk: int
    current: Current
    is_active: bool


@dataclass(slots=True)
class EmployeePlanner:
    names: GroupNames
    company_code: str
    creates_groups: bool
    default_group: int
    cell: Callable[[int, int], str]  # row, column of the layout -> Excel's name

    def plan(self, row: SheetRow, person: Person | None, *, first_seen: int | None) -> PlannedRow:
        """`first_seen`: the row above that has the same 社員ID."""
        current = person.current if person else NOBODY
        pk = person.pk if person else None
        planned = PlannedRow(row.number, target=pk, person=pk)
        planned.label = _label(row, current)
        planned.is_linked = current.is_linked
        planned.errors += row.problems
        code = row.values[0]
        if first_seen is not None:
            self._add(planned, row, 0, ID_TWICE.format(shortened(code), first_seen))
            return planned
        if person is None and not self._is_usable_id(planned, row):
            return planned
        wanted = self._wanted(planned, row, current)
        if current.is_linked:  # B3
            if any(name in IDENTITY for name in differences(current, wanted)):
                planned.notes.append(KEPT_AS_IN_SMARTHR)
            wanted = wanted.without_identity()
        self._look_for_problems(planned, row, current, wanted)
        self._tell(planned, current, wanted)
        return planned

    def _wanted(self, planned: PlannedRow, row: SheetRow, current: Current) -> Wanted:
        code, last_name, first_name, email, group, role, password = row.values
        bad = {problem.column for problem in row.problems}
        if role and role not in ROLES:
            self._add(planned, row, ROLE, ROLE_UNKNOWN)
        if password and (text := general_problem_of(password, company_code=self.company_code)):
            planned.errors.append(CellProblem(PASSWORD, self.cell(row.number, PASSWORD), "", text))
        keeps = current is not NOBODY
        return Wanted(
            employee_id=code,
            last_name=None if keeps and COLUMN["last_name"] in bad else last_name,
            first_name=None if keeps and COLUMN["first_name"] in bad else first_name,
            email=None if COLUMN["email"] in bad else email,
            group_id=self._group(planned, row, group, current) if group else None,
            role=ROLES.get(role),
            password=password or None,
        )

    def _is_usable_id(self, planned: PlannedRow, row: SheetRow) -> bool:
        """Whether the row can be looked at any further; others of C5 come with the rest."""
        code = row.values[0]
        if any(problem.column == 0 for problem in row.problems):
            return False
        if not code:
            self._add(planned, row, 0, ID_MISSING)
            return False
        if any(character.isspace() for character in code):
            self._add(planned, row, 0, ID_WITH_SPACE)
            return False
        return True

    def _group(self, planned: PlannedRow, row: SheetRow, text: str, current: Current) -> int | None:
        found = self.names.find(text, current=current.group_id)
        if found.pk is not None:
            return found.pk
        if found.candidates:
            self._add(planned, row, GROUP, ambiguous(self.names, text, found.candidates))
            return None
        if not self.creates_groups:
            self._add(planned, row, GROUP, GROUP_MISSING.format(shortened(text)))
            return None
        made = self.names.add_path(text)
        if made is None:
            self._add(planned, row, GROUP, GROUP_NO_NAME.format(shortened(text)))
        return made

    def _look_for_problems(
        self, planned: PlannedRow, row: SheetRow, current: Current, wanted: Wanted
    ) -> None:
        known = {problem.column for problem in planned.errors}
        for problem in problems_of(current, wanted):
            column = COLUMN[problem.field]
            if column not in known:
                self._add(planned, row, column, problem.text)

    def _tell(self, planned: PlannedRow, current: Current, wanted: Wanted) -> None:
        if current is NOBODY:
            self._tell_new(planned, wanted)
            return
        changes = differences(current, wanted)
        for name, (before, after) in changes.items():
            heading = EMPLOYEES.labels[COLUMN["group" if name == "group_id" else name]]
            planned.changes.append((heading, self._shown(name, before), self._shown(name, after)))
        if wanted.password:
            planned.changes.append((EMPLOYEES.labels[PASSWORD], "", SET))
        if needs_one_time_password(current, wanted):
            planned.notes.append(ONE_TIME_RAISED)
        planned.wanted = wanted
        planned.keys = (*(changes.get("group_id") or ()), bool(wanted.password))

    def _tell_new(self, planned: PlannedRow, wanted: Wanted) -> None:
        group = self.default_group if wanted.group_id is None else wanted.group_id
        role = wanted.role or Role.APPLICANT
        told = (wanted.last_name, wanted.first_name, wanted.email)
        planned.changes += [
            (EMPLOYEES.labels[place], "", text) for place, text in enumerate(told, start=1) if text
        ]
        planned.changes.append((EMPLOYEES.labels[GROUP], "", self._shown("group_id", group)))
        planned.changes.append((EMPLOYEES.labels[ROLE], "", role.label))
        if wanted.password:
            planned.changes.append((EMPLOYEES.labels[PASSWORD], "", SET))
        else:
            planned.notes.append(ONE_TIME_NEW)
        planned.wanted = wanted
        planned.keys = (group, bool(wanted.password))

    def _shown(self, name: str, value: object) -> str:
        if name == "group_id":
            pk = int(str(value))
            path = self.names.path(pk)
            return f"{path}（新規）" if pk < 0 else path
        return Role(str(value)).label if name == "role" else str(value)

    def _add(self, planned: PlannedRow, row: SheetRow, column: int, text: str) -> None:
        shown = shortened(row.values[column]) if column != PASSWORD else ""
        planned.errors.append(CellProblem(column, self.cell(row.number, column), shown, text))


def ambiguous(names: GroupNames, text: str, candidates: tuple[int, ...]) -> str:
    paths = [names.reference(pk) for pk in candidates[:PATHS_NAMED]]
    more = "…" if len(candidates) > PATHS_NAMED else ""
    return GROUP_AMBIGUOUS.format(
        name=shortened(text), count=len(candidates), paths="、".join(paths) + more
    )


def _label(row: SheetRow, current: Current) -> str:
    """Whom it is about: as in the app where the person is known, else as in the file."""
    code, last_name, first_name = row.values[:3]
    if current is not NOBODY:
        code, last_name, first_name = current.employee_id, current.last_name, current.first_name
    name = f"{last_name} {first_name}".strip()
    return shortened(f"{name}（{code}）" if name and code else name or code)
