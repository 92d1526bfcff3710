from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "bulk"

    def ready(self) -> None:
        from bulk import forgetting  # noqa: F401  # connects its receiver
        from bulk.audit_texts import register_texts

        register_texts()
