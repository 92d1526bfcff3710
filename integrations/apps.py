from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    name = "integrations"

    def ready(self) -> None:
        from integrations import forgetting, receivers  # noqa: F401  # connect their receivers
        from integrations.audit_texts import register_texts

        register_texts()
