from django.urls import path

from companies.views import audit

urlpatterns = [
    path("settings/audit/", audit.log, name="audit-log"),
    path("settings/audit/download/", audit.download, name="audit-csv"),
]
