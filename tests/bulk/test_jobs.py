"""The life of an import and an export: B5, C3, X5, X6, and what becomes of lost workers."""

from __future__ import annotations

from io import BytesIO

import openpyxl
import pytest
from django.contrib.auth.hashers import check_password

from bulk.choices import JobStatus, PartKind, Verdict
from bulk.models import FilePart, PreviewRow
from bulk.planning.employees import LAST_ADMINISTRATOR
from bulk.services.applying import NOT_ALLOWED, STALE, apply_import
from bulk.services.checking import check_import
from bulk.services.files import has_file, open_file
from bulk.services.jobs import (
    BUSY,
    HAS_ERRORS,
    NOT_READY,
    check_again,
    confirm_import,
    discard_import,
)
from bulk.services.passwords import take_one_time_passwords
from companies.models import AuditEntry
from companies.refusals import Refused
from employees.choices import Role
from employees.models import Employee
from tests.bulk.jobs import applied, confirmed, exists, previewed, uploaded
from tests.bulk.test_employee_import import PASSWORD
from tests.bulk.workbooks import people, read
from tests.factories import AdministratorFactory, EmployeeFactory, GroupFactory

NEW = people(["00027", "佐藤", "花子", "hanako@example.com", "", "承認者", PASSWORD])


def test_B5_a_preview_says_what_would_be_and_changes_nothing(administrator: Employee) -> None:
    one = EmployeeFactory(company=administrator.company, employee_id="00028", last_name="鈴木")
    same = EmployeeFactory(company=administrator.company, employee_id="00029")
    content = people(
        ["00027", "佐藤", "花子", "", "", "", ""],
        ["00028", "高橋", "名", "", "", "", PASSWORD],
        ["00029", same.last_name, "名", "", "", "", ""],
    )

    job = previewed(administrator, content)

    assert (job.status, job.new, job.changed, job.unchanged) == ("ready", 1, 1, 1)
    rows = PreviewRow.objects.for_company(administrator.company).order_by("number")
    assert [(row.number, row.verdict) for row in rows] == [
        (2, "new"),
        (3, "changed"),
        (4, "unchanged"),
    ]
    assert rows[1].changes == [["姓", "鈴木", "高橋"], ["パスワード", "", "設定"]]
    assert PASSWORD not in str(list(rows.values()))
    one.refresh_from_db()
    assert one.last_name == "鈴木"
    assert not exists(administrator)
    assert not AuditEntry.objects.for_company(administrator.company).exists()


def test_B5_it_is_applied_as_a_whole_and_told_in_the_log(administrator: Employee) -> None:
    job = applied(administrator, NEW)

    made = Employee.objects.for_company(administrator.company).get(employee_id="00027")
    assert (job.status, made.role) == (JobStatus.DONE, Role.APPROVER)
    assert check_password(PASSWORD, made.password)
    entries = AuditEntry.objects.for_company(administrator.company)
    label = f"インポート #{job.pk}（山田 花子（a001））"
    assert {(entry.actor_kind, entry.actor_id, entry.actor_label) for entry in entries} == {
        ("import", job.pk, label)
    }
    told = entries.get(action="imported")
    assert told.object_label == "社員（新規1名・変更0名）"
    assert PASSWORD not in str(list(entries.values()))
    assert not has_file(job=job, kind=PartKind.UPLOAD)


def test_B5_no_file_is_kept_in_plain(administrator: Employee) -> None:
    job = uploaded(administrator, NEW)

    parts = FilePart.objects.for_company(administrator.company).values_list("content", flat=True)
    assert parts
    assert not any(NEW[:40] in bytes(part) for part in parts)
    with open_file(job=job, kind=PartKind.UPLOAD) as file:
        assert file.read() == NEW


def test_B5_errors_keep_everything_from_being_applied(administrator: Employee) -> None:
    content = people(["00027", "佐藤", "", "", "", "", ""], ["x", "鈴木", "", "", "", "", PASSWORD])
    job = previewed(administrator, content)

    with pytest.raises(Refused, match=HAS_ERRORS):
        confirm_import(job=job, actor=administrator)

    assert (job.new, job.errors) == (1, 1)
    assert not exists(administrator)


def test_B5_the_errors_are_in_the_same_workbook_without_passwords(administrator: Employee) -> None:
    content = people(
        ["00027", "佐藤", "", "", "", "", PASSWORD], ["x", "鈴木", "", "", "", "", PASSWORD]
    )
    job = previewed(administrator, content)

    with open_file(job=job, kind=PartKind.ERRORS) as file:
        told = file.read()

    rows = read(told)["社員"]
    assert rows[0][-1] == "エラー"
    assert [row[:2] + row[6:7] for row in rows[1:]] == [["00027", "佐藤", ""], ["x", "鈴木", ""]]
    assert [row[7] for row in rows[1:]] == ["", "A3：社員IDは3〜24文字で入力してください。"]
    # It can be mended and taken in, with the column of the errors in it.
    book = openpyxl.load_workbook(BytesIO(told))
    book["社員"]["A3"] = "00028"
    mended = BytesIO()
    book.save(mended)
    assert previewed(administrator, mended.getvalue()).new == 2


def test_B6_an_unreadable_file_is_told(administrator: Employee) -> None:
    job = previewed(administrator, b"nothing")

    assert (job.status, job.error) == (
        JobStatus.FAILED,
        "Excelファイルとして開けません。.xlsx形式で保存し直してください。",
    )


def test_C6_the_last_administrators_row_is_an_error_of_the_preview(administrator: Employee) -> None:
    row = ["a001", "山田", "花子", administrator.email, "", "申請者", ""]

    job = previewed(administrator, people(row))

    assert (job.errors, job.changed) == (1, 0)
    wrong = PreviewRow.objects.for_company(administrator.company).get(verdict=Verdict.ERROR)
    assert wrong.errors == [["F2", "申請者", LAST_ADMINISTRATOR]]


def changed_meanwhile(administrator: Employee, what: str) -> None:
    company = administrator.company
    if what == "person made":
        EmployeeFactory(company=company, employee_id="00027")
    elif what == "person changed":
        Employee.objects.for_company(company).filter(employee_id="00028").update(last_name="別")
    elif what == "person gone":
        Employee.objects.for_company(company).filter(employee_id="00028").delete()
    elif what == "group":
        GroupFactory(company=company, name="営業部")
    elif what == "last administrator":
        AdministratorFactory(company=company, employee_id="b001")
        Employee.objects.for_company(company).filter(pk=administrator.pk).update(is_active=False)


@pytest.mark.parametrize("what", ["person made", "person changed", "person gone", "group"])
def test_B5_a_plan_that_has_gone_stale_is_refused(administrator: Employee, what: str) -> None:
    GroupFactory(company=administrator.company, name="営業部")
    EmployeeFactory(company=administrator.company, employee_id="00028", last_name="鈴木")
    job = confirmed(
        administrator,
        people(
            ["00027", "佐藤", "", "", "営業部", "", ""], ["00028", "高橋", "名", "", "", "", ""]
        ),
    )
    changed_meanwhile(administrator, what)
    before = list(Employee.objects.for_company(administrator.company).order_by("pk").values())

    apply_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, STALE)
    after = list(Employee.objects.for_company(administrator.company).order_by("pk").values())
    assert after == before
    assert not AuditEntry.objects.for_company(administrator.company).exists()


def test_B5_a_stale_plan_can_be_made_anew_from_the_same_file(administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    changed_meanwhile(administrator, "person made")
    apply_import(job.pk)

    check_again(job=job)
    with pytest.raises(Refused, match=NOT_READY):
        check_again(job=job)
    check_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.new, job.changed, job.error) == (JobStatus.READY, 0, 1, "")
    confirm_import(job=job, actor=administrator)
    apply_import(job.pk)
    job.refresh_from_db()
    assert job.status == JobStatus.DONE


def test_B6_an_unreadable_file_is_not_kept(administrator: Employee) -> None:
    job = previewed(administrator, b"nothing")

    with pytest.raises(Refused, match=NOT_READY):
        check_again(job=job)
    assert not FilePart.objects.for_company(administrator.company).exists()


def test_B5_what_the_file_does_not_touch_may_change(administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    EmployeeFactory(company=administrator.company, employee_id="00099")

    apply_import(job.pk)

    job.refresh_from_db()
    assert job.status == JobStatus.DONE


def test_C3_who_is_no_administrator_any_more_applies_nothing(administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    changed_meanwhile(administrator, "last administrator")

    apply_import(job.pk)

    job.refresh_from_db()
    assert (job.status, job.error) == (JobStatus.FAILED, NOT_ALLOWED)
    assert not exists(administrator)


def test_one_import_of_a_company_at_a_time(administrator: Employee) -> None:
    uploaded(administrator, NEW)

    with pytest.raises(Refused, match=BUSY):
        uploaded(administrator, NEW)
    uploaded(AdministratorFactory(), NEW)  # another company's


def test_a_second_confirmation_does_nothing(administrator: Employee) -> None:
    job = confirmed(administrator, NEW)

    with pytest.raises(Refused, match=NOT_READY):
        confirm_import(job=job, actor=administrator)
    apply_import(job.pk)
    apply_import(job.pk)

    entries = AuditEntry.objects.for_company(administrator.company)
    assert entries.filter(action="imported").count() == 1


def test_a_preview_can_be_given_up(administrator: Employee) -> None:
    job = previewed(administrator, NEW)

    discard_import(job=job)

    job.refresh_from_db()
    assert job.status == JobStatus.CANCELLED
    assert not FilePart.objects.for_company(administrator.company).exists()
    assert not PreviewRow.objects.for_company(administrator.company).exists()
    with pytest.raises(Refused, match=NOT_READY):
        confirm_import(job=job, actor=administrator)


# --- X5 ------------------------------------------------------------------------------------


def test_X5_one_time_passwords_are_given_once_to_the_person_who_confirmed(
    administrator: Employee,
) -> None:
    job = applied(administrator, people(["00027", "佐藤", "花子", "", "", "", ""]))
    other = AdministratorFactory(company=administrator.company)

    with pytest.raises(Refused):
        take_one_time_passwords(job=job, actor=other)
    content = take_one_time_passwords(job=job, actor=administrator)
    with pytest.raises(Refused):
        take_one_time_passwords(job=job, actor=administrator)

    [_, [code, name, password]] = read(content)["一時パスワード"]
    made = Employee.objects.for_company(administrator.company).get(employee_id="00027")
    assert (code, name) == ("00027", "佐藤 花子")
    assert check_password(str(password), made.password)
    entry = AuditEntry.objects.for_company(administrator.company).get(action="downloaded")
    assert (entry.actor_id, entry.object_label) == (
        administrator.pk,
        "一時パスワード（1名）",
    )
