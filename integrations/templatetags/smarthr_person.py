"""What a page of a person or a group shows of its link to SmartHR (X9)."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context

from employees.models import Employee
from groups.models import Group
from integrations.models import SmartHRIntegration
from integrations.person_sync_texts import outcome_of
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
