"""Exit 0 when the site in this container answers /healthz: the container's health check.

It asks as the proxy does, under the site's own host name: any other is refused.
"""

import sys
import urllib.request
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from hope_site.env import read_list


def main(address: str = "http://127.0.0.1:8000/healthz") -> int:
    """Return 0 for a 200, else 1."""
    request = urllib.request.Request(address, headers={"Host": read_list("ALLOWED_HOSTS")[0].lstrip(".")})
    try:
        with urllib.request.urlopen(request, timeout=4) as response:  # noqa: S310  a fixed address on this machine
            return 0 if response.status == 200 else 1
    except OSError as error:
        print(f"{address}: {error}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
