"""The desk, which furnishes the frame of every staff page."""

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "nianlun.desk"
    verbose_name = "工作台"

    def ready(self) -> None:
        from nianlun.access import gate  # noqa: PLC0415  models load before this, not before the module
        from nianlun.desk import offered_lists, shell  # noqa: PLC0415  as above

        gate.furnish(shell.furnish)
        offered_lists.offer_all()
