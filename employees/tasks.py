"""Background work on logins."""

from celery import shared_task

from employees.services import former_ids, guesses, resets


@shared_task(name="employees.forget_old_failures")
def forget_old_failures() -> None:
    guesses.forget_old_failures()


@shared_task(name="employees.forget_former_ids")
def forget_former_ids() -> None:
    """S5: ends the 30 days."""
    former_ids.forget_former_ids()


@shared_task(name=resets.TASK)
def send_reset_mail(employee_id: int) -> None:
    resets.send_reset_mail(employee_id)
