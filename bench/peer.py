"""The usual way to take a webhook, to compare with: a DRF view that applies the body at once.

Settings and addresses of the web server that `bench.webhooks` starts: the product's own, and one
address more. No queue, no request to SmartHR, no plan: the best case for this way.
"""

from __future__ import annotations

import hmac
from typing import Any

from django.urls import include, path
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from companies.access import public
from employees.models import Employee
from integrations.models import SmartHRIntegration
from integrations.services.webhook_secrets import accepted_secrets


class PeerView(APIView):
    authentication_classes = ()
    permission_classes = ()

    def post(self, request: Request, public_id: str) -> Response:
        integration = SmartHRIntegration.objects.across_companies().get(webhook_public_id=public_id)
        given = request.headers.get("X-SmartHR-Token", "").encode()
        if not hmac.compare_digest(given, accepted_secrets(integration)[0].value):
            return Response(status=401)
        body: Any = request.data
        crew: dict[str, Any] = body["crew"]
        Employee.objects.for_company(integration.company_id).update_or_create(
            company_id=integration.company_id,
            smarthr_id=crew["id"],
            defaults={
                "last_name": crew["last_name"],
                "first_name": crew["first_name"],
                "email": crew["email"] or "",
            },
        )
        return Response({"status": "applied"})


urlpatterns = [
    path("peer/<uuid:public_id>/", public(PeerView.as_view())),
    path("", include("config.urls")),
]
