"""Addresses as the demo has them, for the test of personas."""

from django.urls import include, path
from tests.access.urls import anyone

from nianlun.access.pages import demo
from nianlun.access.urls import urlpatterns as always

personas = [
    path("personas/", demo.personas, name="personas"),
    path("personas/authenticator/", demo.authenticator, name="authenticator"),
]
urlpatterns = [
    path("anyone/", anyone),
    path("", include(([*always, *personas], "access"))),
    path("", include("nianlun.config.urls")),
]
handler404 = "nianlun.access.answers.not_found"
