from django.apps import AppConfig


class CardsConfig(AppConfig):
    name = "cards"

    def ready(self) -> None:
        from cards import archive  # noqa: F401  # connects its receiver
        from cards.audit_texts import register_texts

        register_texts()
