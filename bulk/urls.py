from django.urls import path

from bulk import archive_view, views

urlpatterns = [
    path("bulk/export/cards/", views.cards, name="bulk-export-cards"),
    path(
        "settings/archive/<int:pk>/download/", archive_view.archive_cards, name="archive-download"
    ),
]
