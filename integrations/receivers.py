"""What the integration does when companies and 管理者 change."""

from typing import Any

from django.dispatch import receiver
from django.utils import timezone

from companies.models import Company
from employees.signals import company_created
from integrations.models import SmartHRIntegration


@receiver(company_created, sender=Company, dispatch_uid="switch_integration_on")
def switch_integration_on(*, company: Company, **_: Any) -> None:
    """P1: `create_company` switches the integration on from today."""
    SmartHRIntegration.objects.create(company=company, plan_started_on=timezone.localdate())
