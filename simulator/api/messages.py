"""What a request and an answer are once HTTP is taken off."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus

from simulator.errors import ApiError, BadRequest
from simulator.json_text import Record, dumps, encode
from simulator.wire import PLAIN, Wire

JSON_TYPE = "application/json;charset=utf-8"
HTML_TYPE = "text/html; charset=utf-8"


@dataclass(frozen=True)
class ApiRequest:
    method: str
    # Below the API root, with a leading slash: "/crews".
    path: str
    query: Mapping[str, str]
    authorization: str
    body: bytes
    # Address of the resource without its query, for Link and Location.
    url: str

    def json_object(self) -> Record:
        try:
            value = json.loads(self.body or b"{}")
        except (ValueError, RecursionError) as error:
            raise BadRequest from error
        if not isinstance(value, dict):
            raise BadRequest
        return value


@dataclass
class ApiResponse:
    status: int
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = JSON_TYPE
    wire: Wire = PLAIN

    @property
    def reason(self) -> str:
        return HTTPStatus(self.status).phrase


def json_response(
    text: str, status: int = 200, headers: dict[str, str] | None = None
) -> ApiResponse:
    return ApiResponse(status, encode(text), dict(headers or {}))


def error_response(error: ApiError) -> ApiResponse:
    return json_response(dumps(error.body()), error.status)
