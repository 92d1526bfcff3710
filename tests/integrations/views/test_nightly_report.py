"""What the report of a nightly comparison says of itself (X2)."""

from typing import Any

import pytest
from django.test import Client

from companies.models import Company
from integrations.choices import RunKind, RunStatus, Trigger
from integrations.reasons import Reason
from tests.factories import RunFactory, counts

REPAIRED = "予定の照合で、SmartHRとの差を2件直しました。"
NOTHING_TO_REPAIR = "予定の照合で、直すところはありませんでした。"


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"counts": counts(updated=2)}, REPAIRED),
        ({"counts": counts(unchanged=5)}, NOTHING_TO_REPAIR),
        (
            {"counts": counts(unchanged=5), "status": RunStatus.NEEDS_CONFIRMATION},
            NOTHING_TO_REPAIR,
        ),
        # What did not come to its end does not say that nothing differed.
        (
            {"status": RunStatus.NEEDS_CONFIRMATION, "error_code": Reason.EMPTY_ANSWER},
            "",
        ),
        ({"status": RunStatus.CANCELLED}, ""),
        ({"status": RunStatus.FAILED, "error_code": Reason.TOKEN_REJECTED}, ""),
        # A person's own import, and the changes of every hour, are no nightly comparison.
        ({"counts": counts(updated=2), "trigger": Trigger.SCREEN}, ""),
        ({"counts": counts(updated=2), "kind": RunKind.CHANGED}, ""),
    ],
)
def test_X2_nightly_comparison_says_what_it_put_right(
    signed_in: Client, company: Company, fields: dict[str, Any], told: str
) -> None:
    run = RunFactory(company=company, **{"trigger": Trigger.SCHEDULE, **fields})

    text = signed_in.get(f"/settings/smarthr/runs/{run.pk}/").content.decode()

    assert text.count("予定の照合で、") == text.count(told or "予定の照合で、") == bool(told)
