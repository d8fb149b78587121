"""Addresses of the journal."""

from django.urls import path

from nianlun.journal.pages import entries, entry

app_name = "journal"
urlpatterns = [
    path("journal/", entries.entries, name="entries"),
    path("journal/<int:entry_id>/", entry.entry, name="entry"),
    path("journal/<int:entry_id>/receipt.json", entry.receipt, name="receipt"),
]
