"""The answers against SmartHR's own Swagger file, where SMARTHR_SWAGGER names a copy of it."""

import json
import os
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from simulator.account import Account
from simulator.records import crew_attributes
from simulator.records.crew_search import FILTERS
from simulator.records.webhook import FLAGS

from .conftest import Api
from .webhook_receiver import WebhookReceiver

Schema = dict[str, Any]


@pytest.fixture(scope="module")
def swagger() -> Schema:
    path = os.environ.get("SMARTHR_SWAGGER")
    if not path:
        pytest.skip("SMARTHR_SWAGGER names no Swagger file")
    loaded: Schema = json.loads(Path(path).read_text(encoding="utf-8"))
    return loaded


def tolerant(swagger: Schema, name: str) -> Schema:
    """A definition as JSON Schema; Swagger 2 has no word for null, so every property may be it."""
    definitions = {key: _nullable(value) for key, value in swagger["definitions"].items()}
    return {"definitions": definitions, "$ref": f"#/definitions/{name}"}


def _nullable(definition: Schema) -> Schema:
    loose = {key: value for key, value in definition.items() if key != "required"}
    loose["properties"] = {
        name: {"anyOf": [{"type": "null"}, _items_nullable(schema)]}
        for name, schema in definition.get("properties", {}).items()
    }
    return loose | {"additionalProperties": False}


def _items_nullable(schema: Schema) -> Schema:
    # Slots of departments are null where they are empty.
    if schema.get("type") == "array":
        return {**schema, "items": {"anyOf": [{"type": "null"}, schema["items"]]}}
    return schema


def test_every_generated_crew_is_valid(swagger: Schema, account: Account, api: Api) -> None:
    account.generate(people=300, seed=3)
    validator = jsonschema.Draft7Validator(tolerant(swagger, "Crew"))
    crews = [
        crew for page in (1, 2, 3) for crew in api.get("/crews", per_page=100, page=page).json()
    ]

    assert len(crews) == 300
    assert [list(validator.iter_errors(crew)) for crew in crews] == [[]] * 300


def test_crew_has_every_property(swagger: Schema, account: Account, api: Api) -> None:
    account.add_crew()
    expected = set(swagger["definitions"]["Crew"]["properties"])

    crew = api.get("/crews").json()[0]

    # Of the two ways to name the establishment exactly one is output.
    assert expected - crew.keys() == {"biz_establishment"}
    assert crew.keys() - expected == set()


def test_crew_attributes_are_those_of_swagger(swagger: Schema) -> None:
    properties: Schema = swagger["definitions"]["Crew"]["properties"]

    assert set(properties) == crew_attributes.ALL
    for name, schema in properties.items():
        if "enum" in schema:
            assert set(schema["enum"]) == crew_attributes.ENUMS[name]
        elif schema.get("format") == "date":
            assert name in crew_attributes.DATES
        elif schema.get("type") == "integer":
            assert name in crew_attributes.INTEGERS
        elif schema.get("type") == "boolean":
            assert name in crew_attributes.FLAGS
        elif schema.get("type") == "array":
            assert name in crew_attributes.ARRAYS


def test_writable_crew_attributes_are_those_of_swagger(swagger: Schema) -> None:
    writable = set(swagger["definitions"]["postV1Crews"]["properties"])

    assert crew_attributes.ALL - writable == crew_attributes.READ_ONLY


def test_every_generated_department_is_valid(swagger: Schema, account: Account, api: Api) -> None:
    account.generate(people=0, departments=86)
    validator = jsonschema.Draft7Validator(tolerant(swagger, "Department"))

    departments = api.get("/departments", per_page=100).json()

    assert len(departments) == 86
    assert [list(validator.iter_errors(department)) for department in departments] == [[]] * 86


def test_webhook_has_every_property_and_is_valid(swagger: Schema, api: Api) -> None:
    definition = swagger["definitions"]["Webhook"]
    body = {"url": "https://example.com/", "secret_token": "s"} | dict.fromkeys(FLAGS, True)

    webhook = api.post("/webhooks", body).json()

    jsonschema.validate(webhook, tolerant(swagger, "Webhook"))
    assert set(webhook) == set(definition["properties"])


def test_crews_of_deliveries_are_valid(
    swagger: Schema, account: Account, receiver: WebhookReceiver
) -> None:
    account.generate(people=3, departments=3)
    account.webhook_sender = next(iter(account.crews))
    account.add_webhook(url=receiver.url, crew_deleted=True, crew_imported=True)
    validator = jsonschema.Draft7Validator(tolerant(swagger, "Crew"))

    account.import_crews([{"emp_code": "new"}, {"id": account.webhook_sender}])
    account.delete_crew(list(account.crews)[1])
    account.wait_for_webhooks()

    contents = {content["event"]: content for content in receiver.contents}
    result = contents["crew_imported"]["crew_import_result"]
    crews = [
        contents["crew_deleted"]["crew"],
        contents["crew_deleted"]["sender"],
        *result["created_crews"],
        *result["updated_crews"],
    ]
    assert [list(validator.iter_errors(crew)) for crew in crews] == [[]] * 4
    assert {len(crew) for crew in crews} == {len(swagger["definitions"]["Crew"]["properties"]) - 1}


def test_every_listed_parameter_of_crews_is_understood(
    swagger: Schema, account: Account, api: Api
) -> None:
    account.add_crew(emp_code="1")
    values = {
        "emp_status": "employed",
        "emp_type": "full_timer",
        "gender": "male",
        "sort": "id",
        "page": "1",
        "per_page": "1",
        "fields": "id",
    }
    parameters = [
        parameter["name"] for parameter in swagger["paths"]["/v1/crews"]["get"]["parameters"]
    ]

    for name in parameters:
        default = "2000-01-01" if name.endswith(("_from", "_to")) else "nothing"
        assert api.get("/crews", **{name: values.get(name, default)}).status_code == 200
    assert set(parameters) == FILTERS | {"sort", "fields", "page", "per_page"}
