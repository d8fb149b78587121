"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from nianlun.config.places import settings_module

os.environ.setdefault("DJANGO_SETTINGS_MODULE", settings_module())
application = get_wsgi_application()
