from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class UpdatesConfig(AppConfig):
    name = "updates"
    verbose_name = _("E-mail updates")

    def ready(self) -> None:
        """Say which letters there are, and listen to what the mail provider tells."""
        from anymail.signals import tracking  # noqa: PLC0415  # after the settings

        from letters import kinds  # noqa: PLC0415  # models are there only now
        from updates import letters, returns  # noqa: PLC0415

        for kind in letters.KINDS:
            kinds.register(kind)
        tracking.connect(returns.told, dispatch_uid="updates.returns.told")
