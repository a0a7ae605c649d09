"""The limit L: a bare WSGI callable that returns kept answers, the fastest any application behind gunicorn can be.

BENCH_ANSWERS names a JSON file: path -> {"status": "200 OK", "headers": [[name, value], …], "body": base64}.
"""

import base64
import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

ANSWERS = {
    path: (answer["status"], [(name, value) for name, value in answer["headers"]], [base64.b64decode(answer["body"])])
    for path, answer in json.loads(Path(os.environ["BENCH_ANSWERS"]).read_text()).items()
}


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Return the answer kept for the path; raises KeyError where there is none."""
    status, headers, body = ANSWERS[environ["PATH_INFO"]]
    start_response(status, headers)
    return body
