"""Addresses of the pages that belong to no component. Who may open them is said where they are wired in."""

from django.urls import path

from nianlun.ui import pages

app_name = "ui"
urlpatterns = [
    path("look/", pages.choose_look, name="look"),
    path("styleguide/", pages.show_styleguide, name="styleguide"),
]
