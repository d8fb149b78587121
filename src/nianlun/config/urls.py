"""Which component answers which address."""

from django.urls import URLPattern, URLResolver, path

from nianlun.config import pages

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
]

handler400 = "nianlun.access.answers.malformed"
handler404 = "nianlun.access.answers.not_found"
handler500 = "nianlun.config.pages.fault"
