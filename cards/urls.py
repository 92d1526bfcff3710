from django.urls import path

from cards.views import company, editing, lists, person, preview

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
    path("settings/company/", company.settings, name="company-settings"),
]
