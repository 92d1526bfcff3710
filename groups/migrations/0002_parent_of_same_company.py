"""A parent group belongs to the same company, whoever writes (C1)."""

from django.db import migrations

from companies.same_company import add_same_company_rule, drop_same_company_rule

RULE = ("groups_group", "parent_id", "groups_group")


class Migration(migrations.Migration):
    dependencies = [("groups", "0001_initial")]

    operations = [
        migrations.RunPython(add_same_company_rule(*RULE), drop_same_company_rule(*RULE))
    ]
