"""The address of the journal."""

from django.urls import path

from nianlun.journal import pages

app_name = "journal"
urlpatterns = [path("journal/", pages.entries, name="entries")]
