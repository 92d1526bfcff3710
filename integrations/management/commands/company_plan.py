"""company_plan --company CODE [--start DATE] [--continue] [--off] [--pause] [--resume]"""

import re
from contextlib import suppress
from datetime import date
from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.models import Company
from integrations.plan import PlanState, plan_of, shown
from integrations.services.connection import integration_of
from integrations.services.plan import ChangedPlan, PlanChanges, RefusedPlan, change_plan

ISO_DATE = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
WHAT_NEXT = {
    PlanState.OFF: "利用を始めるには、--start で開始日を指定してください。",
    PlanState.PAUSED: "再開するには、--continue を指定してください。",
    PlanState.STOPPED: "再開するには、--resume を指定してください。",
}


class Command(CompanyCommand):
    help = "Shows and changes the plan of a company; nothing is ever deleted by it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--start", metavar="DATE", help="first day of the free year: YYYY-MM-DD"
        )
        parser.add_argument(
            "--continue", action="store_true", help="the company goes on after the free year"
        )
        parser.add_argument("--off", action="store_true", help="switch the integration off")
        parser.add_argument("--pause", action="store_true", help="stop the processing")
        parser.add_argument("--resume", action="store_true", help="resume the processing")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        try:
            changes = _changes(options)
            done = _show(company)
            if changes:
                actor = command("company_plan")
                done = change_plan(company=company, actor=actor, changes=changes)
        except RefusedPlan as refusal:
            self.stop(Exit.WRONG_USAGE, refusal.message)
        self.say(Exit.DONE, _data(company, done), _text(company, done, asked=bool(changes)))


def _changes(options: dict[str, Any]) -> PlanChanges:
    if options["pause"] and options["resume"]:
        raise RefusedPlan("--pause と --resume は一緒に指定できません。")
    return PlanChanges(
        start=_day(options["start"]),
        off=options["off"],
        continued=options["continue"],
        stopped=options["pause"] if options["pause"] or options["resume"] else None,
    )


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    with suppress(ValueError):  # 31 February, say
        if re.fullmatch(ISO_DATE, text):
            return date.fromisoformat(text)
    raise RefusedPlan("開始日は「2026-04-01」のように、実在する日付で指定してください。")


def _show(company: Company) -> ChangedPlan:
    return ChangedPlan(plan_of(integration_of(company)), changed=False, preview=False)


def _data(company: Company, done: ChangedPlan) -> dict[str, Any]:
    plan = done.plan
    return {
        "status": "succeeded",
        "company": company.code,
        "plan": str(plan.state),
        "start": plan.start.isoformat() if plan.start else None,
        "end": plan.end.isoformat() if plan.start else None,
        "days_left": plan.days_left if plan.state == PlanState.MONITOR else None,
        "pauses_on": plan.pauses_on.isoformat() if plan.start and not plan.continued else None,
        "continued": plan.continued,
        "stopped": plan.stopped,
        "fee": plan.fee,
        "changed": done.changed,
        "preview": done.preview,
    }


def _text(company: Company, done: ChangedPlan, *, asked: bool) -> str:
    plan = done.plan
    lines = []
    if asked:
        lines.append("変更しました。" if done.changed else "すでにこの内容です。変更はありません。")
    lines += [f"会社: {company.name}（{company.code}）", f"状態: {plan.state.label}"]
    if plan.start is not None:
        left = f"（{plan.days_left_text}）" if plan.state == PlanState.MONITOR else ""
        lines += [
            f"無料モニター期間: {shown(plan.start)}〜{shown(plan.end)}{left}",
            f"終了後の継続: {'する' if plan.continued else '連絡なし'}（年間{plan.fee:,}円・税込）",
        ]
        if not plan.continued:
            lines.append(f"継続の連絡がないときの停止日: {shown(plan.pauses_on)}")
    lines.append(f"運営による停止: {'停止中' if plan.stopped else 'なし'}")
    if (what_next := WHAT_NEXT.get(plan.state)) is not None:
        lines.append(what_next)
    if done.preview:
        lines.append("差分プレビューを始めます。設定の画面で変更の内容を確認できます。")
    return "\n".join(lines)
