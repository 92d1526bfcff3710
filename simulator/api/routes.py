import re
from collections.abc import Callable
from dataclasses import dataclass

from simulator.account import Account
from simulator.api import crews, departments, webhooks
from simulator.api.messages import ApiRequest, ApiResponse
from simulator.errors import NotFound
from simulator.tokens import Token

Collection = Callable[[Account, ApiRequest, Token], ApiResponse]
Member = Callable[[Account, ApiRequest, Token, str], ApiResponse]


@dataclass(frozen=True)
class Route:
    scope: str
    handler: Callable[..., ApiResponse]


def _collection(path: str, method: str, scope: str, handler: Collection) -> tuple[str, str, Route]:
    return path, method, Route(scope, handler)


def _member(path: str, method: str, scope: str, handler: Member) -> tuple[str, str, Route]:
    return path, method, Route(scope, handler)


ROUTES = [
    (re.compile(path.replace("{id}", "([^/]+)")), method, route)
    for path, method, route in (
        _collection("/crews", "GET", "crews:read", crews.list_crews),
        _collection("/crews", "POST", "crews:update", crews.create_crew),
        _member("/crews/{id}", "GET", "crews:read", crews.show_crew),
        _member("/crews/{id}", "PATCH", "crews:update", crews.change_crew),
        # A deprecated alias of PATCH since 2020.
        _member("/crews/{id}", "PUT", "crews:update", crews.change_crew),
        _member("/crews/{id}", "DELETE", "crews:update", crews.delete_crew),
        _member("/crews/{id}/departments", "DELETE", "crews:update", crews.clear_departments),
        _collection("/departments", "GET", "departments:read", departments.list_departments),
        _collection("/departments", "POST", "departments:update", departments.create_department),
        _member("/departments/{id}", "GET", "departments:read", departments.show_department),
        _member("/departments/{id}", "PUT", "departments:update", departments.replace_department),
        _member("/departments/{id}", "PATCH", "departments:update", departments.change_department),
        _member("/departments/{id}", "DELETE", "departments:update", departments.delete_department),
        _member(
            "/departments/{id}/discontinue",
            "POST",
            "departments:update",
            departments.discontinue_department,
        ),
        _collection("/webhooks", "GET", "webhooks:read", webhooks.list_webhooks),
        _collection("/webhooks", "POST", "webhooks:update", webhooks.create_webhook),
        _member("/webhooks/{id}", "GET", "webhooks:read", webhooks.show_webhook),
        _member("/webhooks/{id}", "PUT", "webhooks:update", webhooks.replace_webhook),
        _member("/webhooks/{id}", "PATCH", "webhooks:update", webhooks.change_webhook),
        _member("/webhooks/{id}", "DELETE", "webhooks:update", webhooks.delete_webhook),
    )
]


def answer_route(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    for pattern, method, route in ROUTES:
        found = pattern.fullmatch(request.path)
        if found and method == request.method:
            token.require(route.scope)
            return route.handler(account, request, token, *found.groups())
    raise NotFound
