"""manage.py takedown_drill: publish a throwaway story on the running site, take it down, and time until nobody gets it."""

import io
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from PIL import Image

from safeguarding.models import Cause, Takedown
from stories import history, intake, manifest, media_storage, publishing, purging, renditions, takedown
from stories.models import Picture, Story, TextBlock

TITLE = "Takedown drill"
MOST_SECONDS = 60.0  # rule 4
PAUSE = 0.05


class Command(BaseCommand):
    """Time a takedown as an anonymous reader sees it, at the site's public address."""

    help = "Publish a throwaway story, take it down, ask for every address of it until all are gone, and say how long it took."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take how long a reader may have to wait."""
        parser.add_argument("--most", type=float, default=MOST_SECONDS, help="Fail above so many seconds (default 60).")

    def handle(self, *, most: float, **options: Any) -> None:
        """Do it; whatever happens, nothing of the throwaway story is left."""
        lead = self._picture()
        story = Story.objects.create(
            title=TITLE, slug=f"takedown-drill-{timezone.now():%Y%m%d%H%M%S%f}", standfirst="Nothing to read here.", lead=lead,
            channels=["web", "feed"],
        )  # fmt: skip
        ask = manifest.Asker()
        try:
            renditions.make(lead)
            lead.refresh_from_db()
            story.lead = lead
            TextBlock.objects.create(parent=story, region="main", ordering=10, html="<p>A drill.</p>")
            self._publish(story, ask, most)
            seconds, count = self._take_down(story, ask, most)
        finally:
            ask.close()
            Takedown.objects.filter(story_id=story.pk).delete()
            self._clean_up(story)
        self.stdout.write(f"{count} addresses gone {seconds:.2f} seconds after the order (at most {most:g}).")
        if seconds > most:
            raise CommandError("That is too slow.")

    def _picture(self) -> Picture:
        """Take in a picture of its own, so that every file goes with the story."""
        content = io.BytesIO()
        Image.linear_gradient("L").resize((1200, 800)).convert("RGB").save(content, "JPEG")
        return intake.store_picture(
            ContentFile(content.getvalue(), "drill.jpg"), title=TITLE, origin="generated", decorative=True
        )

    def _publish(self, story: Story, ask: manifest.Asker, most: float) -> None:
        history.keep(story, None)
        publishing.publish(story)
        self._until(lambda: ask(settings.SITE_URL + story.get_absolute_url()).status == 200, most, "show the story")

    def _take_down(self, story: Story, ask: manifest.Asker, most: float) -> tuple[float, int]:
        began = time.monotonic()
        record = takedown.take_down(story, Cause.DRILL)
        purging.send_due(most=1000)
        self._until(lambda: manifest.check(record, ask), most * 2, "let go of the story")
        return time.monotonic() - began, record.manifest.count()

    def _until(self, done: Any, most: float, what: str) -> None:
        end = time.monotonic() + most
        while not self._try(done):
            if time.monotonic() > end:
                raise CommandError(f"The site at {settings.SITE_URL} did not {what} within {most:g} seconds.")
            time.sleep(PAUSE)

    def _try(self, done: Any) -> bool:
        try:
            return bool(done())
        except OSError:
            return False  # not there yet: the end of the time says so

    def _clean_up(self, story: Story) -> None:
        found = Story.objects.get(pk=story.pk)
        if found.status == "published":
            publishing.withdraw(found)
        lead = found.lead
        found.delete()
        if lead is not None:
            files = [lead.master.name, *media_storage.names_in(renditions.folder(lead))]
            lead.delete()
            for name in filter(None, files):
                default_storage.delete(name)
