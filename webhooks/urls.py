from django.urls import path, re_path

from webhooks.views import endpoint, log, retries

urlpatterns = [
    path("webhooks/smarthr/<uuid:public_id>/", endpoint.receive, name="smarthr-webhook"),
    re_path(r"^webhooks/smarthr/(?P<public_id>[\s\S]*)\Z", endpoint.receive_elsewhere),
    path("webhooks/log/", log.log_page, name="webhook-log"),
    path("webhooks/log/retry/", retries.retry_all, name="webhook-log-retry-all"),
    path("webhooks/log/<int:pk>/", log.delivery_page, name="webhook-log-delivery"),
    path("webhooks/log/<int:pk>/retry/", retries.retry_one, name="webhook-log-retry"),
]
