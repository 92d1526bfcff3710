"""grant_administrator --company CODE ID --reason TEXT"""

from typing import Any

from django.core.management.base import CommandParser

from companies.audit import command
from companies.commands import CompanyCommand, Exit
from companies.refusals import Refused
from employees.models import Employee
from employees.services.companies import appoint_administrator


class Command(CompanyCommand):
    help = (
        "Appoints a 管理者 where the last one could not go; noted in the company's audit log. "
        "Refuses whoever still has the initial password."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("employee_id", metavar="ID", help="社員ID")
        parser.add_argument("--reason", required=True, metavar="TEXT")

    def run(self, **options: Any) -> None:
        company = self.company(options)
        employee: Employee | None = (
            Employee.objects.for_company(company).filter(employee_id=options["employee_id"]).first()
        )
        if employee is None:
            self.stop(Exit.WRONG_USAGE, f"社員ID「{options['employee_id']}」の社員はいません。")
        try:
            appoint_administrator(
                employee=employee, reason=options["reason"], actor=command("grant_administrator")
            )
        except Refused as refusal:
            self.stop(Exit.WRONG_USAGE, str(refusal))
        self.say(
            Exit.DONE,
            {"status": "succeeded", "employee_id": employee.employee_id, "role": employee.role},
            f"{employee.label}を管理者にしました。保留中の変更は、次の同期で反映されます。",
        )
