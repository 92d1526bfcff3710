"""The pages of a record that other apps have: this app knows their names and nothing of them."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme


def person_page(pk: int) -> str:
    return reverse("employee-edit", args=[pk])


def back_from(request: HttpRequest, otherwise: str) -> str:
    """Where a form on some page of ours leads back to: `next`, if it is a page of ours."""
    wanted = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return urlsplit(wanted)._replace(scheme="", netloc="").geturl() if is_ours else otherwise
