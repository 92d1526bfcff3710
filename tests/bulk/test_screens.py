"""The pages of 一括処理: who may open them, what they say, and how many queries they take."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, cast

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bulk.choices import JobStatus, Subject
from bulk.models import Job
from bulk.reading import problems
from bulk.services.applying import apply_import
from bulk.services.export_jobs import run_export
from bulk.services.jobs import BUSY, start_export
from bulk.views import exports
from companies.models import AuditEntry
from employees.models import Employee
from tests.bulk.jobs import applied, confirmed, previewed, uploaded
from tests.bulk.test_employee_import import PASSWORD
from tests.bulk.workbooks import people, read
from tests.factories import (
    AdministratorFactory,
    ApproverFactory,
    EmployeeFactory,
    LinkedEmployeeFactory,
)

NEW = people(["00027", "佐藤", "花子", "", "", "", ""])
GETS = ["", "imports/{job}/", "imports/{job}/errors/", "jobs/{job}/progress/", "export/cards/"]
POSTS = [
    *("import/", "export/employees/start/", "imports/{job}/apply/", "imports/{job}/discard/"),
    *("imports/{job}/passwords/", "imports/{job}/check/"),
]


def send(client: Client, content: bytes, **values: Any) -> Any:
    file = SimpleUploadedFile("社員.xlsx", content)
    return client.post("/bulk/import/", {"subject": "employees", "file": file, **values})


def text(response: Any) -> str:
    return str(response.content.decode())


def page(client: Client, job: Job, query: str = "") -> str:
    return text(client.get(f"/bulk/imports/{job.pk}/{query}"))


@pytest.mark.parametrize("address", [*GETS, *POSTS])
@pytest.mark.parametrize("factory", [EmployeeFactory, ApproverFactory])
def test_C3_others_open_nothing(
    client: Client, administrator: Employee, factory: type[EmployeeFactory], address: str
) -> None:
    job = previewed(administrator, NEW)
    client.force_login(factory(company=administrator.company))
    ask = client.get if address in GETS else client.post

    assert ask(f"/bulk/{address.format(job=job.pk)}").status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.READY


@pytest.mark.parametrize("address", [*GETS[1:4], *POSTS[2:]])
def test_C1_another_companys_jobs_are_not_there(
    client: Client, administrator: Employee, address: str
) -> None:
    job = previewed(administrator, NEW)
    client.force_login(AdministratorFactory())
    ask = client.get if address in GETS else client.post

    assert ask(f"/bulk/{address.format(job=job.pk)}").status_code == 404
    job.refresh_from_db()
    assert job.status == JobStatus.READY


@pytest.mark.parametrize("address", [*GETS, *POSTS])
def test_C3_without_login_it_leads_to_the_login(client: Client, db: None, address: str) -> None:
    ask = client.get if address in GETS else client.post

    assert ask(f"/bulk/{address.format(job=1)}")["Location"].startswith("/login/")


@pytest.mark.parametrize("address", POSTS)
def test_changes_need_post_and_a_token(administrator: Employee, address: str) -> None:
    job = previewed(administrator, NEW)
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    address = f"/bulk/{address.format(job=job.pk)}"

    assert client.get(address).status_code == 405
    assert client.post(address).status_code == 403
    job.refresh_from_db()
    assert job.status == JobStatus.READY


def test_the_upload_takes_the_token_of_its_form(administrator: Employee) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(administrator)
    token = client.get("/bulk/").context["csrf_token"]

    response = send(client, NEW, csrfmiddlewaretoken=str(token))

    assert response.status_code == 302


def test_the_page_says_what_there_is_to_do(signed_in: Client) -> None:
    first = text(signed_in.get("/bulk/"))

    assert "インポートはまだありません。" in first
    assert "Excelファイル（.xlsx）、10MBまで" in first
    assert first.count("btn-primary") == 1


def test_an_upload_leads_to_its_job(signed_in: Client, administrator: Employee) -> None:
    response = send(signed_in, NEW, creates_groups="on")

    job = Job.objects.for_company(administrator.company).get()
    assert response["Location"] == f"/bulk/imports/{job.pk}/"
    assert (job.status, job.file_name, job.creates_groups) == ("waiting", "社員.xlsx", True)
    shown = page(signed_in, job)
    assert "この画面を閉じても処理は続きます。" in shown
    assert "社員のインポートを処理しています。" in text(signed_in.get("/bulk/"))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", problems.EMPTY),
        (b"a,b", problems.NOT_EXCEL),
        (b"PK" + b"\0" * (10 * 1024 * 1024), problems.TOO_LARGE),
        (b"PK" + b"\0" * (30 * 1024 * 1024), problems.TOO_LARGE),
    ],
)
def test_B6_a_bad_file_is_told_at_the_field_and_above(
    signed_in: Client, administrator: Employee, content: bytes, message: str
) -> None:
    response = send(signed_in, content)

    shown = text(response)
    assert response.status_code == 422
    assert shown.count(message) == 2
    assert "<title>エラー：一括処理" in shown
    assert not Job.objects.for_company(administrator.company).exists()


def test_an_upload_without_file_or_kind_is_told(signed_in: Client) -> None:
    response = signed_in.post("/bulk/import/", {"subject": "images"})

    assert response.status_code == 422
    assert "ファイルを選択してください。" in text(response)


def test_a_second_import_is_refused(signed_in: Client, administrator: Employee) -> None:
    uploaded(administrator, NEW)

    response = send(signed_in, NEW)

    assert response.status_code == 422
    assert BUSY in text(response)


def test_B3_B5_the_preview_shows_each_change(signed_in: Client, administrator: Employee) -> None:
    linked = LinkedEmployeeFactory(
        company=administrator.company, employee_id="00028", last_name="鈴木", email="s@example.com"
    )
    same = EmployeeFactory(company=administrator.company, employee_id="00029", last_name="高橋")
    content = people(
        ["00027", "佐藤", "花子", "", "", "", PASSWORD],
        ["00028", "別", "名", "", "", "承認者", PASSWORD],
        ["00029", "高橋", same.first_name, "", "", "", ""],
    )
    job = previewed(administrator, content)

    shown = page(signed_in, job)

    assert "まだ何も変更していません。" in shown
    assert "新規1名・変更1名・変更なし1名・エラー0件" in shown
    assert "2名をインポート" in shown
    assert "※社員ID・姓名・メールアドレスはSmartHRの値のままです。" in shown
    assert shown.count("mk-badge-smarthr") == 2  # the legend and the person
    assert f"{linked.last_name} 名（00028）" in shown
    assert "高橋" not in shown
    assert PASSWORD not in shown
    assert "高橋" in page(signed_in, job, "?verdict=&unchanged=1")
    assert "佐藤" not in page(signed_in, job, "?verdict=changed")
    assert "該当する行はありません。" in page(signed_in, job, "?verdict=&q=いない")


def test_B5_errors_come_first_and_offer_no_import(
    signed_in: Client, administrator: Employee
) -> None:
    content = people(["00027", "佐藤", "", "", "", "", ""], ["a b", "鈴木", "", "", "", "", ""])
    job = previewed(administrator, content)

    shown = page(signed_in, job)

    assert "エラーが1件あるため、まだ何も取り込んでいません。" in shown
    assert "社員IDに空白が含まれています。半角英数字と @ . _ - を使ってください。" in shown
    assert "A3" in shown
    assert "「a b」" in shown
    assert "佐藤" not in shown
    assert f"/bulk/imports/{job.pk}/apply/" not in shown
    file = signed_in.get(f"/bulk/imports/{job.pk}/errors/")
    assert read(file.content)["社員"][2][7].startswith("A3：")  # type: ignore[attr-defined]
    signed_in.post(f"/bulk/imports/{job.pk}/apply/")
    job.refresh_from_db()
    assert job.status == JobStatus.READY


def test_a_file_without_changes_is_told(signed_in: Client, administrator: Employee) -> None:
    job = previewed(
        administrator, people(["a001", "山田", "花子", administrator.email, "", "", ""])
    )

    shown = page(signed_in, job)

    assert "変更はありません。" in shown
    assert "/apply/" not in shown


def test_B5_confirmed_applied_and_told(signed_in: Client, administrator: Employee) -> None:
    job = previewed(administrator, NEW)

    for _ in range(2):  # a second press leads to the same page
        response = signed_in.post(f"/bulk/imports/{job.pk}/apply/", follow=True)
        assert response.redirect_chain == [(f"/bulk/imports/{job.pk}/", 302)]
        assert "もう一度ファイルを選択してください" not in text(response)
    assert "インポート中" in page(signed_in, job)
    apply_import(job.pk)

    assert "新規1名・変更0名をインポートしました。" in page(signed_in, job)


def test_X5_one_time_passwords_are_downloaded_once(client: Client, administrator: Employee) -> None:
    job = applied(administrator, NEW)
    other = AdministratorFactory(company=administrator.company)
    client.force_login(other)
    assert "一時パスワードをダウンロード" not in page(client, job)
    client.force_login(administrator)
    assert "一時パスワードをダウンロード" in page(client, job)

    address = f"/bulk/imports/{job.pk}/passwords/"
    first, second = client.post(address), client.post(address, follow=True)

    assert read(first.content)["一時パスワード"][1][0] == "00027"
    assert "no-store" in first["Cache-Control"]
    assert "すでにダウンロードしたか" in text(second)


def test_a_preview_is_given_up(signed_in: Client, administrator: Employee) -> None:
    job = previewed(administrator, NEW)

    response = signed_in.post(f"/bulk/imports/{job.pk}/discard/", follow=True)

    assert "インポートを取りやめました。何も変更していません。" in text(response)
    assert "このインポートは取りやめました。" in page(signed_in, job)


def test_a_failed_import_says_why(signed_in: Client, administrator: Employee) -> None:
    job = previewed(administrator, b"x")

    shown = page(signed_in, job)

    assert "インポートしていません。何も変更していません。" in shown
    assert problems.NOT_EXCEL in shown


def test_B5_a_stale_plan_offers_a_new_preview(signed_in: Client, administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    EmployeeFactory(company=administrator.company, employee_id="00027")
    apply_import(job.pk)
    assert "プレビューの後にデータが変わったため、実行しませんでした。" in page(signed_in, job)

    for _ in range(2):
        signed_in.post(f"/bulk/imports/{job.pk}/check/")

    assert "内容の確認" in page(signed_in, job)
    job.refresh_from_db()
    assert job.status == JobStatus.WAITING


def test_progress_is_asked_for_until_the_end(signed_in: Client, administrator: Employee) -> None:
    job = confirmed(administrator, NEW)
    address = f"/bulk/jobs/{job.pk}/progress/"

    assert "hx-trigger" in text(signed_in.get(address))
    apply_import(job.pk)

    assert signed_in.get(address)["HX-Refresh"] == "true"


# --- exports ---------------------------------------------------------------------------------


def streamed(response: Any) -> bytes:
    return b"".join(cast(Iterable[bytes], response))


@pytest.mark.parametrize("subject", list(Subject))
def test_B1_a_small_export_comes_at_once(signed_in: Client, subject: Subject) -> None:
    response = signed_in.post(f"/bulk/export/{subject}/start/")

    assert list(read(streamed(response)))[:2] == [subject.label, "説明"]
    assert "no-store" in response["Cache-Control"]


def test_B1_a_large_export_is_for_the_person_who_asked(
    client: Client, administrator: Employee, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    client.force_login(administrator)
    address = client.post("/bulk/export/employees/start/")["Location"]
    job = Job.objects.for_company(administrator.company).get()
    assert "この画面を閉じても準備は続きます。" in text(client.get(address))
    run_export(job.pk)

    assert "ダウンロード" in text(client.get(address))
    assert read(streamed(client.get(f"{address}file/")))["社員"][1][0] == "a001"
    entries = AuditEntry.objects.for_company(administrator.company).filter(action="downloaded")
    assert entries.count() == 1
    client.force_login(AdministratorFactory(company=administrator.company))
    for other in (address, f"{address}file/", f"/bulk/jobs/{job.pk}/progress/"):
        assert client.get(other).status_code == 404
    assert address not in text(client.get("/bulk/"))


def test_a_download_after_its_time_is_told(signed_in: Client, administrator: Employee) -> None:
    job = start_export(
        company=administrator.company, subject=Subject.GROUPS, actor=administrator, total=1
    )
    run_export(job.pk)
    Job.objects.for_company(administrator.company).update(
        expires_at=timezone.now() - timedelta(seconds=1)
    )

    response = signed_in.get(f"/bulk/exports/{job.pk}/file/", follow=True)

    assert "保存期間（24時間）が過ぎたため" in text(response)
    assert "保存期間（24時間）が過ぎました" in text(signed_in.get(f"/bulk/exports/{job.pk}/"))


def test_an_unknown_kind_of_export_is_not_there(signed_in: Client) -> None:
    assert signed_in.post("/bulk/export/images/start/").status_code == 404


def queries(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(
        connection,
    ) as found:
        ask()
    return len(found)


def test_number_of_queries_does_not_grow(signed_in: Client, administrator: Employee) -> None:
    def rows(count: int) -> bytes:
        return people(*([f"id-{n:03}", "a", "b", "", "", "", ""] for n in range(count)))

    one = applied(administrator, rows(1))
    few = [
        queries(lambda: page(signed_in, one, "?unchanged=1")),
        queries(lambda: signed_in.get("/bulk/")),
    ]
    for _ in range(3):
        many = previewed(administrator, rows(30))

    assert queries(lambda: page(signed_in, many, "?unchanged=1")) <= few[0] + 1
    assert queries(lambda: signed_in.get("/bulk/")) == few[1]
