"""The site's settings as the tests run them: nothing is written into the tree, everything else is as it is.

Sites that the tests start as processes of their own use this module too; HOPE_TEST_VAR names the
directory where such a site keeps its files, so that several processes share them.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests only: signs nothing that outlives a run")
os.environ.setdefault("VAULT_KEYS", "dGVzdHMgb25seTogc2VhbHMgbm90aGluZyB3b3J0aCA=")

from hope_site.settings import *  # noqa: F403
from hope_site.settings import DATABASES, STORAGES

if os.environ.get("HOPE_TEST_VAR"):
    VAR_DIR = Path(os.environ["HOPE_TEST_VAR"])
    SERVED = True
else:
    VAR_DIR = Path(tempfile.mkdtemp(prefix="hope-tests-"))
    atexit.register(shutil.rmtree, VAR_DIR, ignore_errors=True)
    SERVED = False

MEDIA_ROOT = VAR_DIR / "media"
STATIC_ROOT = Path(os.environ.get("HOPE_TEST_STATIC") or VAR_DIR / "static")
EMAIL_FILE_PATH = VAR_DIR / "mail"
for _directory in (MEDIA_ROOT, STATIC_ROOT, EMAIL_FILE_PATH):
    _directory.mkdir(parents=True, exist_ok=True)

if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["NAME"] = str(VAR_DIR / "hope.sqlite3")
    # A file, not memory: threads and processes of a test meet the same locks as in life.
    DATABASES["default"]["TEST"] = {"NAME": str(VAR_DIR / "test.sqlite3")}

if not SERVED:
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    # Served sites have the real storage with its manifest; in-process tests need no collectstatic.
    STORAGES = STORAGES | {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
