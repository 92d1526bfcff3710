"""What other apps may listen to, each time inside the transaction of the change."""

from django.dispatch import Signal

# company_id, employees: all of them about to be deleted, one or many.
employee_deleting = Signal()
# company: just created, with グループ1 and its first 管理者.
company_created = Signal()
# name: an image's file that no employee has any more. Whoever keeps it for another reason answers
# True; it is deleted if nobody does.
image_left = Signal()
