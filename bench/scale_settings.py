"""The site's settings with one database for each size of crowd; BENCH_DATABASES names them (JSON, size to path or URL)."""

import json
import os

import dj_database_url

from hope_site.settings import *  # noqa: F403
from hope_site.settings import DATABASES as _SITE

_ADDRESSES: dict[str, str] = json.loads(os.environ["BENCH_DATABASES"])
DATABASES = {
    size: dict(dj_database_url.parse(address, conn_max_age=600)) if "://" in address else _SITE["default"] | {"NAME": address}  # type: ignore[misc]
    for size, address in _ADDRESSES.items()
}
DATABASES["default"] = DATABASES[max(_ADDRESSES, key=int)]
