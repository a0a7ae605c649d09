"""Exit 0 when the site in this container answers /healthz: the container's health check.

It asks as the proxy does, under the site's own host name: any other is refused.
"""

import http.client
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hope_site.env import read_list


def main(port: int = 8000) -> int:
    """Return 0 for a 200, else 1."""
    site = http.client.HTTPConnection("127.0.0.1", port, timeout=4)
    try:
        site.request("GET", "/healthz", headers={"Host": read_list("ALLOWED_HOSTS")[0].lstrip(".")})
        status = site.getresponse().status
    except OSError as error:
        print(f"/healthz on port {port}: {error}", file=sys.stderr)
        return 1
    return 0 if status == 200 else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
