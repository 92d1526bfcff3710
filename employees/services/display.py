"""How the screens look for one person."""

from employees.choices import DisplayMode
from employees.models import Employee


def choose_display_mode(*, employee: Employee, mode: DisplayMode) -> None:
    """Nothing for the audit log (X6): it concerns nobody but the person who chose it."""
    employee.display_mode = mode
    employee.save(update_fields=["display_mode"])
