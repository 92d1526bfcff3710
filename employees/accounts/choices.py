from django.db import models


class Kind(models.TextChoices):
    """Which of the passwords that were given and not changed yet (X5)."""

    ALL = "", "すべて"
    INITIAL = "initial", "初期パスワード"
    ONE_TIME = "one_time", "一時パスワード"
    EXPIRED = "expired", "期限切れ"
