"""Addresses of signing in, purposes, staff accounts; of personas in the demo only."""

from django.conf import settings
from django.urls import path

from nianlun.access.pages import demo, purposes, signing_in, staff

app_name = "access"
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign-in"),
    path("sign-out/", signing_in.sign_out, name="sign-out"),
    path("people/<uuid:person_id>/purpose/", purposes.purpose, name="purpose"),
    path("staff/", staff.staff, name="staff"),
    path("staff/<int:account_id>/", staff.account, name="account"),
    path("staff/<int:account_id>/active/", staff.set_active, name="set-active"),
]
if settings.DEMO:
    urlpatterns.append(path("personas/", demo.personas, name="personas"))
