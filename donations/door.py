"""The providers' door: a signed message is kept before it is answered."""

import logging

from django.db import Error
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from donations import notices
from donations.providers.base import BadNotice

logger = logging.getLogger(__name__)

MOST_BYTES = 512 * 1024


@csrf_exempt
@require_POST
def notice(request: HttpRequest, provider: str) -> HttpResponse:
    """Answer 200 once the message is kept for good, 400 to what is not the provider's, 503 while nothing can be kept."""
    try:
        size = int(request.META.get("CONTENT_LENGTH") or 0)
        if size > MOST_BYTES:
            return HttpResponse("too large", status=413, content_type="text/plain")
        row = notices.receive(provider, request.body, request.headers)
    except (BadNotice, LookupError, ValueError) as refusal:
        logger.warning("A message for %s was refused: %s", provider, type(refusal).__name__)
        return HttpResponse("refused", status=400, content_type="text/plain")
    except Error:
        logger.exception("A message from %s could not be kept: it is asked to come again", provider)
        return HttpResponse("come again", status=503, content_type="text/plain")
    notices.at_the_door(row)
    return HttpResponse("kept", content_type="text/plain")
