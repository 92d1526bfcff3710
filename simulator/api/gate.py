"""The way of one API request: log, account state, rate limit, faults, token, route."""

import sys
import time
import traceback

from simulator.account import Account, LoggedRequest
from simulator.api.fault_responses import faulty, inactive
from simulator.api.messages import ApiRequest, ApiResponse, error_response
from simulator.api.routes import answer_route
from simulator.errors import ApiError, InternalServerError, ServiceMaintenance, TooManyRequests


def answer(account: Account, request: ApiRequest) -> ApiResponse:
    arrived = time.monotonic()
    is_over, limits = account.take_allowance(request.authorization)
    response = _limited(account, request, is_over=is_over)
    # A fault that speaks about the limit is the louder one.
    response.headers = limits | response.headers
    status = 0 if response.wire.is_dropped else response.status
    account.log(LoggedRequest(arrived, request.method, request.path, dict(request.query), status))
    return response


def _limited(account: Account, request: ApiRequest, *, is_over: bool) -> ApiResponse:
    if account.inactive:
        return inactive(account.subdomain)
    if account.maintenance:
        return error_response(ServiceMaintenance())
    if is_over:
        return error_response(TooManyRequests())
    fault = account.take_fault(request)
    if fault is None:
        return _authorized(account, request)
    return faulty(fault, account, lambda: _authorized(account, request))


def _authorized(account: Account, request: ApiRequest) -> ApiResponse:
    try:
        token = account.authorize(request.authorization)
        return answer_route(account, request, token)
    except ApiError as error:
        return error_response(error)
    except Exception:  # noqa: BLE001 - a bug here must look like SmartHR's, not like a dead server
        traceback.print_exc(file=sys.stderr)
        return error_response(InternalServerError())
