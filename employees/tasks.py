"""Background work on logins."""

from celery import shared_task

from employees.services.guesses import forget_old_failures as forget


@shared_task(name="employees.forget_old_failures")
def forget_old_failures() -> None:
    forget()
