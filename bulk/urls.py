from django.urls import path

from bulk import views

urlpatterns = [path("bulk/export/cards/", views.cards, name="bulk-export-cards")]
