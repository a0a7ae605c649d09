from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _

from donations import general_appeal


class DonationsConfig(AppConfig):
    name = "donations"
    verbose_name = _("Giving")

    def ready(self) -> None:
        """See to it that the general appeal exists, and make the letters of giving known."""
        from donations import letters  # noqa: PLC0415  # models are there only now

        letters.register()
        post_migrate.connect(general_appeal.ensure, sender=self)
