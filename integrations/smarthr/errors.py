"""The errors of SmartHR, named by what the caller must do.

Their texts are for logs. They never carry the token, a header or anything from a body.
"""

from typing import ClassVar, Final

# The permissions of a token as SmartHR's screen names them (T4).
CREWS_READ: Final = "従業員情報:参照"
DEPARTMENTS_READ: Final = "部署:参照"
WEBHOOKS: Final = "Webhook:参照・更新"


class SmartHRError(Exception):
    """Base; `code` is the stable reason code of reports and screens."""

    code: ClassVar[str]


class RetryLater(SmartHRError):
    """Nothing is wrong with the settings: go on by itself, after `wait` seconds where known."""

    def __init__(self, wait: float | None = None) -> None:
        super().__init__(wait)
        self.wait = wait


class RateLimited(RetryLater):
    code = "rate_limited"

    def __str__(self) -> str:
        until = "at an unknown time" if self.wait is None else f"in {self.wait:.1f} s"
        return f"the request limit of the token is used up, next request {until}"


class Maintenance(RetryLater):
    code = "maintenance"

    def __str__(self) -> str:
        return "SmartHR is in maintenance (503)"


class ConnectionFailed(RetryLater):
    code = "connection_failed"

    def __init__(self, detail: str) -> None:
        super().__init__(None)
        self.args = (detail,)  # what pickle hands to __init__
        self.detail = detail

    def __str__(self) -> str:
        return f"no whole answer from SmartHR: {self.detail}"


class Stop(SmartHRError):
    """A person has to change something, here or in SmartHR."""


class TokenRejected(Stop):
    code = "token_rejected"

    def __str__(self) -> str:
        return "SmartHR does not accept the access token (401)"


class PermissionMissing(Stop):
    code = "permission_missing"

    def __init__(self, permission: str) -> None:
        super().__init__(permission)
        self.permission = permission

    def __str__(self) -> str:
        return f"the access token lacks the permission {self.permission} (403)"


class IpNotPermitted(Stop):
    code = "ip_not_permitted"

    def __str__(self) -> str:
        return "SmartHR's access rules refuse this address (403)"


class SubdomainRenamed(Stop):
    code = "subdomain_renamed"

    def __str__(self) -> str:
        return "SmartHR says that the subdomain is inactive (400)"


class UnexpectedAnswer(Stop):
    code = "unexpected_answer"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.detail = detail

    def __str__(self) -> str:
        return f"unexpected answer from SmartHR: {self.detail}"
