from django.apps import AppConfig


class GroupsConfig(AppConfig):
    name = "groups"

    def ready(self) -> None:
        from groups import receivers  # noqa: F401  # connects its receiver
        from groups.audit_texts import register_texts

        register_texts()
