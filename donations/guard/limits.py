"""How often one may try: the table, and how it is asked in one query however many tries there are.

A limit of N in W is reached when the N-th newest try it counts is younger than W: an index walk of N rows, never a count
of thousands. The age of that try also says when to come back. Only tries that were let through count.
"""

import datetime
import math
from dataclasses import dataclass

from django.db.models import QuerySet, Subquery

from donations.guard.clients import Client
from donations.models import GivingTry

MINUTE, HOUR, DAY = 60, 3600, 86400


@dataclass(frozen=True)
class Limit:
    """At most `most` tries within `seconds`: for one address, network or e-mail, or site-wide."""

    by: str  # a column of GivingTry and attribute of Client, or "site"
    most: int
    seconds: int
    why: str
    waited: bool = False  # of those that came without a proof of work during an attack
    hasty: bool = False  # of those sent faster than most people type

    @property
    def name(self) -> str:
        """Return the name of the limit in a query."""
        return f"{'waited_' if self.waited else ''}{'hasty_' if self.hasty else ''}{self.by}_{self.most}_in_{self.seconds}"

    def reached(self, client: Client, tried: GivingTry) -> Subquery:
        """Return the moment of the try that fills the limit, or NULL.

        `tried` itself is left out but no other: of tries sent at the same time, each sees those that were written
        before it, so that together they never pass more than `most`.
        """
        others = GivingTry.objects.filter(let_through=True, at__gt=tried.at - datetime.timedelta(seconds=self.seconds))
        others = others.exclude(pk=tried.pk)
        if self.by != "site":
            others = others.filter(**{f"{self.by}__in": getattr(client, self.by)})
        if self.waited:
            others = others.filter(by_waiting=True)
        if self.hasty:
            others = others.filter(hasty=True)
        return nth_newest(others, self.most)

    def wait(self, filled: datetime.datetime, now: datetime.datetime) -> int:
        """Return in how many seconds the try that fills the limit leaves its window."""
        return max(1, math.ceil(self.seconds - (now - filled).total_seconds()))


def nth_newest(tries: QuerySet[GivingTry], nth: int) -> Subquery:
    """Return the moment of the nth newest of some tries, or NULL where there are fewer."""
    return Subquery(tries.order_by("-at").values("at")[nth - 1 : nth])


LIMITS = (
    Limit("address", 10, 10 * MINUTE, "a family at one table, each with a slip of the pen; not a list of cards"),
    Limit("address", 20, DAY, "an office or a parish hall at the end of the day"),
    Limit("network", 10, 10 * MINUTE, "a rented /64 or /24 is one sender, however many addresses it shows"),
    Limit("network", 60, DAY, "neighbours behind one provider, all day; 60 cards a day are not worth the rent"),
    Limit("email", 10, HOUR, "a giver whose card is declined and who looks for another"),
    Limit("email", 20, DAY, "the same, over addresses"),
)
# During an attack, givers who bring no proof (no JavaScript) may come through by waiting: so few that robots gain nothing.
WAITED = (
    Limit("site", 6, MINUTE, "all givers without a proof together", waited=True),
    Limit("network", 2, 10 * MINUTE, "one robot may not take the places of all", waited=True),
)
# Filled in by a password manager, or scripts: some are people, none of whom comes back that fast again and again.
HASTY = (Limit("network", 8, 10 * MINUTE, "people whose browser fills in the form", hasty=True),)
