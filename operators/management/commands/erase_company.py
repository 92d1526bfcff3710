"""erase_company --company CODE --confirm CODE"""

from typing import Any

from django.core.management.base import CommandParser

from companies.commands import CompanyCommand, Exit
from companies.refusals import Refused
from operators.models import ErasureProof
from operators.services.erasure import erase_company


class Command(CompanyCommand):
    help = (
        "Erases a company 30 days after its contract ended, for good, and prints the proof. "
        "Goes on with an erasure that was interrupted."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--confirm", required=True, metavar="CODE", help="企業ID once more")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        try:
            proof = erase_company(
                company=company, confirmation=options["confirm"], asked_by="erase_company"
            )
        except Refused as refusal:
            self.stop(Exit.WRONG_USAGE, str(refusal))
        if not proof.is_done:
            self.stop(Exit.FAILED, "まだ終わっていません。続きは自動で実行されます。")
        self.say(Exit.DONE, _data(proof), _text(proof))


def _data(proof: ErasureProof) -> dict[str, Any]:
    return {
        "status": "succeeded",
        "company": proof.company_code,
        "begun_at": proof.begun_at.isoformat(),
        "done_at": proof.done_at.isoformat() if proof.done_at else None,
        "webhook": proof.webhook,
        "counts": proof.counts,
    }


def _text(proof: ErasureProof) -> str:
    rows = sum(number for number in proof.counts.values())
    return (
        f"{proof.company_code}を消去しました。削除した記録・ファイル：{rows:,}件"
        f"（Webhook：{proof.get_webhook_display()}）"
    )
