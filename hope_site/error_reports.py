"""Reports of faults, for whoever mends them: the fault's kind, its place in our code, the page's pattern, and nothing else."""

from typing import Any

import sentry_sdk


def stripped(event: Any, hint: Any) -> Any:
    """Return an error report with the fault's kind, its place in our code and the page's pattern, and nothing else."""
    for name in ("user", "extra", "breadcrumbs"):
        event.pop(name, None)
    if "request" in event:
        event["request"] = {"method": event["request"].get("method", "")}
    for fault in event.get("exception", {}).get("values", []):
        fault["value"] = ""  # what a fault says may quote what was typed; its kind and place are enough to find it
    if "logentry" in event:
        event["logentry"] = {"message": event["logentry"].get("message", "")}
    return event


def report_to(address: str) -> None:
    """Report faults to Sentry, or to what speaks like it, at an address."""
    sentry_sdk.init(
        dsn=address,
        send_default_pii=False,
        include_local_variables=False,  # a view's variables are the donor's name, address and gift
        max_breadcrumbs=0,
        max_request_body_size="never",
        traces_sample_rate=0,
        before_send=stripped,
    )
