from django.urls import URLPattern, URLResolver, include, path

handler500 = "companies.errors.server_error"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("integrations.urls")),
    path("", include("webhooks.urls")),
    path("", include("employees.urls")),
    path("", include("groups.urls")),
    path("", include("companies.urls")),
    path("", include("cards.urls")),
    path("", include("bulk.urls")),
    path("", include("operators.urls")),
    path("", include("config.health")),
]
