"""Who gave: the supporter behind a gift, made known only once the money came."""

import datetime

from donations.models import Dedication, Gift, GiftAidDeclaration
from supporters.models import Supporter, SupporterConsent


def supporter_of(gift: Gift) -> Supporter:
    """Return the supporter of a gift that has just come, with what they declared. The caller empties the gift's `details`.

    The attempt keeps what was typed until now, so that attempts without money fill no table but their own.
    """
    told = gift.details
    supporter, new = Supporter.objects.get_or_create(
        email=told["email"],
        defaults={"first_name": told.get("first_name", ""), "last_name": told.get("last_name", ""), "language": gift.language},
    )
    if not new and not supporter.name:
        supporter.first_name, supporter.last_name = told.get("first_name", ""), told.get("last_name", "")
        supporter.save(update_fields=["first_name", "last_name"])
    if consent := told.get("consent"):
        SupporterConsent.objects.create(
            supporter=supporter, channel="email", purpose="updates", given=True, words=consent["words"],
            source="giving form", at=datetime.datetime.fromisoformat(consent["at"]),
        )  # fmt: skip
    if declaration := told.get("gift_aid"):
        GiftAidDeclaration.objects.create(
            supporter=supporter, gift=gift, **{**declaration, "at": datetime.datetime.fromisoformat(declaration["at"])}
        )
    if dedication := told.get("dedication"):
        Dedication.objects.create(gift=gift, **dedication)
    return supporter
