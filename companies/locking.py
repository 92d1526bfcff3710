"""The lock that every change of a company's people or groups takes first."""

from companies.models import Company


def lock_company(company_id: int) -> None:
    """Whoever changes who is 管理者, or the group tree, waits here for the others."""
    Company.objects.select_for_update(no_key=True).get(pk=company_id)
