from django.db import models


class Role(models.TextChoices):
    """Roles in rising order (C3)."""

    APPLICANT = "applicant", "申請者"
    APPROVER = "approver", "承認者"
    ADMINISTRATOR = "administrator", "管理者"

    @property
    def needs_email(self) -> bool:
        return self is not Role.APPLICANT  # C3


class DisplayMode(models.TextChoices):
    """The values are those of `data-bs-theme` in the page."""

    LIGHT = "light", "ライト"
    DARK = "dark", "ダーク"
    AUTO = "auto", "端末に合わせる"
