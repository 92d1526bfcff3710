from django.urls import path, re_path

from webhooks import views

urlpatterns = [
    path("webhooks/smarthr/<uuid:public_id>/", views.receive, name="smarthr-webhook"),
    re_path(r"^webhooks/smarthr/(?P<public_id>[\s\S]*)\Z", views.receive_elsewhere),
]
