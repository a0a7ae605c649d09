"""From what was given to the words of a statement, in its reader's language."""

import dataclasses
import datetime
import json
from decimal import Decimal
from functools import lru_cache
from typing import Any

from babel.dates import format_date
from babel.lists import format_list
from django.utils import translation
from django.utils.translation import gettext as _

from donations.documents import Charity, Donor, GiftRow, StatementDocument
from donations.models import CharityDetails, Statement
from donations.money import Money, exponent, pattern_of
from donations.statements.reading import Given, GivenGift, totals_of
from donations.statements.rules import RULES, Rules


def document(
    given: Given, charity: CharityDetails, issued: datetime.date, replaces: Statement | None = None
) -> StatementDocument:
    """Return the statement of a year, without its number, code and address yet."""
    language, rules = given.supporter.language, RULES[given.year.jurisdiction]
    with translation.override(language):
        totals = tuple(exact(Money(minor, currency), language) for currency, minor in given.totals.items())
        total = format_list(totals, locale=_locale(language)) if totals else ""
        return StatementDocument(
            language=language,
            jurisdiction=given.year.jurisdiction,
            number="",
            kind="replacement" if replaces else "statement",
            replaces=replaces.number if replaces else "",
            charity=_charity(charity),
            donor=Donor(name=given.supporter.name, address=tuple(given.supporter.address.get("lines", ()))),
            gifts=tuple(_row(gift, rules, language) for gift in given.listed),
            total=total,
            totals=totals,
            eligible=total,
            period=given.year.label(language),
            issued=issued,
            issued_on=long_date(issued, language),
            place_of_issue=charity.place_of_issue,
            statements=tuple(_sentences(given, rules, replaces)),
            verify_address="",
            verify_code="",
        )


def plain(document: StatementDocument) -> dict[str, Any]:
    """Return the document as JSON keeps it."""
    return json.loads(json.dumps(dataclasses.asdict(document), default=lambda day: day.isoformat()))


def document_of(content: dict[str, Any]) -> StatementDocument:
    """Return what a statement printed, from its kept content."""
    return StatementDocument(
        **{
            **content,
            "issued": datetime.date.fromisoformat(content["issued"]),
            "charity": Charity(**{**content["charity"], "address": tuple(content["charity"]["address"])}),
            "donor": Donor(**{**content["donor"], "address": tuple(content["donor"]["address"])}),
            "gifts": tuple(GiftRow(**row) for row in content["gifts"]),
            "statements": tuple(content["statements"]),
            "totals": tuple(content["totals"]),
        }
    )


def exact(money: Money, language: str) -> str:
    """Return a sum with all its decimals, so that sums stand in a column: "£25.00"."""
    places = exponent(money.currency)
    return pattern_of(money.currency, language, places).apply(Decimal(money.minor).scaleb(-places), _locale(language))


@lru_cache(maxsize=4096)
def long_date(day: datetime.date, language: str) -> str:
    """Return a day in words: "6 April 2026"."""
    return format_date(day, "d MMMM y", locale=_locale(language))


def _locale(language: str) -> str:
    return language.replace("-", "_")


def _charity(charity: CharityDetails) -> Charity:
    return Charity(
        name=charity.name,
        address=tuple(charity.address.splitlines()),
        registration=charity.registration,
        signatory=charity.signatory,
        signatory_role=charity.signatory_role,
    )


def _row(gift: GivenGift, rules: Rules, language: str) -> GiftRow:
    words = _("Monthly gift") if gift.monthly else _("Gift")
    notes = []
    if rules.gift_aid:
        notes.append(_("Gift Aid") if gift.declared else _("Without Gift Aid"))
    if _stands_alone(gift, rules):
        notes.append(rules.single_note)
    if gift.left != gift.whole:
        notes.append(_("Of %(whole)s given, the rest was returned.") % {"whole": exact(gift.whole, language)})
    if gift.receipt:
        notes.append(_("Receipt %(number)s") % {"number": gift.receipt})
    return GiftRow(
        received=long_date(gift.given_on, language),
        description=f"{words}: {gift.designation}" if gift.designation else words,
        amount=exact(gift.left, language),
        note=" · ".join(notes),
    )


def _stands_alone(gift: GivenGift, rules: Rules) -> bool:
    """Return whether the law asks for an acknowledgment of this one gift: by what was given, not by what is left."""
    return rules.single is not None and gift.whole.currency == rules.single.currency and gift.whole >= rules.single


def _sentences(given: Given, rules: Rules, replaces: Statement | None) -> list[str]:
    said = [str(sentence) for sentence in rules.sentences]
    if any(_stands_alone(gift, rules) for gift in given.listed):
        said.insert(1, rules.single_sentence)
    if rules.gift_aid:
        said.insert(0, _gift_aid(given))
    if replaces is not None:
        said = [*_since(given, replaces), *said]
    return said


def _gift_aid(given: Given) -> str:
    language = given.supporter.language
    sums = totals_of(gift.line for gift in given.listed if gift.declared)
    if not sums:
        return _("No gift on this statement was given under a Gift Aid declaration.")
    total = format_list([exact(Money(minor, currency), language) for currency, minor in sums.items()], locale=_locale(language))
    return _("Given under a Gift Aid declaration, on the gifts marked Gift Aid: %(total)s in all.") % {"total": total}


def _since(given: Given, replaces: Statement) -> list[str]:
    """Return what has changed since the statement that is replaced."""
    language, now, before = given.supporter.language, given.totals, replaces.totals
    said = []
    for currency in sorted({*now, *before}):
        more = now.get(currency, 0) - before.get(currency, 0)
        told = {"number": replaces.number, "sum": exact(Money(abs(more), currency), language)}
        if more < 0:
            said.append(_("Since statement %(number)s was issued, %(sum)s of this year's gifts went back.") % told)
        elif more > 0:
            said.append(_("Since statement %(number)s was issued, %(sum)s more of this year's gifts has been entered.") % told)
    return said or [
        _("The Gift Aid of some gifts has changed since statement %(number)s was issued.") % {"number": replaces.number}
    ]
