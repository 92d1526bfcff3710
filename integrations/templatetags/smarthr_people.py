"""Template tags for the pages of single people and of their groups."""

from __future__ import annotations

from django import template

from companies.models import Company
from employees.models import Employee
from integrations.models import SmartHRIntegration
from integrations.record_links import smarthr_site

register = template.Library()


@register.simple_tag
def smarthr_page_of(person: Employee) -> str:
    """Where SmartHR shows the person; "" for a hand-made one, or where no address is known."""
    if not person.is_linked:
        return ""
    integration = _integration(person.company_id)
    site = smarthr_site(integration) if integration else ""
    return f"{site}/crews/{person.smarthr_id}" if site else ""


@register.simple_tag
def applied_department_slot(company: Company) -> int | None:
    """D4: with a slot, a sync moves linked people back into their department's group."""
    integration = _integration(company.pk)
    return integration.department_slot if integration else None


def _integration(company_id: int) -> SmartHRIntegration | None:
    found: SmartHRIntegration | None = (
        SmartHRIntegration.objects.for_company(company_id)
        .only("company_id", "subdomain", "department_slot")
        .first()
    )
    return found
