"""The addresses that the import page needs, apart from the rest of the site."""

from django.urls import include, path

urlpatterns = [
    path("", include("nianlun.contributions.urls")),
    path("", include("nianlun.access.urls")),
    path("", include("nianlun.ui.urls")),
]
