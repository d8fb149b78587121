"""Addresses of the insured person's pages."""

from django.urls import path

from nianlun.portal import pages

app_name = "portal"
urlpatterns = [
    path("my/", pages.home, name="home"),
    path("my/dates/", pages.dates, name="dates"),
    path("my/dates/<str:node>/", pages.why, name="why"),
    path("my/reads/", pages.reads, name="reads"),
]
