from contextlib import AbstractContextManager

from simulator.account import Account
from simulator.api.listing import Page, list_response, sorted_keys
from simulator.api.messages import ApiRequest, ApiResponse, json_response
from simulator.errors import NotFound, PlanLimitExceeded, invalid
from simulator.json_text import Record
from simulator.records.crew import CrewShape
from simulator.records.crew_attributes import SORTABLE
from simulator.records.crew_search import FILTERS, crew_tests
from simulator.records.crew_writes import BLANK, check_kept_together, crew_changes
from simulator.tokens import Token


def list_crews(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    page = Page.asked_for(request.query)
    if account.before_page is not None:
        account.before_page(page.number)
    shape = crew_shape(account, request, token)
    with account.lock:
        keys = _found(account, request)
        texts = [account.crew_texts.text(key, shape) for key in page.cut(keys)]
        return list_response(request, page, len(keys), texts)


def show_crew(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    shape = crew_shape(account, request, token)
    with account.lock:
        _existing(account, key)
        return json_response(account.crew_texts.text(key, shape))


def create_crew(account: Account, request: ApiRequest, token: Token) -> ApiResponse:
    payload = request.json_object()
    with _changing(account, request):
        if account.plan_limit is not None and len(account.crews) >= account.plan_limit:
            raise PlanLimitExceeded
        changes = crew_changes(payload, account, account.department_slots)
        _check_emp_code(account, None, changes)
        key = account.add_crew(**(BLANK | changes))
        text = account.crew_texts.text(key, crew_shape(account, request, token))
    return json_response(text, 201, {"Location": f"{request.url}/{key}"})


def change_crew(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    payload = request.json_object()
    with _changing(account, request):
        existing = _existing(account, key)
        changes = crew_changes(payload, account, account.department_slots)
        check_kept_together(existing, changes)
        _check_emp_code(account, key, changes)
        account.change_crew(key, **changes)
        return json_response(account.crew_texts.text(key, crew_shape(account, request, token)))


def delete_crew(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with _changing(account, request):
        _existing(account, key)
        account.delete_crew(key)
    return ApiResponse(204)


def clear_departments(account: Account, request: ApiRequest, token: Token, key: str) -> ApiResponse:
    with _changing(account, request):
        _existing(account, key)
        account.change_crew(key, department_ids=[])
    return ApiResponse(204)


def crew_shape(account: Account, request: ApiRequest, token: Token) -> CrewShape:
    asked = frozenset(name for name in request.query.get("fields", "").split(",") if name)
    if asked and account.fields_include_id:
        asked |= {"id"}
    return account.crew_shape(token, asked or None)


def _changing(account: Account, request: ApiRequest) -> AbstractContextManager[None]:
    """The lock for a change, and whether webhooks tell of it."""
    is_silent = request.query.get("skip_sending_webhook") == "true"
    return account.without_webhooks(when=is_silent)


def _found(account: Account, request: ApiRequest) -> list[str]:
    """Keys that match, in order; remembered, since every page asks for the same again."""
    sort = "" if account.ignores_sort else request.query.get("sort", "")
    filters = {name: request.query[name] for name in FILTERS & request.query.keys()}
    question = (sort, *sorted(filters.items()))
    remembered = account.orders.get(question)
    if remembered is not None:
        return remembered
    tests = crew_tests(filters, account)
    keys = [key for key, crew in account.crews.items() if all(test(crew) for test in tests)]
    order = sorted_keys(keys, sort, SORTABLE, account.crews.__getitem__)
    account.orders[question] = order
    return order


def _existing(account: Account, key: str) -> Record:
    record = account.crews.get(key)
    if record is None:
        raise NotFound
    return record


def _check_emp_code(account: Account, key: str | None, changes: Record) -> None:
    # Whether SmartHR enforces this is contested, so it is a switch and off.
    code = changes.get("emp_code")
    if not account.requires_unique_emp_code or not code:
        return
    if any(crew.get("emp_code") == code for other, crew in account.crews.items() if other != key):
        raise invalid("Crew", "emp_code", "社員番号はすでに存在します。")
