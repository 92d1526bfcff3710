"""What must not leave this system in an error report."""

from typing import Any

PRIVATE = {"cookies", "data", "env", "headers", "query_string"}
# PostgreSQL's texts show the row: "DETAIL: Failing row contains (…)".
DATABASES = ("django.db", "psycopg2")


def strip_personal_data(event: Any, hint: Any) -> Any:
    """Sentry's `before_send`: keeps address and method of a request and nothing else of it."""
    request = event.get("request")
    if isinstance(request, dict):
        for key in PRIVATE & request.keys():
            del request[key]
    event.pop("user", None)
    event.pop("breadcrumbs", None)
    for error in (event.get("exception") or {}).get("values") or ():
        if (error.get("module") or "").startswith(DATABASES):
            error["value"] = ""
    return event
