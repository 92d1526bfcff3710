"""What waits for a 管理者, most urgent first."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from django.urls import reverse

from companies.models import Company
from employees.services.guesses import initial_logins_paused
from integrations.choices import PEOPLE_KINDS, SYNC_KINDS, RunKind, RunStatus, Subject
from integrations.health_causes import Cause
from integrations.health_texts import text_of_cause
from integrations.holding import is_held
from integrations.models import HeldLogin, SmartHRIntegration, SyncRun
from integrations.plan import Plan, plan_of, plan_to_do
from integrations.reasons import Reason
from integrations.report import asks_about_account, records_of
from integrations.services.connection_state import ConnectionState, Verdict, connection_state
from integrations.views.connection import causes
from integrations.views.issues import told_alone
from integrations.views.progress import RunView
from integrations.waiting import waiting_cards, waiting_deletions

# By the sync itself, and by the number of deliveries.
TOLD_ELSEWHERE = (Cause.SYNC_FAILED, Cause.DELIVERIES_PARKED)


@dataclass(frozen=True, slots=True)
class ToDo:
    # A key of the status labels, and its word.
    status: str
    label: str
    text: str
    address: str
    link: str


def to_dos(integration: SmartHRIntegration) -> list[ToDo]:
    company: Company = integration.company
    ended = newest_ended(company)
    state = connection_state(integration)
    plan = plan_of(integration)
    troubles = list(_connection(state, ended, integration)) if plan.may_process else []
    told = [run for run in ended.values() if troubles and _is_told(run, state)]
    return [
        *_plan(plan),
        *_deletions(company),
        *troubles,
        *(_issues(state) if plan.may_process else ()),
        *_from_runs(integration, {kind: run for kind, run in ended.items() if run not in told}),
        *(to_do for kind in PEOPLE_KINDS for to_do in _from_people(ended.get(kind))),
        *(_deliveries(company) if plan.may_process else ()),
        *_held_logins(company),
        *_logins(company),
        *_hold(integration),
        *(_first_steps(state, ended) if plan.may_process else ()),
    ]


def newest_ended(company: Company) -> dict[RunKind, SyncRun]:
    """The newest sync of each kind that has ended; departments that the people's sync read since
    count as synced by it (D5)."""
    ended: dict[RunKind, SyncRun] = {}
    for kind in SYNC_KINDS:
        runs = SyncRun.objects.for_company(company).filter(kind=kind, finished_at__isnull=False)
        if (run := runs.order_by("-started_at").first()) is not None:
            ended[kind] = run
    departments, people = ended.get(RunKind.DEPARTMENTS), ended.get(RunKind.EMPLOYEES)
    if departments and people and _covers(people, departments):
        del ended[RunKind.DEPARTMENTS]
    changed = ended.get(RunKind.CHANGED)
    if changed and people and _outdoes(people, changed):
        del ended[RunKind.CHANGED]
    return ended


def _outdoes(people: SyncRun, changed: SyncRun) -> bool:
    """Whether a later whole sync has read what a changed-only one could not (X2)."""
    return people.started_at > changed.started_at and people.status != RunStatus.FAILED


def _covers(people: SyncRun, departments: SyncRun) -> bool:
    is_newer = people.started_at > departments.started_at
    read_departments = RunView(people, None).departments.read > 0
    return is_newer and people.status != RunStatus.FAILED and read_departments


def _plan(plan: Plan) -> Iterator[ToDo]:
    """P2."""
    if (to_do := plan_to_do(plan)) is not None:
        address = reverse("smarthr-settings")
        yield ToDo(to_do.status, to_do.label, to_do.text, address, "契約の内容を表示")


def _deletions(company: Company) -> Iterator[ToDo]:
    waiting = waiting_deletions(company)
    cards = waiting_cards(company) if waiting.people else 0
    address = reverse("smarthr-deletions")
    if waiting.people:
        text = f"SmartHRにいない社員が{waiting.people:,}名います。"
        if cards:
            text += f"承認すると名刺{cards:,}件も削除されます。"
        text += "承認するまで削除されません。"
        yield ToDo("needs_confirmation", "要確認", text, f"{address}?tab=people", "削除を確認")
    if waiting.groups:
        text = f"SmartHRにない部署のグループが{waiting.groups:,}件あります。"
        text += "承認するまで削除されません。"
        link = "グループの削除を確認"
        yield ToDo("needs_confirmation", "要確認", text, f"{address}?tab=groups", link)


def _from_runs(integration: SmartHRIntegration, ended: dict[RunKind, SyncRun]) -> Iterator[ToDo]:
    for run in sorted(ended.values(), key=lambda run: run.started_at, reverse=True):
        view = RunView(run, None)
        what = view.problem.what if view.problem else ""
        address = reverse("smarthr-run", args=[run.pk])
        if run.status == RunStatus.FAILED:
            text = f"{view.title}に失敗しました。{what}"
            yield ToDo(RunStatus.FAILED, "失敗", text, address, "結果を確認")
        elif run.status == RunStatus.NEEDS_CONFIRMATION and what:
            asks = asks_about_account(run, integration)
            if run.error_code == Reason.OTHER_ACCOUNT and not asks:
                continue  # T5: settled, or about settings of yesterday
            yield ToDo(RunStatus.NEEDS_CONFIRMATION, "要確認", what, address, "結果を確認")


def _connection(
    state: ConnectionState, ended: dict[RunKind, SyncRun], integration: SmartHRIntegration
) -> Iterator[ToDo]:
    """The verdict of the settings page, with its cause (T4, E11)."""
    # A sync that stopped for it leads to the page where it can be confirmed (T5).
    asks = any(asks_about_account(run, integration) for run in ended.values())
    if text := "".join(causes(state, with_account=not asks)):
        address = f"{reverse('smarthr-settings')}#connection"
        yield ToDo(state.verdict, state.verdict.label, text, address, "接続を確認")


def _issues(state: ConnectionState) -> Iterator[ToDo]:
    """X3: what no other line tells: the connection's, a sync's, that of the deliveries."""
    for issue in told_alone(state):
        if issue.cause in TOLD_ELSEWHERE:
            continue
        text = text_of_cause(issue.cause, issue.detail)
        address = f"{reverse('smarthr-settings')}#issues"
        yield ToDo(Verdict.BROKEN, Verdict.BROKEN.label, text.both, address, "状態を確認")


def _hold(integration: SmartHRIntegration) -> Iterator[ToDo]:
    """S6."""
    if is_held(integration):
        text = f"自動反映を{integration.held_until:%Y/%m/%d}まで一時停止しています。"
        address = f"{reverse('smarthr-settings')}#hold"
        yield ToDo("held", "一時停止中", text, address, "一時停止を確認")


def _is_told(run: SyncRun, state: ConnectionState) -> bool:
    """Whether the connection's own to-do says why this sync failed."""
    is_line = run.error_code == Reason.PERMISSION_MISSING and bool(state.missing)
    return run == state.met_by or is_line


def _from_people(run: SyncRun | None) -> Iterator[ToDo]:
    """C6 and S1: what only a person can put right, or tell, after the newest sync of people."""
    if run is None:
        return
    address = reverse("smarthr-run", args=[run.pk])
    people = records_of(run, None).filter(subject=Subject.EMPLOYEE)
    held = people.filter(reason=Reason.LAST_ADMINISTRATOR).count()
    if held:
        text = "ログインできる最後の管理者のため、SmartHRの変更を保留しています。"
        text += "先に別の社員を管理者にしてください。"
        query = f"?tab=reported&reason={Reason.LAST_ADMINISTRATOR.value}"
        yield ToDo("needs_confirmation", "要確認", text, f"{address}{query}", "対象者を確認")
    renamed = records_of(run, "logins").count()
    if renamed:
        text = f"ログインに使う社員IDが変わった社員が{renamed:,}名います。"
        text += "本人に知らせてください。"
        yield ToDo("notice", "お知らせ", text, f"{address}?tab=logins", "対象者を確認")


def _held_logins(company: Company) -> Iterator[ToDo]:
    """S5."""
    held = HeldLogin.objects.for_company(company).count()
    if held:
        text = f"社員IDの変更を{held:,}名分止めています。正しければ、変更してください。"
        address = reverse("smarthr-held-logins")
        yield ToDo("needs_confirmation", "要確認", text, address, "社員IDの変更を確認")


def _deliveries(company: Company) -> Iterator[ToDo]:
    """W8: of the webhook, whose app stands above this one."""
    failed = company.webhook_deliveries.failed().count()
    if failed:
        text = f"Webhookを{failed:,}件処理できませんでした。"
        address = f"{reverse('webhook-log')}?period=all&status=failed"
        yield ToDo("failed", "失敗", text, address, "受信ログを確認")


def _logins(company: Company) -> Iterator[ToDo]:
    if initial_logins_paused(company):
        text = "初期パスワードの社員へのログインの失敗が多いため、初期パスワードでのログインを"
        text += "止めています。15分ほどで自動で戻ります。心当たりがないときは、初期パスワードの"
        text += "有効期限を見直してください。"
        address = f"{reverse('smarthr-settings')}#others"
        yield ToDo("attention", "注意", text, address, "有効期限を確認")


def _first_steps(state: ConnectionState, ended: dict[RunKind, SyncRun]) -> Iterator[ToDo]:
    address = reverse("smarthr-settings")
    if state.verdict == Verdict.NOT_CONNECTED:
        text = "SmartHRとまだ接続していません。"
        yield ToDo("not_connected", "未設定", text, address, "SmartHR連携を設定")
    elif not ended:
        is_proven = state.verdict == Verdict.CONNECTED
        text = "SmartHRと接続しました。" if is_proven else "SmartHRの接続を設定しました。"
        text += "「インポート・同期実行」で部署と従業員を取り込んでください。"
        yield ToDo("not_connected", "未実行", text, address, "取り込みを始める")
