"""Finding supporters as staff type: the beginning of an address or of a name."""

from django.db.models import Q, QuerySet
from django.db.models.functions import Lower

from supporters.models import Supporter
from supporters.prefixes import begins, folded

MOST = 300  # supporters of one search: more is a search to be narrowed


def matching(term: str, among: QuerySet[Supporter] | None = None) -> QuerySet[Supporter]:
    """Return the supporters whose address or name begins as typed: "ada@", "obi", "ada obi", "obi, ada"."""
    everyone = Supporter.objects.all() if among is None else among
    term = " ".join(term.replace(",", " ").split())
    if not term:
        return everyone.none()
    if "@" in term:
        return everyone.filter(begins("email", term.lower()))
    named = everyone.annotate(last_folded=Lower("last_name"), first_folded=Lower("first_name"))
    words = folded(term)
    wanted = begins("last_folded", words) | begins("first_folded", words)
    head, _space, tail = words.partition(" ")
    if tail:
        wanted |= begins("last_folded", tail) & begins("first_folded", head)
        wanted |= begins("last_folded", head) & begins("first_folded", tail)
    return named.filter(wanted)


def ids_matching(term: str) -> list[int]:
    """Return the keys of the supporters a term finds, at most MOST."""
    return list(matching(term).order_by().values_list("pk", flat=True)[:MOST])


def among_these(ids: list[int], field: str = "supporter") -> Q:
    """Return the condition that a row's supporter is one of these."""
    return Q(**{f"{field}__in": ids})
