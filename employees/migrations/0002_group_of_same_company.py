"""An employee's group belongs to the employee's company, whoever writes (C1)."""

from django.db import migrations

from companies.same_company import add_same_company_rule, drop_same_company_rule

RULE = ("employees_employee", "group_id", "groups_group")


class Migration(migrations.Migration):
    dependencies = [("employees", "0001_initial"), ("groups", "0002_parent_of_same_company")]

    operations = [
        migrations.RunPython(add_same_company_rule(*RULE), drop_same_company_rule(*RULE))
    ]
