"""What other apps may listen to, each time inside the transaction of the change."""

from django.dispatch import Signal

# employee: about to be deleted.
employee_deleting = Signal()
# company: just created, with グループ1 and its first 管理者.
company_created = Signal()
