from django.urls import path

from cards.views import archive, archive_restore, company, editing, lists, person, preview

urlpatterns = [
    path("cards/", lists.card_list, name="card-list"),
    path("cards/add/", editing.add, name="card-add"),
    path("cards/preview/", preview.preview, name="card-preview"),
    path("cards/pdf/", preview.pdf, name="card-pdf"),
    path("cards/<int:pk>/", editing.edit, name="card-edit"),
    path("cards/<int:pk>/duplicate/", editing.duplicate, name="card-duplicate"),
    path("cards/<int:pk>/delete/", editing.delete, name="card-delete"),
    path("cards/<int:pk>/follow/", person.follow, name="card-follow"),
    path("cards/<int:pk>/keep/", person.keep, name="card-keep"),
    path("settings/archive/", archive.archive_list, name="archive-list"),
    path("settings/archive/<int:pk>/", archive.archive_detail, name="archive-detail"),
    path("settings/archive/<int:pk>/image/", archive.image, name="archive-image"),
    path("settings/archive/<int:pk>/restore/", archive_restore.restoring, name="archive-restore"),
    path("settings/archive/<int:pk>/erase/", archive.erasing, name="archive-erase"),
    path("settings/company/", company.settings, name="company-settings"),
]
