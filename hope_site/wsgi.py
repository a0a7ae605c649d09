"""The site as a WSGI application: the page cache in front, Django behind."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hope_site.settings")
_django = get_wsgi_application()

from hope_site.page_cache import PageCache  # noqa: E402  needs the settings that Django has just read

application = PageCache(_django)
