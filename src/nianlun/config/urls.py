"""Which component answers which address."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from nianlun.access.gate import open_page
from nianlun.config import pages
from nianlun.ui import pages as ui

looks: list[URLPattern | URLResolver] = [
    path("look/", open_page("只记住外观，不取任何数据")(ui.choose_look), name="look"),
]
if settings.DEMO:
    looks.append(path("styleguide/", open_page("只有部件样例")(ui.show_styleguide), name="styleguide"))

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", pages.healthz, name="healthz"),
    path("", include("nianlun.access.urls")),
    path("", include((looks, "ui"))),
    path("", include("nianlun.journal.urls")),
    path("", include("nianlun.registry.urls")),
    path("", include("nianlun.contributions.urls")),
    path("", include("nianlun.media.urls")),
    path("", include("nianlun.lawbook.urls")),
    path("", include("nianlun.notices.urls")),
    path("", include("nianlun.api.urls")),
    path("", include("nianlun.portal.urls")),
    path("", include("nianlun.desk.urls")),
]

handler400 = "nianlun.access.answers.malformed"
handler404 = "nianlun.access.answers.not_found"
handler500 = "nianlun.config.pages.fault"
