from django.apps import AppConfig


class BulkConfig(AppConfig):
    name = "bulk"

    def ready(self) -> None:
        from bulk.audit_texts import register_texts

        register_texts()
