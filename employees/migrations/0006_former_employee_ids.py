"""社員ID that people left (S5), each of the company of who left it (C1)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from companies.same_company import add_same_company_rule, drop_same_company_rule

RULE = ("employees_formeremployeeid", "employee_id", "employees_employee")


class Migration(migrations.Migration):
    dependencies = [
        ("companies", "0002_audit_actions_and_initial_password_days"),
        ("employees", "0005_suspensions_are_counted"),
    ]

    operations = [
        migrations.CreateModel(
            name="FormerEmployeeId",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("former_id", models.CharField(max_length=24)),
                ("left_at", models.DateTimeField()),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="companies.company",
                    ),
                ),
                (
                    "employee",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="former_ids",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=["company", "former_id"], name="former_employee_id_once"
                    )
                ],
            },
        ),
        migrations.RunPython(add_same_company_rule(*RULE), drop_same_company_rule(*RULE)),
    ]
