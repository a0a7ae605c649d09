"""What only a demo or test site has, below /sandbox/: the demo mailbox and the style page."""

from hope_site.sandbox.urls import urlpatterns

__all__ = ["urlpatterns"]
