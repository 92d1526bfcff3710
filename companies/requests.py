"""The request of a view that only people who are logged in can reach."""

from typing import Any, Protocol

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from companies.models import Company


class SignedInPerson(Protocol):
    """What the lower apps may know of the employee who asks."""

    pk: Any
    company: Company

    @property
    def label(self) -> str: ...

    @property
    def is_administrator(self) -> bool: ...

    @property
    def is_operator_staff(self) -> bool: ...

    @property
    def is_support_visitor(self) -> bool: ...


class SignedInRequest(HttpRequest):
    user: SignedInPerson  # type: ignore[assignment]
    htmx: HtmxDetails
