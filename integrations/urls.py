from django.urls import path

from integrations.views import deletions, home, runs, settings

urlpatterns = [
    path("", home.home, name="home"),
    path("settings/smarthr/", settings.settings_page, name="smarthr-settings"),
    path("settings/smarthr/save/<slug:section>/", settings.save_section, name="smarthr-save"),
    path("settings/smarthr/sync/<slug:kind>/", runs.start, name="smarthr-start"),
    path("settings/smarthr/deletions/", deletions.deletion_list, name="smarthr-deletions"),
    path(
        "settings/smarthr/deletions/approve/", deletions.approve, name="smarthr-deletions-approve"
    ),
    path("settings/smarthr/deletions/keep/", deletions.keep, name="smarthr-deletions-keep"),
    path("settings/smarthr/runs/<int:pk>/", runs.run_page, name="smarthr-run"),
    path("settings/smarthr/runs/<int:pk>/progress/", runs.progress, name="smarthr-run-progress"),
    path("settings/smarthr/runs/<int:pk>/cancel/", runs.cancel, name="smarthr-run-cancel"),
    path(
        "settings/smarthr/runs/<int:pk>/accept-account/",
        runs.accept_account,
        name="smarthr-accept-account",
    ),
]
