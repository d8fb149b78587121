"""Addresses of the declarations of kin."""

from django.urls import path

from nianlun.registry import pages

app_name = "registry"
urlpatterns = [
    path("me/kin/", pages.own_kin, name="own-kin"),
    path("me/kin/confirm/", pages.confirm, name="confirm-kin"),
    path("me/kin/<uuid:kin_id>/withdraw/", pages.ask_withdrawal, name="withdraw-kin"),
    path("me/kin/<uuid:kin_id>/agree/", pages.agree_withdrawal, name="agree-withdrawal"),
]
