"""Notices as Django knows them."""

from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "nianlun.notices"
    verbose_name = "通知"

    def ready(self) -> None:
        """Have addresses and messages resealed with the identity numbers: they lie under the same keys."""
        from nianlun.notices import resealing  # noqa: PLC0415  models load only once the apps are there
        from nianlun.registry.operations import also_resealed  # noqa: PLC0415  as above

        also_resealed.extend(one for one in resealing.RESEALERS if one not in also_resealed)
