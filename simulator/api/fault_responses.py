"""What each ordered fault makes of the true answer."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace

from simulator import errors
from simulator.account import Account
from simulator.api.messages import HTML_TYPE, ApiResponse, error_response, json_response
from simulator.faults import Fault, FaultKind
from simulator.json_text import dumps
from simulator.wire import Wire

Answer = Callable[[], ApiResponse]

ERRORS_BY_STATUS: dict[int, type[errors.ApiError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    429: errors.TooManyRequests,
    500: errors.InternalServerError,
    503: errors.ServiceMaintenance,
}
LOGIN_PAGE = "<!DOCTYPE html><html><head><title>ログイン</title></head><body>ログイン</body></html>"
MISSING_PAGE = "<!DOCTYPE html><html><body><h1>404 Not Found</h1></body></html>"
DRIP_CHUNK = 64


def faulty(fault: Fault, account: Account, answer: Answer) -> ApiResponse:
    make = _REPLACED.get(fault.kind)
    return make(fault, account) if make is not None else _spoiled(fault, account, answer)


def inactive(subdomain: str) -> ApiResponse:
    return json_response(dumps({"message": f"subdomain {subdomain} is inactive"}), 400)


def _html(text: str, status: int) -> ApiResponse:
    return ApiResponse(status, text.encode(), content_type=HTML_TYPE)


def _status(fault: Fault, account: Account) -> ApiResponse:
    error = ERRORS_BY_STATUS.get(fault.status)
    if error is not None:
        return error_response(error())
    # 502 and 504 come from a proxy in front of the API and speak HTML.
    return _html(f"<html><body><h1>{fault.status}</h1></body></html>", fault.status)


def _too_many(fault: Fault, account: Account) -> ApiResponse:
    response = error_response(errors.TooManyRequests())
    response.headers |= {
        "x-rate-limit-limit": str(account.rate_limit_per_hour or 5000),
        "x-rate-limit-remaining": "0",
        "x-rate-limit-reset": str(fault.reset),
    }
    return response


def _redirect(fault: Fault, account: Account) -> ApiResponse:
    response = _html("", 302)
    response.headers["Location"] = fault.location
    return response


def _huge(fault: Fault, account: Account) -> ApiResponse:
    def blanks() -> Iterator[bytes]:
        # Valid JSON all the same: an empty list with a lot of white space in it.
        yield b"["
        block = b" " * 65536
        whole, rest = divmod(fault.size - 2, len(block))
        for _ in range(whole):
            yield block
        yield b" " * rest + b"]"

    return ApiResponse(200, wire=Wire(stream=blanks, stream_length=fault.size))


_REPLACED: dict[FaultKind, Callable[[Fault, Account], ApiResponse]] = {
    FaultKind.HTML_200: lambda fault, account: _html(LOGIN_PAGE, 200),
    FaultKind.NULL_200: lambda fault, account: json_response("null"),
    FaultKind.OBJECT_200: lambda fault, account: json_response('{"data": []}'),
    FaultKind.BAD_JSON: lambda fault, account: json_response('[{"id": "5f0c1a52", '),
    FaultKind.NOT_FOUND_HTML: lambda fault, account: _html(MISSING_PAGE, 404),
    FaultKind.REDIRECT: _redirect,
    FaultKind.STATUS: _status,
    FaultKind.TOO_MANY: _too_many,
    FaultKind.MAINTENANCE: lambda fault, account: error_response(errors.ServiceMaintenance()),
    FaultKind.IP_NOT_PERMITTED: lambda fault, account: error_response(errors.IpNotPermitted()),
    FaultKind.INACTIVE: lambda fault, account: inactive(account.subdomain),
    FaultKind.DROP_CONNECTION: lambda fault, account: ApiResponse(500, wire=Wire(is_dropped=True)),
    FaultKind.HUGE_BODY: _huge,
}


def _spoiled(fault: Fault, account: Account, answer: Answer) -> ApiResponse:
    """The true answer, spoiled on its way."""
    if fault.kind is FaultKind.SLOW:
        account.pause(fault.seconds)
    response = answer()
    if fault.kind is FaultKind.CUT_BODY:
        return replace(response, wire=Wire(cut_to=0.5))
    if fault.kind is FaultKind.DRIP:
        chunks = max(1, len(response.body) // DRIP_CHUNK)
        wire = Wire(drip_chunk=DRIP_CHUNK, drip_pause=fault.seconds / chunks)
        return replace(response, wire=wire)
    _spoil_total(fault, response)
    return response


def _spoil_total(fault: Fault, response: ApiResponse) -> None:
    total = response.headers.pop("x-total-count", None)
    if total is None or fault.kind is FaultKind.MISSING_TOTAL:
        return
    if fault.kind is FaultKind.WRONG_TOTAL:
        total = str(int(total) + fault.delta)
    if fault.kind is FaultKind.EMPTY_LIST_200:
        response.body = json.dumps([]).encode()
        response.headers.pop("Link", None)
        total = total if fault.total is None else str(fault.total)
    response.headers["x-total-count"] = total
