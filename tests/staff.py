"""Members of staff in the tests: their browser, and what a form of the admin would post."""

from typing import Any

from django.test import Client


def signed_in(account: Any) -> Client:
    """Return the browser of somebody who signed in."""
    client = Client()
    client.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def form_of(client: Client, address: str) -> dict[str, Any]:
    """Return what the form at an address would post if nothing was changed."""
    response = client.get(address)
    assert response.status_code == 200
    return values_of(response)


def values_of(response: Any) -> dict[str, Any]:
    """Return what the form on a page would post if nothing was changed."""
    values: dict[str, Any] = {}
    context = getattr(response, "context_data", None) or response.context
    forms = [context["adminform"].form]
    for inline in context["inline_admin_formsets"]:
        formset = inline.formset
        values |= {f"{formset.prefix}-{name}": value for name, value in formset.management_form.initial.items()}
        forms += formset.forms
    for form in forms:
        for bound in form:
            value = bound.value()
            widget = bound.field.widget
            if hasattr(widget, "decompress"):
                for number, part in zip(widget.widgets_names, widget.decompress(value), strict=True):
                    values[f"{bound.html_name}{number}"] = part or ""
            elif value is not None and value is not False:
                values[bound.html_name] = bound.field.prepare_value(value)
    return values


def with_blocks(values: dict[str, Any], kind: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    """Return the posted values with more blocks of a kind ("textblock", …)."""
    prefix = f"stories_{kind}_set"
    start = int(values[f"{prefix}-TOTAL_FORMS"])
    for number, block in enumerate(blocks, start=start):
        values |= {f"{prefix}-{number}-{name}": value for name, value in ({"region": "main"} | block).items()}
    return values | {f"{prefix}-TOTAL_FORMS": start + len(blocks)}


def said(response: Any) -> str:
    """Return the messages of a page."""
    return " ".join(str(message) for message in response.context["messages"])
