"""Addresses of the contribution pages."""

from django.urls import path

from nianlun.contributions import pages

app_name = "contributions"
urlpatterns = [
    path("contributions/import/", pages.import_roster, name="import"),
    path("contributions/import/confirm/", pages.confirm, name="confirm"),
]
