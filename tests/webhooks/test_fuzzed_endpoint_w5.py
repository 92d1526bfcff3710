"""W5: whatever fits the endpoint's OpenAPI schema, or does not, has an answer of that schema."""

from __future__ import annotations

from collections import Counter
from typing import Any

import schemathesis
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given
from hypothesis import settings as tries
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.config import SchemathesisConfig
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.integrations.conftest import Customer
from tests.webhooks.posts import HEADER, SECRET
from tests.webhooks.test_real_servers_w5 import StartWeb
from webhooks.models import Delivery

PATH = "/webhooks/smarthr/{public_id}/"
EXAMPLES = 60
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


def operation() -> Any:
    generator: Any = SchemaGenerator
    schema = generator().get_schema(request=None, public=True)
    return schemathesis.openapi.from_dict(schema, config=SchemathesisConfig())[PATH]["POST"]


def statuses(port: int, **fixed: Any) -> Counter[int]:
    """What came of so many examples of each kind: how often each status."""
    found: Counter[int] = Counter()
    for mode in GenerationMode:

        @given(case=operation().as_strategy(mode, **fixed))
        @tries(
            max_examples=EXAMPLES,
            derandomize=True,
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        )
        def send(case: Any) -> None:
            answer = case.call_and_validate(f"http://127.0.0.1:{port}", checks=CHECKS, timeout=20)
            found[answer.status_code] += 1

        send()
    return found


def test_W5_with_the_secret_everything_is_kept(inbox: Customer, start_web: StartWeb) -> None:
    ours = {"public_id": str(inbox.integration.webhook_public_id)}

    found = statuses(start_web("gunicorn"), path_parameters=ours, headers={HEADER: SECRET})

    assert list(found) == [200]
    assert Delivery.objects.for_company(inbox.company).count() == found[200] >= EXAMPLES


def test_W5_without_it_everything_is_refused(inbox: Customer, start_web: StartWeb) -> None:
    port = start_web("gunicorn")
    ours = {"public_id": str(inbox.integration.webhook_public_id)}

    guessed = statuses(port, path_parameters=ours)
    lost = statuses(port, headers={HEADER: SECRET})

    assert list(guessed) == list(lost) == [401]
    assert not Delivery.objects.for_company(inbox.company).exists()
