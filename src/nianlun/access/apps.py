"""Access as Django knows it."""

from django.apps import AppConfig
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured


class AccessConfig(AppConfig):
    name = "nianlun.access"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        """Make the actions known to the journal; refuse to start production with the demo's open door."""
        from nianlun.access import checks, trail  # noqa: PLC0415  both need the models, loaded only now

        trail.declare_actions()
        if checks.demo_in_production(settings):
            raise ImproperlyConfigured(checks.DEMO_SENTENCE)
