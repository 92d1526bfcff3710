from typing import Any

from django.db.models.signals import post_save
from django.dispatch import receiver

from companies.models import Company
from groups.services import create_default_group


@receiver(post_save, sender=Company, dispatch_uid="create_default_group")
def give_default_group(*, instance: Company, created: bool, raw: bool = False, **_: Any) -> None:
    """C4: whatever door a company comes through, it has グループ1 from the start."""
    if created and not raw:
        create_default_group(instance)
