"""Addresses of signing in, purposes, staff accounts; of personas in the demo only."""

from django.conf import settings
from django.urls import path

from nianlun.access import pages

app_name = "access"
urlpatterns = [
    path("sign-in/", pages.sign_in, name="sign-in"),
    path("sign-out/", pages.sign_out, name="sign-out"),
    path("people/<uuid:person_id>/purpose/", pages.purpose, name="purpose"),
    path("staff/", pages.staff, name="staff"),
    path("staff/<int:account_id>/", pages.account, name="account"),
    path("staff/<int:account_id>/active/", pages.set_active, name="set-active"),
]
if settings.DEMO:
    urlpatterns.append(path("personas/", pages.personas, name="personas"))
