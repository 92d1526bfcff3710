"""The OpenAPI schema of the endpoint, which is served nowhere."""

from typing import Any

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema


def test_the_schema_builds_without_a_warning() -> None:
    generator: Any = SchemaGenerator
    validate: Any = validate_schema

    with GENERATOR_STATS.silence():
        schema = generator().get_schema(request=None, public=True)

    validate(schema)
    assert not GENERATOR_STATS
    assert list(schema["paths"]) == ["/webhooks/smarthr/{public_id}/"]
    operation = schema["paths"]["/webhooks/smarthr/{public_id}/"]["post"]
    assert sorted(operation["responses"]) == ["200", "401", "503"]
    assert [p["name"] for p in operation["parameters"]] == ["X-SmartHR-Token", "public_id"]
