"""The site as a WSGI application: the page cache in front, Django behind."""

import os
import sys

from django.core.wsgi import get_wsgi_application

from hope_site.env import NotConfigured

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hope_site.settings")

try:
    _django = get_wsgi_application()
except NotConfigured as error:
    sys.exit(str(error))

from hope_site.page_cache import PageCache  # needs the settings that Django has just read

application = PageCache(_django)
