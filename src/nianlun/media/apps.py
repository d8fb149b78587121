"""Offline media as Django knows them."""

from django.apps import AppConfig


class MediaConfig(AppConfig):
    name = "nianlun.media"
    verbose_name = "离线介质"

    def ready(self) -> None:
        """Have the vault say, where no copy is whole, on which media the object lies."""
        from nianlun.media.queries import on_media  # noqa: PLC0415  models load only once the apps are there
        from nianlun.vault.restoring import restore_sources  # noqa: PLC0415  as above

        if on_media not in restore_sources:
            restore_sources.append(on_media)
