"""Companies that have completed a 従業員リスト⇒社員リスト already may be synced unattended (X2)."""

from typing import Any

from django.db import migrations
from django.db.models import Min


def note_first_imports(apps: Any, editor: Any) -> None:
    runs = apps.get_model("integrations", "SyncRun").objects.filter(
        kind="employees",
        trigger__in=("screen", "command"),
        status__in=("succeeded", "needs_confirmation"),
        error_code="",
    )
    integrations = apps.get_model("integrations", "SmartHRIntegration").objects
    first = runs.values("company_id").annotate(ended=Min("finished_at"))
    for company_id, ended in first.values_list("company_id", "ended"):
        integrations.filter(company_id=company_id).update(people_imported_at=ended)


class Migration(migrations.Migration):
    dependencies = [("integrations", "0005_webhooks_schedules_and_health")]
    operations = [migrations.RunPython(note_first_imports, migrations.RunPython.noop)]
