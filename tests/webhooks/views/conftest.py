"""A connected company whose 管理者 is logged in, with a webhook that is registered by hand."""

import pytest

from integrations.choices import WebhookMode
from integrations.models import SmartHRIntegration
from tests.factories import IntegrationFactory
from tests.integrations.views.conftest import administrator, company, signed_in

__all__ = ["administrator", "company", "signed_in"]


@pytest.fixture
def integration(db: None) -> SmartHRIntegration:
    return IntegrationFactory(webhook_mode=WebhookMode.MANUAL)
