from simulator.account import Account
from simulator.api.listing import Page, list_response
from simulator.api.messages import ApiRequest, ApiResponse, json_response
from simulator.errors import Forbidden, NotFound, invalid
from simulator.json_text import Record, dumps
from simulator.records.webhook import DEFAULTS, webhook_body, webhook_changes
from simulator.tokens import Token


def list_webhooks(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    page = Page.asked_for(request.query)
    with account.lock:
        keys = [key for key, record in account.webhooks.items() if _is_visible(record, token)]
        texts = [_text(account, key) for key in page.cut(keys)]
    return list_response(request, page, len(keys), texts)


def show_webhook(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with account.lock:
        _existing(account, key, token)
        return json_response(_text(account, key))


def create_webhook(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    changes = webhook_changes(request.json_object())
    if "url" not in changes:
        raise invalid("Webhook", "url", "url を入力してください。")
    with account.lock:
        key = account.add_webhook(**(DEFAULTS | changes | {"origin": token.value}))
        text = _text(account, key)
    return json_response(text, 201, {"Location": f"{request.url}/{key}"})


def replace_webhook(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    """PUT: what is not given is cleared."""
    changes = webhook_changes(request.json_object())
    if "url" not in changes:
        raise invalid("Webhook", "url", "url を入力してください。")
    with account.lock:
        origin = _writable(account, key, token)["origin"]
        account.change_webhook(key, **(DEFAULTS | changes | {"origin": origin}))
        return json_response(_text(account, key))


def change_webhook(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    changes = webhook_changes(request.json_object())
    with account.lock:
        _writable(account, key, token)
        account.change_webhook(key, **changes)
        return json_response(_text(account, key))


def delete_webhook(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with account.lock:
        _writable(account, key, token)
        account.delete_webhook(key)
    return ApiResponse(204)


def _text(account: Account, key: str) -> str:
    return dumps(webhook_body(account.webhooks[key]))


def _is_visible(record: Record, token: Token) -> bool:
    return record.get("access_type") != "hidden" or record.get("origin") == token.value


def _existing(account: Account, key: str, token: Token) -> Record:
    record = account.webhooks.get(key)
    if record is None or not _is_visible(record, token):
        raise NotFound
    return DEFAULTS | record


def _writable(account: Account, key: str, token: Token) -> Record:
    record = _existing(account, key, token)
    is_reserved = record["access_type"] == "read_and_update_only_origin"
    if is_reserved and record["origin"] != token.value:
        raise Forbidden
    return record
