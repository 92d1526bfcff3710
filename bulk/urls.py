from django.urls import path

from bulk.views import archives, exports, home, jobs

urlpatterns = [
    path("bulk/", home.home, name="bulk"),
    path("bulk/import/", home.upload, name="bulk-upload"),
    path("bulk/export/cards/", exports.cards, name="bulk-export-cards"),
    path("bulk/export/<slug:subject>/start/", exports.start, name="bulk-export"),
    path("bulk/exports/<int:pk>/", jobs.export_page, name="bulk-export-job"),
    path("bulk/exports/<int:pk>/file/", exports.fetch, name="bulk-export-file"),
    path("bulk/imports/<int:pk>/", jobs.import_page, name="bulk-import"),
    path("bulk/jobs/<int:pk>/progress/", jobs.progress, name="bulk-progress"),
    path("bulk/imports/<int:pk>/apply/", jobs.apply, name="bulk-import-apply"),
    path("bulk/imports/<int:pk>/check/", jobs.check_again, name="bulk-import-check"),
    path("bulk/imports/<int:pk>/discard/", jobs.discard, name="bulk-import-discard"),
    path("bulk/imports/<int:pk>/errors/", jobs.errors, name="bulk-import-errors"),
    path("bulk/imports/<int:pk>/passwords/", jobs.passwords, name="bulk-import-passwords"),
    path("settings/archive/<int:pk>/download/", archives.download, name="archive-download"),
]
