from dataclasses import dataclass


@dataclass(frozen=True)
class FieldError:
    message: str
    resource: str | None = None
    field: str | None = None

    def body(self) -> dict[str, str | None]:
        return {"message": self.message, "resource": self.resource, "field": self.field}


class ApiError(Exception):
    """An error as SmartHR words it; the subclasses are its table of codes."""

    status = 500
    code = 5
    type = "internal_server_error"
    text = "予期しないエラーが発生しました"

    def __init__(self, message: str | None = None, errors: list[FieldError] | None = None) -> None:
        super().__init__(message or self.text)
        self.message = message or self.text
        self.errors = errors

    def body(self) -> dict[str, object]:
        errors = None if self.errors is None else [error.body() for error in self.errors]
        return {"code": self.code, "type": self.type, "message": self.message, "errors": errors}


class BadRequest(ApiError):
    status, code, type = 400, 1, "bad_request"
    text = "不正なリクエストパラメータです。"


class Unauthorized(ApiError):
    status, code, type = 401, 2, "unauthorized_token"
    text = "無効なアクセストークンです"


class Forbidden(ApiError):
    status, code, type = 403, 3, "forbidden"
    text = "リソースへのアクセスが禁止されています"


class NotFound(ApiError):
    status, code, type = 404, 4, "not_found"
    text = "リソースが見つかりません"


class InternalServerError(ApiError):
    pass


class TooManyRequests(ApiError):
    status, code, type = 429, 6, "too_many_requests"
    text = "リクエスト制限の上限を超えました"


class PlanLimitExceeded(ApiError):
    status, code, type = 403, 7, "plan_limit_exceeded"
    text = "プランの人数上限に達しているため、従業員を追加できません"


class NonDeletableResource(ApiError):
    status, code, type = 400, 8, "non_deletable_resource"
    text = "削除できないリソースです"


class ServiceMaintenance(ApiError):
    status, code, type = 503, 9, "service_maintenance"
    text = "メンテナンス中です"


class IpNotPermitted(ApiError):
    status, code, type = 403, 15, "ip_not_permitted"
    text = "許可されていないIPアドレスからのアクセスです"


def invalid(resource: str, field: str, message: str) -> BadRequest:
    return BadRequest(errors=[FieldError(message, resource, field)])
