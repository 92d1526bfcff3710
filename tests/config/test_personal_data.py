import pytest

from config.personal_data import strip_personal_data


def test_an_error_report_keeps_address_and_method_of_a_request_only() -> None:
    event = {
        "message": "it failed",
        "request": {
            "url": "https://meishi.example.com/login/",
            "method": "POST",
            "data": {"password": "demo-1990-01-01"},
            "cookies": {"sessionid": "abc"},
            "headers": {"Authorization": "Bearer abc"},
            "query_string": "q=山田",
            "env": {"REMOTE_ADDR": "192.0.2.1"},
        },
        "user": {"id": 1, "ip_address": "192.0.2.1"},
        "breadcrumbs": {"values": [{"message": "SELECT 山田"}]},
    }

    stripped = strip_personal_data(event, {})

    assert stripped == {
        "message": "it failed",
        "request": {"url": "https://meishi.example.com/login/", "method": "POST"},
    }


@pytest.mark.parametrize(
    ("module", "kept"),
    [
        ("django.db.utils", ""),
        ("psycopg2.errors", ""),
        ("psycopg2", ""),
        ("builtins", "DETAIL: Failing row contains (1, 山田)"),
        (None, "DETAIL: Failing row contains (1, 山田)"),
    ],
)
def test_the_text_of_a_database_error_stays_here(module: str | None, kept: str) -> None:
    error = {"type": "IntegrityError", "module": module}
    text = "DETAIL: Failing row contains (1, 山田)"
    event = {"exception": {"values": [{**error, "value": text}, {"type": "KeyError"}]}}

    stripped = strip_personal_data(event, {})

    assert stripped == {"exception": {"values": [{**error, "value": kept}, {"type": "KeyError"}]}}
