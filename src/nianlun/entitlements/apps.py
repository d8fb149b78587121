"""The component's name to Django."""

from django.apps import AppConfig


class EntitlementsConfig(AppConfig):
    name = "nianlun.entitlements"
    label = "entitlements"
    verbose_name = "权益"
