"""How accounts sign in: the rules given to allauth."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """Let nobody make an account by themselves: staff are invited, donors come by the portal."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Return False: there is no public sign-up for staff accounts."""
        return False
