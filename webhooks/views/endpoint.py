"""The address that SmartHR calls (W5)."""

from __future__ import annotations

import logging
from typing import Any, Final, cast

from django.core.handlers.wsgi import WSGIRequest
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.access import public
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import AcceptedSecret
from webhooks.services.receiving import CannotTell, NotAuthentic, authenticate, keep
from webhooks.streams import Truncated, read_body

log = logging.getLogger(__name__)

SECRET_HEADER: Final = "X-SmartHR-Token"  # noqa: S105  # a name, no secret
ACCEPTED: Final = {"status": "accepted"}
CREW: Final = {
    "type": "object",
    "properties": {"id": {"type": "string", "format": "uuid"}},
    "required": ["id"],
}
BODY: Final = {
    "type": "object",
    "properties": {
        "event": {"type": "string"},
        "triggered_at": {"type": "string"},
        "crew": CREW,
        "crew_import_result": {
            "type": "object",
            "properties": {
                "created_crews": {"type": "array", "items": CREW},
                "updated_crews": {"type": "array", "items": CREW},
            },
        },
    },
    "required": ["event"],
}


class Refused(APIException):
    """The same for a wrong secret and an unknown address, whatever was sent with it."""

    status_code = status.HTTP_401_UNAUTHORIZED
    default_detail = "unauthorized"


class Unavailable(APIException):
    """SmartHR sends it again."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "try again later"


class OneContent(BaseContentNegotiation):
    """JSON, whatever is asked for: a 406 or 415 would make SmartHR disable the webhook."""

    def select_parser(self, request: Any, parsers: Any) -> Any:
        return None

    def select_renderer(
        self, request: Any, renderers: Any, format_suffix: Any = None
    ) -> tuple[BaseRenderer, str]:
        return renderers[0], renderers[0].media_type


class DeliveryView(APIView):
    """Takes what SmartHR's webhook sends; it is processed in the background."""

    http_method_names = ["post"]  # as in Django's View
    authentication_classes = ()
    permission_classes = ()
    throttle_classes = ()
    parser_classes = ()
    renderer_classes = (JSONRenderer,)
    content_negotiation_class = OneContent

    integration: SmartHRIntegration
    secret: AcceptedSecret

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Before anything else, for every method: nothing of the body is read for a stranger."""
        super().initial(request, *args, **kwargs)
        address = str(kwargs.get("public_id", "")).removesuffix("/")
        try:
            self.integration, self.secret = authenticate(
                address=address, secret=_secret(request._request)
            )
        except NotAuthentic:
            raise Refused from None
        except CannotTell:
            raise Unavailable from None
        except (DatabaseError, InterfaceError) as error:
            raise _unavailable(error) from None

    @extend_schema(
        operation_id="receive_delivery",
        request={"application/json": BODY},
        parameters=[
            OpenApiParameter(
                SECRET_HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, required=True
            )
        ],
        responses={
            200: OpenApiResponse({"type": "object"}, "It is kept."),
            401: OpenApiResponse({"type": "object"}, "Unknown address or wrong secret."),
            503: OpenApiResponse({"type": "object"}, "It is not kept; send it again."),
        },
    )
    def post(self, request: Request, public_id: str) -> Response:
        try:
            body = read_body(cast(WSGIRequest, request._request).environ)
            keep(integration=self.integration, secret=self.secret, body=body)
        except Truncated:
            raise Unavailable from None
        except (DatabaseError, InterfaceError) as error:
            raise _unavailable(error) from None
        return Response(ACCEPTED)


def _secret(request: HttpRequest) -> bytes:
    """As it came over the wire: WSGI gives bytes as Latin-1."""
    text: str = request.META.get("HTTP_X_SMARTHR_TOKEN", "")
    return text.encode("latin-1", "replace")


def _unavailable(error: Exception) -> Unavailable:
    # The class only: PostgreSQL's texts show rows.
    log.warning("a delivery could not be kept (%s)", type(error).__name__)
    return Unavailable()


receive = public(DeliveryView.as_view())
# W5: addresses that are none, or lack the last slash, get the same answers and no redirect.
receive_elsewhere = public(DeliveryView.as_view(schema=None))
