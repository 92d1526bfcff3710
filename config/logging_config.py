"""Logs go to stderr, so that stdout stays free for `--json`."""

import sentry_sdk

from config.personal_data import strip_personal_data


def logging_config(log_format: str) -> dict[str, object]:
    """Logging settings for `text` (people) or `json` (machines)."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "text": {"format": "%(asctime)s %(levelname)s %(name)s: %(message)s"},
            "json": {
                "()": "pythonjsonlogger.json.JsonFormatter",
                "format": "%(asctime)s %(levelname)s %(name)s %(message)s",
            },
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": log_format}},
        "root": {"handlers": ["stderr"], "level": "WARNING"},
        "loggers": {
            "integrations": {"level": "INFO"},
            "webhooks": {"level": "INFO"},
            "celery": {"level": "WARNING"},
            # Log lines of a server that carry request lines would carry the API's query strings.
            "urllib3": {"level": "ERROR"},
        },
    }


def start_error_reports(dsn: str) -> None:
    sentry_sdk.init(
        dsn=dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        before_send=strip_personal_data,
    )
