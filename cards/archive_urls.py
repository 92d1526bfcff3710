from django.urls import path

from cards.views import archive, archive_restore

urlpatterns = [
    path("settings/archive/", archive.archive_list, name="archive-list"),
    path("settings/archive/<int:pk>/", archive.archive_detail, name="archive-detail"),
    path("settings/archive/<int:pk>/image/", archive.image, name="archive-image"),
    path("settings/archive/<int:pk>/restore/", archive_restore.restoring, name="archive-restore"),
    path("settings/archive/<int:pk>/erase/", archive.erasing, name="archive-erase"),
]
