from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class SupportersConfig(AppConfig):
    name = "supporters"
    verbose_name = _("Supporters")

    def ready(self) -> None:
        """Have the staff's groups made after each migration, and the outbox know our letters."""
        from supporters import groups, letters  # noqa: PLC0415  # models are there only now

        post_migrate.connect(groups.make, sender=self, dispatch_uid="supporters.groups.make")
        letters.make_known()
