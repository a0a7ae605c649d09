"""Files that machines look for at fixed addresses."""

from django.http import HttpRequest, HttpResponse

from public_pages.decorators import public_page


@public_page()
def robots(request: HttpRequest) -> HttpResponse:
    """Answer robots.txt."""
    return HttpResponse("User-agent: *\n", content_type="text/plain; charset=utf-8")


@public_page()
def security(request: HttpRequest) -> HttpResponse:
    """Answer security.txt."""
    return HttpResponse("", content_type="text/plain; charset=utf-8")


@public_page()
def sitemap(request: HttpRequest) -> HttpResponse:
    """Answer the sitemap."""
    return HttpResponse("", content_type="application/xml; charset=utf-8")
