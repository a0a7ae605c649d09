"""The site without its page cache, for measuring what a page costs when nothing is kept; never for serving."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()


def counted(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    """Answer as the site does and say in X-Queries how many database queries that took."""
    from django.db import connection  # noqa: PLC0415  once Django is set up

    queries: list[str] = []

    def count(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        queries.append(sql)
        return execute(sql, params, many, context)

    def start(status: str, headers: list[tuple[str, str]], *exc_info: Any) -> Any:
        return start_response(status, [*headers, ("X-Queries", str(len(queries)))], *exc_info)

    with connection.execute_wrapper(count):
        return application(environ, start)
