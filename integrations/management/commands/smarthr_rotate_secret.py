"""smarthr_rotate_secret --company CODE [--revoke-old]; prints nothing secret (W9)."""

from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.models import Company
from integrations.services.connection import integration_of
from integrations.services.webhook_claim import RegistrationBusy
from integrations.services.webhook_registration import RegistrationFailed
from integrations.services.webhook_rotation import RotationRefused, revoke_old, rotate_secret
from integrations.services.webhook_secrets import old_is_accepted
from integrations.webhook_texts import BUSY, unsent_text

ACTOR = command("smarthr_rotate_secret")


class Command(CompanyCommand):
    help = "Makes another secret for our webhook, or ends the one before it."
    error_fields = {"rotated": False, "revoked": False}

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "--revoke-old", action="store_true", help="only ends the secret before the present one"
        )

    def run(self, **options: Any) -> None:
        company = self.company(options)
        try:
            if options["revoke_old"]:
                self._revoke(company)
            rotate_secret(company=company, actor=ACTOR)
        except RotationRefused as refusal:
            self.stop(Exit.FAILED, refusal.message)
        except RegistrationBusy:
            self.stop(Exit.FAILED, BUSY)
        except RegistrationFailed as failure:
            text = unsent_text(failure.code, failure.detail)
            self.stop(Exit.FAILED, text.both, rotated=True)
        self._done(company, "シークレットトークンを再発行しました。", rotated=True)

    def _revoke(self, company: Company) -> None:
        if revoke_old(company=company, actor=ACTOR):
            self._done(company, "古いシークレットトークンを無効にしました。", revoked=True)
        self._done(company, "受信に使っている古いシークレットトークンはありません。")

    def _done(
        self, company: Company, text: str, *, rotated: bool = False, revoked: bool = False
    ) -> None:
        data = {
            "status": "succeeded",
            "rotated": rotated,
            "revoked": revoked,
            "old_accepted": old_is_accepted(integration_of(company)),
        }
        self.say(Exit.DONE, data, text)
