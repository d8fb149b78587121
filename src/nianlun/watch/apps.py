"""The watch as Django knows it."""

from django.apps import AppConfig


class WatchConfig(AppConfig):
    name = "nianlun.watch"
    verbose_name = "异常提醒与导出"

    def ready(self) -> None:
        """Count what components beside this one show of persons."""
        from nianlun.access.sightings import counted_by  # noqa: PLC0415  models load only once the apps are there
        from nianlun.watch import counting  # noqa: PLC0415  as above

        if counting.count not in counted_by:
            counted_by.append(counting.count)
