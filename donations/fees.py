"""What the provider keeps of a gift, for those who offer to cover it: its published rates, rounded against nobody.

Rates change and differ by card: what was kept is read from the ledger. Here stands what we ask for, so that the whole
gift arrives when an ordinary card pays it.
"""

from collections.abc import Mapping
from types import MappingProxyType

from donations.money import Money, exponent, fee_cover

# By currency: hundredths of a percent, and minor units on top.
RATES: Mapping[str, tuple[int, int]] = MappingProxyType(
    {
        "GBP": (150, 20),
        "EUR": (150, 25),
        "USD": (290, 30),
        "CAD": (290, 30),
        "AUD": (170, 30),
        "NZD": (270, 30),
        "CHF": (290, 30),
        "JPY": (360, 0),
    }
)
# For a currency that the table lacks, by its decimals.
RATES_BY_EXPONENT: Mapping[int, tuple[int, int]] = MappingProxyType({0: (360, 0), 2: (325, 30), 3: (325, 100)})


def rate(currency: str) -> tuple[int, int]:
    """Return the rate of a currency: hundredths of a percent, minor units on top."""
    return RATES.get(currency, RATES_BY_EXPONENT[exponent(currency)])


def cover(gift: Money) -> Money:
    """Return what to add to a gift so that all of it arrives (donations.money.fee_cover says how it is reckoned)."""
    return fee_cover(gift, *rate(gift.currency))
