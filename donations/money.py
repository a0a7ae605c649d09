"""Money: whole minor units of one currency, read as people type it and shown as they write it. No float, anywhere."""

import re
import unicodedata
from collections.abc import Mapping
from copy import copy
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, total_ordering
from types import MappingProxyType

from babel import Locale
from babel.numbers import NumberPattern, get_currency_symbol, is_currency
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Decimals of a currency, as the payment provider counts them (ISO 4217's differ for a few); every other has two.
EXPONENTS: Mapping[str, int] = MappingProxyType(
    dict.fromkeys("BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF".split(), 0)
    | dict.fromkeys("BHD JOD KWD OMR TND".split(), 3)
)

# The least and the most of one gift, in minor units.
LIMITS: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "GBP": (1_00, 10_000_00),
        "USD": (1_00, 10_000_00),
        "EUR": (1_00, 10_000_00),
        "CHF": (1_00, 10_000_00),
        "CAD": (1_00, 15_000_00),
        "AUD": (1_00, 15_000_00),
        "NZD": (1_00, 15_000_00),
        "SGD": (1_00, 15_000_00),
        "PLN": (5_00, 50_000_00),
        "BRL": (5_00, 50_000_00),
        "DKK": (10_00, 100_000_00),
        "NOK": (10_00, 100_000_00),
        "SEK": (10_00, 100_000_00),
        "HKD": (10_00, 100_000_00),
        "CZK": (20_00, 250_000_00),
        "MXN": (20_00, 200_000_00),
        "ZAR": (20_00, 200_000_00),
        "INR": (50_00, 1_000_000_00),
        "PHP": (50_00, 500_000_00),
        "KES": (100_00, 1_000_000_00),
        "HUF": (500_00, 4_000_000_00),
        "JPY": (100, 1_500_000),
        "KRW": (1_000, 15_000_000),
        "CLP": (1_000, 10_000_000),
        "VND": (20_000, 250_000_000),
        "UGX": (5_000, 40_000_000),
        "RWF": (1_000, 15_000_000),
        "XAF": (500, 6_000_000),
        "XOF": (500, 6_000_000),
    }
)
# For a currency that the table lacks, by its decimals.
LIMITS_BY_EXPONENT: Mapping[int, tuple[int, int]] = MappingProxyType(
    {0: (500, 5_000_000), 2: (1_00, 10_000_00), 3: (500, 3_000_000)}
)

LONGEST = 20  # characters of a typed amount
LARGEST = 10**12  # minor units: nothing a person gives by a form comes near

# Signs people write before or after an amount, beside the ISO code and the sign babel prints in the reader's language.
SIGNS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        sign: frozenset(currencies.split())
        for sign, currencies in {
            "£": "GBP",
            "€": "EUR",
            "$": "USD CAD AUD NZD SGD HKD MXN CLP COP ARS",
            "US$": "USD",
            "C$": "CAD",
            "CA$": "CAD",
            "CAN$": "CAD",
            "A$": "AUD",
            "AU$": "AUD",
            "NZ$": "NZD",
            "S$": "SGD",
            "HK$": "HKD",
            "MX$": "MXN",
            "R$": "BRL",
            "¥": "JPY CNY",
            "₹": "INR",
            "₩": "KRW",
            "₫": "VND",
            "₱": "PHP",
            "₦": "NGN",
            "₪": "ILS",
            "₺": "TRY",
            "R": "ZAR",
            "KSH": "KES",
            "KR": "DKK NOK SEK",
            "KR.": "DKK NOK SEK",
            "FR.": "CHF",
            "ZŁ": "PLN",
            "KČ": "CZK",
            "FT": "HUF",
        }.items()
    }
)

SPACES = " \u00a0\u2007\u2009\u202f"  # the plain one and those that print as grouping or hold a sign to its number
_TYPED = re.compile(
    rf"[{SPACES}]*(?P<lead>[^0-9]*?)[{SPACES}]*"
    rf"(?P<number>[0-9](?:[0-9.,'’{SPACES}]*[0-9])?)"
    rf"[{SPACES}]*(?P<trail>[^0-9]*?)[{SPACES}]*"
)
# Plain, or in groups of exactly three behind one kind of mark; decimals, if any, behind another.
_PLAIN = re.compile(r"(?P<whole>[0-9]+)(?:(?P<mark>[.,])(?P<part>[0-9]+))?")
_GROUPED = re.compile(
    rf"(?P<whole>[1-9][0-9]{{0,2}}(?P<group>[.,'’{SPACES}])[0-9]{{3}}(?:(?P=group)[0-9]{{3}})*)"
    r"(?:(?!(?P=group))[.,](?P<part>[0-9]+))?"
)


def exponent(currency: str) -> int:
    """Return how many decimals a currency's minor unit stands for: 0, 2 or 3."""
    return EXPONENTS.get(currency, 2)


@total_ordering
@dataclass(frozen=True, slots=True, order=False)
class Money:
    """A sum in whole minor units (pence, cents; yen themselves) of one ISO 4217 currency.

    Raises TypeError for units that are no int (True and 1.0 are none), ValueError for a currency that is not three capitals.
    """

    minor: int
    currency: str

    def __post_init__(self) -> None:
        if type(self.minor) is not int:
            raise TypeError(f"Money is counted in whole minor units, not in {type(self.minor).__name__}.")
        if not (isinstance(self.currency, str) and re.fullmatch("[A-Z]{3}", self.currency)):
            raise ValueError(f"A currency is three capital letters (ISO 4217), not {self.currency!r}.")

    @classmethod
    def zero(cls, currency: str) -> "Money":
        """Return no money at all, in a currency."""
        return cls(0, currency)

    def __add__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor + self._like(other).minor, self.currency)

    def __sub__(self, other: "Money") -> "Money":
        if not isinstance(other, Money):
            return NotImplemented
        return Money(self.minor - self._like(other).minor, self.currency)

    def __neg__(self) -> "Money":
        return Money(-self.minor, self.currency)

    def __bool__(self) -> bool:
        return self.minor != 0

    def __lt__(self, other: "Money") -> bool:
        if not isinstance(other, Money):
            return NotImplemented
        return self.minor < self._like(other).minor

    def __str__(self) -> str:
        return f"{self.major()} {self.currency}"

    def major(self) -> str:
        """Return the sum in major units as plain ASCII: "25.00", "-0.50", "25" for yen."""
        places = exponent(self.currency)
        sign, figures = "-" if self.minor < 0 else "", f"{abs(self.minor):0{places + 1}d}"
        return f"{sign}{figures[:-places]}.{figures[-places:]}" if places else sign + figures

    def share(self, numerator: int, denominator: int) -> "Money":
        """Return numerator/denominator of the sum, half a minor unit rounded up (away from zero).

        A refund's share is therefore exactly the gift's with the sign turned. Raises ValueError unless denominator > 0.
        """
        if denominator <= 0:
            raise ValueError("A share is taken of a positive number of parts.")
        product = self.minor * numerator
        rounded = (2 * abs(product) + denominator) // (2 * denominator)
        return Money(-rounded if product < 0 else rounded, self.currency)

    def _like(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be reckoned together.")
        return other


class NotAnAmount(ValueError):
    """What was typed is no sum we can take. `.message` says so kindly in the reader's language; `.code` says which rule."""

    def __init__(self, message: object, code: str, **params: str) -> None:
        super().__init__(message, code, params)
        self.template, self.code, self.params = message, code, params

    @property
    def message(self) -> str:
        """The sentence for the person, in the language active when it is read."""
        return str(self.template) % self.params

    def __str__(self) -> str:
        return self.message


def parse(typed: str, currency: str, language: str) -> Money:
    """Return the sum a person typed into a form of this currency, in a page of this language.

    The rules, in order: spaces and apostrophes group thousands. Of a point and a comma together, the last is the decimal
    mark. One of them several times groups. One of them once is the decimal mark, unless one to three figures stand before
    it and exactly three after: then the language decides ("1.234" is 1234 in Spanish, too many decimals in English). Groups
    have exactly three figures. The currency's own sign or code may stand before and after.

    Raises NotAnAmount, and nothing else, for every other text: signs, exponents, other scripts' figures, another
    currency's sign, too many decimals, zero, more than 20 characters, more than 10**12 minor units.
    """
    match = _TYPED.fullmatch(typed) if len(typed) <= LONGEST else None
    if match is None:
        raise _unreadable(typed, currency, language)
    lead, number, trail = match["lead"], match["number"], match["trail"]
    if lead or trail:
        own = _own_signs(currency, language)
        if (lead and lead.upper() not in own) or (trail and trail.upper() not in own):
            raise _unreadable(typed, currency, language, (lead, trail))
    whole, part = _read(number, currency, language)
    places = exponent(currency)
    if len(part) > places:
        raise _too_precise(number, currency, language)
    minor = int(whole + part.ljust(places, "0"))
    if minor == 0:
        raise NotAnAmount(
            _("Please type an amount above zero, for example %(example)s."), "zero", example=_example(currency, language)
        )
    if minor > LARGEST:
        raise NotAnAmount(_("That is more than we can take here. Please type a smaller amount."), "too_large")
    return Money(minor, currency)


def minimum(currency: str) -> Money:
    """Return the least one gift may be in a currency."""
    return Money(LIMITS.get(currency, LIMITS_BY_EXPONENT[exponent(currency)])[0], currency)


def maximum(currency: str) -> Money:
    """Return the most one gift may be in a currency."""
    return Money(LIMITS.get(currency, LIMITS_BY_EXPONENT[exponent(currency)])[1], currency)


def check_limits(money: Money, language: str | None = None) -> None:
    """Raise NotAnAmount ("too_small", "too_large") for a sum outside its currency's limits, which the message names.

    The limit is written as the language does: the one given, or else the one active now.
    """
    language = language or get_language() or "en"
    least, most = minimum(money.currency), maximum(money.currency)
    if money < least:
        raise NotAnAmount(_("The smallest gift we can take is %(limit)s."), "too_small", limit=formatted(least, language))
    if money > most:
        raise NotAnAmount(
            _("The largest gift we can take here is %(limit)s. If you would like to give more, please write to us."),
            "too_large",
            limit=formatted(most, language),
        )


def formatted(money: Money, language: str) -> str:
    """Return a sum as a language writes it: "£25", "£1,200.50", "25,50 £". Whole sums show no decimals."""
    places = exponent(money.currency)
    shown = 0 if money.minor % 10**places == 0 else places
    pattern = pattern_of(money.currency, language, shown)
    return pattern.apply(Decimal(money.minor).scaleb(-places), _locale(language))


def fee_cover(money: Money, percent_hundredths: int, fixed_minor: int) -> Money:
    """Return the smallest extra that leaves the gift whole once the provider has taken its fee on gift and extra.

    The fee on a total T is p T / 10000 (p in hundredths of a percent, 150 for 1.50 %), rounded up to the minor unit in the
    provider's favour, plus a fixed f minor units. What is left is floor(T (10000 - p) / 10000) - f, and that is at least
    the gift g exactly when T (10000 - p) >= 10000 (g + f). So T = ceil(10000 (g + f) / (10000 - p)), and the extra is T - g.

    Raises ValueError for a gift or fee below zero, or a percentage of a hundred or more, which no extra can cover.
    """
    if money.minor < 0 or fixed_minor < 0 or not 0 <= percent_hundredths < 10_000:
        raise ValueError("A fee is covered for a gift not below zero, at a percentage from 0 to below 100.")
    total = -(-10_000 * (money.minor + fixed_minor) // (10_000 - percent_hundredths))
    return Money(total - money.minor, money.currency)


# --- reading what was typed -----------------------------------------------------------------------
def _read(number: str, currency: str, language: str) -> tuple[str, str]:
    # A typed number's figures before and after its decimal mark.
    plain = _PLAIN.fullmatch(number)
    if plain is None:
        grouped = _GROUPED.fullmatch(number)
        if grouped is None:
            raise NotAnAmount(
                _("We could not tell the thousands from the decimals. Please type it like %(example)s."),
                "grouping",
                example=_example(currency, language),
            )
        return grouped["whole"].replace(grouped["group"], ""), grouped["part"] or ""
    whole, mark, part = plain["whole"], plain["mark"], plain["part"] or ""
    if mark is None or len(part) != 3 or len(whole) > 3 or whole[0] == "0":
        return whole, part
    point, group = _marks(language)
    if mark == point:
        return whole, part
    if mark == group:
        return whole + part, ""
    raise NotAnAmount(
        _("“%(typed)s” can be read in two ways. If you mean thousands, please type %(thousands)s."),
        "ambiguous",
        typed=number,
        thousands=whole + part,
    )


def _too_precise(number: str, currency: str, language: str) -> NotAnAmount:
    code, example = "too_many_decimals", _example(currency, language)
    plain = _PLAIN.fullmatch(number)
    if plain and len(plain["part"]) == 3 and len(plain["whole"]) <= 3 and plain["whole"][0] != "0":
        return NotAnAmount(
            _("“%(typed)s” has too many decimals. If you mean thousands, please type %(thousands)s; if not, like %(example)s."),
            code,
            typed=number,
            thousands=plain["whole"] + plain["part"],
            example=example,
        )
    return NotAnAmount(
        _("“%(typed)s” has too many decimals. Please type it like %(example)s."), code, typed=number, example=example
    )


def _unreadable(typed: str, currency: str, language: str, signs: tuple[str, str] = ("", "")) -> NotAnAmount:
    # Why a text is refused that has not even the form of an amount.
    message, code = _("We could not read that amount. Please type it in figures, for example %(example)s."), "not_a_number"
    if len(typed) > LONGEST:
        message, code = _("That is longer than any amount we can read. Please type it like %(example)s."), "too_long"
    elif not typed.strip(SPACES):
        message, code = _("Please type an amount, for example %(example)s."), "empty"
    elif any(unicodedata.category(character) in {"Cc", "Cf", "Zl", "Zp"} for character in typed):
        message, code = _("There is a hidden character in that amount. Please type it again, like %(example)s."), "hidden"
    elif any(character.isnumeric() and not character.isascii() for character in typed):
        message, code = _("Please type the amount with the figures 0 to 9, for example %(example)s."), "figures"
    elif any(unicodedata.category(character) == "Pd" or character in "+−＋" for character in typed):
        message, code = _("Please type the amount without a plus or minus sign, for example %(example)s."), "sign"
    elif any(sign.upper() in SIGNS or is_currency(sign.upper()) for sign in signs):
        message, code = (
            _("This gift is in %(currency)s. Please type the amount alone, for example %(example)s."),
            "other_currency",
        )
    return NotAnAmount(message, code, currency=currency, example=_example(currency, language))


@lru_cache(maxsize=256)
def _own_signs(currency: str, language: str) -> frozenset[str]:
    return frozenset(
        {currency, _sign(currency, language).upper()} | {sign for sign, currencies in SIGNS.items() if currency in currencies}
    )


# --- how a language writes ------------------------------------------------------------------------
@lru_cache(maxsize=64)
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("_", "-"), sep="-")


@lru_cache(maxsize=64)
def _marks(language: str) -> tuple[str, str]:
    # A language's decimal mark and its mark between thousands.
    symbols = _locale(language).number_symbols["latn"]
    return symbols["decimal"], symbols["group"]


@lru_cache(maxsize=256)
def pattern_of(currency: str, language: str, decimals: int) -> NumberPattern:
    """Return babel's pattern with our decimals: for a few currencies babel shows none where the provider counts two."""
    pattern, sign = copy(_locale(language).currency_formats["standard"]), _sign(currency, language)
    # A code does not stick to the figures: "KWD 25", where a sign does: "£25".
    pattern.prefix = tuple(
        part.replace("¤", sign) + ("\u00a0" if part.endswith("¤") and sign[-1].isalpha() else "") for part in pattern.prefix
    )
    pattern.suffix = tuple(part.replace("¤", sign) for part in pattern.suffix)
    pattern.frac_prec = (decimals, decimals)
    return pattern


def _sign(currency: str, language: str) -> str:
    # The language's own sign (US$ in Spanish), or where it has only the code, the sign English prints: 25 £, not 25 GBP.
    sign = get_currency_symbol(currency, _locale(language))
    return get_currency_symbol(currency, "en") if sign == currency else sign


@lru_cache(maxsize=256)
def _example(currency: str, language: str) -> str:
    places = exponent(currency)
    return f"25{_marks(language)[0]}{'500'[:places]}" if places else "25"
