"""What stands between a robot with a list of stolen cards and the provider.

For the view that shows and takes the form:

    guard.fields(request, refused=None)  SafeString of hidden fields, to stand inside the <form>: the signed time the form
        was first shown, a field only robots fill, and while an attack lasts the challenge. One query. Give it the
        Refused when the form comes back because of one. A form that comes back keeps its first time.
    guard.check(request, email=…)  call once for each sending whose fields are valid, before giving.begin and outside
        any transaction. Two queries (four while a proof is spent). Returns None or raises
    guard.Refused(kind, message, status, retry_after, headers)  answer with the form, everything typed kept,
        `message` on top, `status` (422 or 429) and `headers` (Retry-After in seconds, or empty).

There is nothing to call once a gift has begun: how many are declined is read from the gifts.

For the staff's page: guard.state() -> State(mode, by, at, asks, because, declined, received), guard.switch(mode, by).
For the rounds: guard.prune() -> how many rows went. For tests: guard.stamp(at) makes the hidden field `guard` of a form
first shown at a moment (one older than MINIMUM_SECONDS, younger than a day is let in).
"""

from donations.guard.alarm import State, state, switch
from donations.guard.form import MINIMUM_SECONDS, fields, stamp
from donations.guard.gate import check, prune
from donations.guard.refused import Kind, Refused

__all__ = ["MINIMUM_SECONDS", "Kind", "Refused", "State", "check", "fields", "prune", "stamp", "state", "switch"]
