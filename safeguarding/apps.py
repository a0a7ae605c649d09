from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SafeguardingConfig(AppConfig):
    name = "safeguarding"
    verbose_name = _("Safeguarding")

    def ready(self) -> None:
        """Make the letters to the safeguarding lead known."""
        from safeguarding import letters  # noqa: PLC0415  models are there only now

        letters.register_kinds()
