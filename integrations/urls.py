from django.urls import path

from integrations.views import (
    addresses,
    check,
    deletions,
    held_logins,
    history,
    holds,
    home,
    previews,
    report,
    runs,
    settings,
    ties,
    webhook,
)

urlpatterns = [
    path("", home.home, name="home"),
    path("settings/smarthr/", settings.settings_page, name="smarthr-settings"),
    path("settings/smarthr/save/<slug:section>/", settings.save_section, name="smarthr-save"),
    path("settings/smarthr/check/", check.run_check, name="smarthr-check"),
    path("settings/smarthr/webhook/secret/", webhook.secret, name="smarthr-webhook-secret"),
    path("settings/smarthr/webhook/rotate/", webhook.rotate, name="smarthr-webhook-rotate"),
    path("settings/smarthr/webhook/revoke/", webhook.revoke, name="smarthr-webhook-revoke"),
    path("settings/smarthr/first-import/", check.first_import, name="smarthr-first-import"),
    path("settings/smarthr/hold/", holds.hold, name="smarthr-hold"),
    path("settings/smarthr/hold/end/", holds.resume, name="smarthr-resume"),
    path("settings/smarthr/addresses/", addresses.add, name="smarthr-address-add"),
    path(
        "settings/smarthr/addresses/<int:pk>/again/",
        addresses.ask_again,
        name="smarthr-address-again",
    ),
    path(
        "settings/smarthr/addresses/<int:pk>/remove/",
        addresses.remove,
        name="smarthr-address-remove",
    ),
    path("notifications/<str:token>/", addresses.confirm, name="smarthr-address-confirm"),
    path("settings/smarthr/sync/<slug:kind>/", runs.start, name="smarthr-start"),
    path("settings/smarthr/preview/", previews.start, name="smarthr-preview"),
    path("settings/smarthr/runs/", history.history, name="smarthr-runs"),
    path("settings/smarthr/logins/", held_logins.held_logins, name="smarthr-held-logins"),
    path("settings/smarthr/deletions/", deletions.deletion_list, name="smarthr-deletions"),
    path(
        "settings/smarthr/deletions/approve/", deletions.approve, name="smarthr-deletions-approve"
    ),
    path("settings/smarthr/deletions/keep/", deletions.keep, name="smarthr-deletions-keep"),
    path("settings/smarthr/runs/<int:pk>/", runs.run_page, name="smarthr-run"),
    path("settings/smarthr/runs/<int:pk>/report.csv", report.download, name="smarthr-run-csv"),
    path("settings/smarthr/runs/<int:pk>/progress/", runs.progress, name="smarthr-run-progress"),
    path("settings/smarthr/runs/<int:pk>/cancel/", runs.cancel, name="smarthr-run-cancel"),
    path(
        "settings/smarthr/runs/<int:pk>/accept-account/",
        runs.accept_account,
        name="smarthr-accept-account",
    ),
    path("settings/smarthr/runs/<int:pk>/relink/", ties.relink, name="smarthr-relink"),
    path("settings/smarthr/runs/<int:pk>/ties/", ties.ties_page, name="smarthr-ties"),
]
