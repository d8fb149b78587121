"""What must hold of the settings before the system may serve."""

from collections.abc import Sequence
from typing import Any

from django.apps.config import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

GATE = "nianlun.access.gate.DefaultDeny"
ORIGIN = "nianlun.journal.origin.SourceAddress"
DEMO_SENTENCE = "正式环境的设置里打开了演示（DEMO），任何人都能一键登录，系统不启动。请去掉 DEMO。"


def is_production(wanted: Any) -> bool:
    """Whether these are the settings of a real installation."""
    module = str(getattr(wanted, "SETTINGS_MODULE", ""))
    return module.endswith(".production") or bool(getattr(wanted, "SECURE_SSL_REDIRECT", False))


def demo_in_production(wanted: Any) -> bool:
    """Whether the demo's one-click sign-in would stand open in a real installation."""
    return bool(getattr(wanted, "DEMO", False)) and is_production(wanted)


@register("security")
def demo_stays_at_home(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """The personas page exists under the demo's settings only."""
    return [Error(DEMO_SENTENCE, id="access.E001")] if demo_in_production(settings) else []


@register("security")
def gate_is_installed(app_configs: Sequence[AppConfig] | None, **_: object) -> list[CheckMessage]:
    """Without the gate no page would ask who is there; without the origin lock-out would know no sources."""
    return [
        Error(f"{name} is missing from MIDDLEWARE", id=f"access.E00{number}")
        for number, name in ((2, GATE), (3, ORIGIN))
        if name not in settings.MIDDLEWARE
    ]
