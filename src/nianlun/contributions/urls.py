"""Addresses of the contribution pages."""

from django.urls import path

from nianlun.contributions import pages

app_name = "contributions"
urlpatterns = [
    path("contributions/import/", pages.import_roster, name="import"),
    path("contributions/import/confirm/", pages.hand_in, name="confirm"),
    path("contributions/review/", pages.to_review, name="to-review"),
    path("contributions/rosters/<uuid:roster_id>/", pages.roster, name="roster"),
    path("contributions/rosters/<uuid:roster_id>/book/", pages.book, name="book"),
    path("contributions/rosters/<uuid:roster_id>/return/", pages.send_back, name="send-back"),
    path("contributions/rosters/<uuid:roster_id>/withdraw/", pages.withdraw, name="withdraw"),
]
