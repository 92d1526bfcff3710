"""What a page of a person or a group shows of its tie to SmartHR (X9, D4)."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from companies.models import Company
from employees.models import Employee
from groups.models import Group
from integrations.models import SmartHRIntegration
from integrations.person_sync_texts import outcome_of
from integrations.record_links import smarthr_site
from integrations.services.explanations import why_group, why_person
from integrations.services.person_syncs import newest_of
from integrations.services.unlinking import may_unlink

register = template.Library()


@register.inclusion_tag("integrations/_person.html", takes_context=True)
def smarthr_person(context: Context, person: Employee) -> dict[str, Any]:
    """Nothing for somebody who is not linked. Has a form: not to be put into another one."""
    if not person.is_linked:
        return {}
    why = why_person(person)
    return {
        "person": person,
        "why": why,
        "outcome": outcome_of(newest_of(person), told=why.summary),
        "here": context["request"].path,
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def can_unlink(integration: SmartHRIntegration) -> bool:
    """X12: whether anything ties the company to SmartHR, or its links are just being cut."""
    return integration.unlinking_since is not None or may_unlink(integration)


@register.inclusion_tag("integrations/_group.html")
def smarthr_group(group: Group) -> dict[str, Any]:
    """Nothing for a group that is not linked."""
    return {"group": group, "why": why_group(group)} if group.is_linked else {}


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
