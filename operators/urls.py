from django.urls import path

from operators.views import appointments, companies, erasures, plan, visits

urlpatterns = [
    path("operator/", companies.company_list, name="operator-companies"),
    path("operator/companies/add/", companies.company_add, name="operator-company-add"),
    path("operator/companies/<int:pk>/", companies.company_page, name="operator-company"),
    path("operator/companies/<int:pk>/plan/<slug:act>/", plan.plan, name="operator-plan"),
    path("operator/companies/<int:pk>/contract/", plan.contract_end, name="operator-contract-end"),
    path("operator/companies/<int:pk>/appoint/", appointments.appoint, name="operator-appoint"),
    path("operator/companies/<int:pk>/erase/", erasures.erase, name="operator-erase"),
    path("operator/companies/<int:pk>/visit/", visits.visit, name="operator-visit"),
    path("operator/visit/end/", visits.end, name="operator-visit-end"),
    path("operator/erasures/", erasures.erasures, name="operator-erasures"),
]
