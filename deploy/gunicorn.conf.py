"""How gunicorn serves the site; the address it binds to is given on the command line."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hope_site.env import read

wsgi_app = "hope_site.wsgi"
worker_class = "gthread"
workers = int(read("WEB_CONCURRENCY"))
threads = 4
# One import for all workers: they start in a fraction of the time and share its memory.
preload_app = True
control_socket_disable = True

# A reader on a slow line holds a thread, never a whole worker; a stuck worker is replaced.
keepalive = 15
timeout = 60
# Below the ten seconds in which everything stops (hope_site/supervisor.py) and container engines lose patience.
graceful_timeout = 8
# Memory in place of a disk: a busy disk must not make a worker look stuck.
worker_tmp_dir = "/dev/shm" if Path("/dev/shm").is_dir() else None

# Requests larger than any of ours are refused before Django sees them.
limit_request_line = 4094
limit_request_fields = 60
limit_request_field_size = 8190

errorlog = "-"
accesslog = None  # addresses of readers are personal data: the proxy logs what operations need
