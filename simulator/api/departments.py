from simulator.account import Account
from simulator.api.listing import Page, list_response, sorted_keys
from simulator.api.messages import ApiRequest, ApiResponse, json_response
from simulator.clock import today
from simulator.errors import NotFound, invalid
from simulator.json_text import Record
from simulator.records.department_writes import (
    check_unused,
    department_changes,
    discontinued_date,
)
from simulator.tokens import Token

SORTABLE = frozenset(("id", "code", "name", "position", "created_at", "updated_at"))


def list_departments(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    page = Page.asked_for(request.query)
    if account.before_department_page is not None:
        account.before_department_page(page.number)
    code = request.query.get("code")
    with account.lock:
        keys = [
            key
            for key, record in account.departments.items()
            if _is_listed(account, record) and (not code or record["code"] == code)
        ]
        sort = request.query.get("sort", "")
        keys = sorted_keys(keys, sort, SORTABLE, account.departments.__getitem__)
        texts = [_text(account, key) for key in page.cut(keys)]
    return list_response(request, page, len(keys), texts)


def show_department(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with account.lock:
        _existing(account, key)
        return json_response(_text(account, key))


def create_department(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    payload = request.json_object()
    with account.lock:
        changes = department_changes(payload, account, None)
        _require_name(changes)
        key = account.add_department(**changes)
        text = _text(account, key)
    return json_response(text, 201, {"Location": f"{request.url}/{key}"})


def replace_department(
    account: Account, request: ApiRequest, token: Token, key: str
) -> ApiResponse:
    """PUT: what is not given is cleared."""
    payload = request.json_object()
    with account.lock:
        _existing(account, key)
        changes = department_changes(payload, account, key)
        _require_name(changes)
        account.change_department(key, **({"code": None, "parent": None} | changes))
        return json_response(_text(account, key))


def change_department(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    payload = request.json_object()
    with account.lock:
        _existing(account, key)
        account.change_department(key, **department_changes(payload, account, key))
        return json_response(_text(account, key))


def delete_department(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with account.lock:
        _existing(account, key)
        check_unused(account, key)
        account.delete_department(key)
    return ApiResponse(204)


def discontinue_department(
    account: Account, request: ApiRequest, token: Token, key: str
) -> ApiResponse:
    payload = request.json_object()
    with account.lock:
        _existing(account, key)
        day = discontinued_date(payload, today().isoformat())
        check_unused(account, key)
        account.change_department(key, discontinued_date=day)
    return ApiResponse(204)


def _text(account: Account, key: str) -> str:
    return account.department_texts.listed(key, account.parent_depth)


def _is_listed(account: Account, record: Record) -> bool:
    if record.get("discontinued_date") is not None and not account.lists_discontinued:
        return False
    return bool(record.get("listed", True))


def _existing(account: Account, key: str) -> None:
    record = account.departments.get(key)
    if record is None or not _is_listed(account, record):
        raise NotFound


def _require_name(changes: Record) -> None:
    if "name" not in changes:
        raise invalid("Department", "name", "部署名を入力してください。")
