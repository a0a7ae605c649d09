"""Amounts and days as people read them."""

import datetime
from decimal import Decimal

from babel.dates import format_date
from babel.numbers import format_currency
from django.utils.translation import get_language

# Currencies whose minor unit is not a hundredth.
_DECIMALS = dict.fromkeys("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split(), 0) | dict.fromkeys(
    "BHD JOD KWD OMR TND".split(), 3
)


def _locale() -> str:
    language = get_language() or "en"
    return "en_GB" if language == "en" else language.replace("-", "_")


def amount(minor: int, currency: str) -> str:
    """Return minor units as an amount of money: £25.00."""
    decimals = _DECIMALS.get(currency, 2)
    value = Decimal(minor).scaleb(-decimals)
    return format_currency(value, currency, locale=_locale(), currency_digits=False, format=_pattern(decimals))


def _pattern(decimals: int) -> str:
    digits = "#,##0" + ("." + "0" * decimals if decimals else "")
    return f"{digits} ¤" if _locale().startswith("es") else f"¤{digits}"


def day(date: datetime.date) -> str:
    """Return a day in words: 22 December 2026."""
    return format_date(date, "long", locale=_locale())
