"""Where giving happens. The provider's door and the verify page speak no language prefix: providers and paper know one address."""

from django.urls import path, register_converter

from donations import door, views


class Token:
    """References and codes as we make them: nothing else reaches a database, which may not even be able to say it."""

    regex = "[A-Za-z0-9_-]{1,64}"

    def to_python(self, value: str) -> str:
        """Return it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Return it as it is."""
        return value


register_converter(Token, "token")

# Under every language's prefix.
pages = [
    path("give/", views.give, name="give"),
    path("give/thanks/<token:reference>/", views.thanks, name="thanks"),
    path("give/<slug:appeal>/", views.give, name="give-appeal"),
    path("freedom-partner/", views.freedom_partner, name="freedom-partner"),
]

urlpatterns = [
    path("give/notices/<slug:provider>/", door.notice, name="notices"),
    path("give/receipts/<token:code>/", views.verify_receipt, name="verify-receipt"),
    path("give/statements/<token:code>/", views.verify_statement, name="verify-statement"),
]
