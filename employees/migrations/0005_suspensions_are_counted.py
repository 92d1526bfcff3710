"""No session from before a suspension lives again (C3): the database counts suspensions."""

from django.db import migrations, models

from employees.suspensions import count_suspensions, stop_counting_suspensions


class Migration(migrations.Migration):
    dependencies = [("employees", "0004_display_mode")]

    operations = [
        migrations.AddField(
            model_name="employee",
            name="suspensions",
            field=models.PositiveIntegerField(null=True, editable=False),
        ),
        migrations.RunPython(count_suspensions, stop_counting_suspensions),
    ]
