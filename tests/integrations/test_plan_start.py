"""P1: from when on a company has the integration."""

import pytest
from django.utils import timezone

from companies.audit import command
from employees.services.companies import create_company
from integrations.models import SmartHRIntegration


@pytest.mark.django_db
def test_P1_a_new_company_has_the_integration_from_today() -> None:
    administrator = create_company(
        code="acme",
        name="アクメ",
        admin_id="admin",
        admin_email="admin@example.com",
        admin_password="correct horse battery",
        actor=command("test"),
    )

    integration = SmartHRIntegration.objects.for_company(administrator.company).get()
    assert integration.plan_started_on == timezone.localdate()
    assert (integration.is_connected, integration.webhook_mode) == (False, "off")
