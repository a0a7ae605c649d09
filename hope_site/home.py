"""The home page: the collection "Stories of Hope"."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from public_pages.decorators import public_page
from stories import collections, structured_data


@public_page()
def home(request: HttpRequest) -> HttpResponse:
    """Show the home collection in the interface language: at most four queries."""
    collection = collections.home(request.LANGUAGE_CODE)
    response = render(request, "home.html", {"collection": collection, "structured_data": structured_data.of_site()})
    response.fresh_until = collection.fresh_until if collection else None  # type: ignore[attr-defined]
    return response
