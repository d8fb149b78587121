"""Which component answers which address."""

from django.urls import URLPattern, URLResolver, path

from nianlun.config import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
]
