"""The staff's side of giving: look at everything, change what may change by verbs with a reason, leave a trace of each."""

from donations.admin import appeals, books, claiming, gifts, guarding, people, pledges, reconciling, refunding

__all__ = ["appeals", "books", "claiming", "gifts", "guarding", "people", "pledges", "reconciling", "refunding"]
