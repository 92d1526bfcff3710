"""Pages for what went wrong, in Japanese."""

import logging
import secrets
import string

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)

# Letters and digits that nobody mistakes for each other on the telephone.
INQUIRY_ALPHABET = "".join(sorted(set(string.ascii_uppercase + string.digits) - set("0O1IL8B")))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return render(request, "403_csrf.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    """The 500 page. Its number finds the error in the log; it asks nothing of the database."""
    number = "".join(secrets.choice(INQUIRY_ALPHABET) for _ in range(8))
    logger.error("Inquiry number %s: %s %s", number, request.method, request.path)
    # No request in the context: its processors would read the session.
    page = render_to_string("500.html", {"inquiry_number": number})
    return HttpResponse(page, status=500)
