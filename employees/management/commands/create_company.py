"""create_company CODE NAME --admin-id ID --admin-email MAIL [--operator]"""

import getpass
import os
import sys
from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import Exit, ReportingCommand
from companies.refusals import Refused
from employees.services.companies import create_company


class Command(ReportingCommand):
    help = "Creates a company with グループ1 and its first 管理者 (password from ADMIN_PASSWORD)."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("code", metavar="CODE")
        parser.add_argument("name", metavar="NAME")
        parser.add_argument("--admin-id", required=True, metavar="ID")
        parser.add_argument("--admin-email", required=True, metavar="MAIL")
        parser.add_argument("--operator", action="store_true", help="the operator's own company")

    def run(self, **options: Any) -> None:
        try:
            administrator = create_company(
                code=options["code"],
                name=options["name"],
                admin_id=options["admin_id"],
                admin_email=options["admin_email"],
                admin_password=_password(),
                is_operator=options["operator"],
                actor=command("create_company"),
            )
        except Refused as refusal:
            self.stop(Exit.WRONG_USAGE, str(refusal))
        company = administrator.company
        self.say(
            Exit.DONE,
            {
                "status": "succeeded",
                "company": company.code,
                "administrator": administrator.employee_id,
            },
            f"{company.name}（{company.code}）を作成しました。管理者：{administrator.employee_id}",
        )


def _password() -> str:
    """From the environment, or from a person at a terminal; never an argument."""
    given = os.environ.get("ADMIN_PASSWORD", "")
    if given or not sys.stdin.isatty():
        return given
    return getpass.getpass("管理者のパスワード: ")
