from django.db import models


class Role(models.TextChoices):
    """Roles in rising order (C3)."""

    APPLICANT = "applicant", "申請者"
    APPROVER = "approver", "承認者"
    ADMINISTRATOR = "administrator", "管理者"

    @property
    def needs_email(self) -> bool:
        return self is not Role.APPLICANT  # C3
