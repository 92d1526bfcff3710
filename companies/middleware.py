"""What the pages of every app take for granted of a request."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse


class CharsetMiddleware:
    """Every page is in UTF-8, and so is what its forms and links send.

    Django would believe a client that names another charset: one that makes lone surrogates,
    which no database and no answer takes, or one that is none of text at all.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.encoding = settings.DEFAULT_CHARSET
        return self.get_response(request)
