from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class StoriesConfig(AppConfig):
    name = "stories"
    verbose_name = _("Stories")

    def ready(self) -> None:
        """Make the letters of publishing known."""
        from letters import kinds  # noqa: PLC0415  models are there only now
        from stories import review_letters  # noqa: PLC0415

        kinds.register(review_letters.ReviewNews())
