"""Money: reckoned in whole minor units, read as people type it, shown as they write it."""

import pickle
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy
from hypothesis import given, settings
from hypothesis import strategies as st

from donations.money import (
    EXPONENTS,
    LARGEST,
    LIMITS,
    Money,
    NotAnAmount,
    check_limits,
    exponent,
    fee_cover,
    formatted,
    maximum,
    minimum,
    parse,
)

MINORS = st.integers(1, LARGEST - 1)
CURRENCIES = st.sampled_from(["GBP", "USD", "EUR", "CAD", "AUD", "INR", "ISK", "JPY", "KRW", "KWD", "TND", "CHF", "KES"])


# --- reckoning ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("decimals", "currencies"),
    [
        (0, "BIF CLP DJF GNF JPY KMF KRW MGA PYG RWF UGX VND VUV XAF XOF XPF"),
        (3, "BHD JOD KWD OMR TND"),
        (2, "GBP USD EUR ISK HUF TWD CAD AUD NZD INR KES"),
    ],
)
def test_a_currency_has_the_decimals_its_provider_counts(decimals, currencies):
    assert {exponent(currency) for currency in currencies.split()} == {decimals}
    assert {code for code, places in EXPONENTS.items() if places == decimals} <= set(currencies.split())


def test_money_of_one_currency_adds_subtracts_turns_and_compares():
    gift, fee = Money(2500, "GBP"), Money(58, "GBP")
    assert gift + fee == Money(2558, "GBP")
    assert gift - fee == Money(2442, "GBP")
    assert fee - gift == -Money(2442, "GBP")
    assert fee < gift and fee <= gift and gift > fee and gift >= fee and gift >= Money(2500, "GBP")
    assert not gift < fee and not gift <= fee
    assert max(fee, gift) == gift
    assert sum([gift, fee, fee], Money.zero("GBP")) == Money(2616, "GBP")
    assert gift and not Money.zero("GBP")
    assert gift != Money(2500, "USD")
    assert len({gift, Money(2500, "GBP"), Money(2500, "EUR")}) == 2
    assert pickle.loads(pickle.dumps(gift)) == gift


@pytest.mark.parametrize("reckon", ["__add__", "__sub__", "__lt__", "__le__", "__gt__", "__ge__"])
def test_two_currencies_are_never_reckoned_together(reckon):
    with pytest.raises(ValueError, match="GBP and USD"):
        getattr(Money(1, "GBP"), reckon)(Money(1, "USD"))


@pytest.mark.parametrize("other", [1, 1.0, "1", None, Decimal(1)])
def test_money_is_not_reckoned_with_bare_numbers(other):
    with pytest.raises(TypeError):
        Money(1, "GBP") + other
    with pytest.raises(TypeError):
        Money(1, "GBP") - other
    with pytest.raises(TypeError):
        assert Money(1, "GBP") < other
    assert Money(1, "GBP") != other


@pytest.mark.parametrize("minor", [True, False, 1.0, "1", None, Decimal(1), Fraction(1)])
def test_money_is_counted_in_whole_minor_units(minor):
    with pytest.raises(TypeError, match="minor units"):
        Money(minor, "GBP")


@pytest.mark.parametrize("currency", ["gbp", "GB", "GBPX", "", "£", "GB1", "GBP\n", "ＧＢＰ", None, 826])
def test_a_currency_is_three_capitals(currency):
    with pytest.raises(ValueError, match="three capital letters"):
        Money(1, currency)


def test_money_cannot_be_changed():
    with pytest.raises(AttributeError):
        Money(1, "GBP").minor = 2


@pytest.mark.parametrize(
    ("money", "major"),
    [
        (Money(2500, "GBP"), "25.00"),
        (Money(5, "GBP"), "0.05"),
        (Money(-50, "GBP"), "-0.50"),
        (Money(0, "GBP"), "0.00"),
        (Money(25, "JPY"), "25"),
        (Money(-25, "JPY"), "-25"),
        (Money(0, "JPY"), "0"),
        (Money(25, "KWD"), "0.025"),
        (Money(1234567, "KWD"), "1234.567"),
    ],
)
def test_major_units_are_plain_ascii(money, major):
    assert money.major() == major
    assert str(money) == f"{major} {money.currency}"


@given(st.integers(-(10**9), 10**9), st.integers(-(10**6), 10**6), st.integers(1, 10**6))
def test_a_share_is_rounded_half_up_and_mirrors_its_reversal(minor, numerator, denominator):
    share = Money(minor, "GBP").share(numerator, denominator)
    exact = Fraction(minor * numerator, denominator)
    assert abs(share.minor - exact) <= Fraction(1, 2)
    if abs(share.minor - exact) == Fraction(1, 2):
        assert abs(share.minor) > abs(exact)
    assert (-Money(minor, "GBP")).share(numerator, denominator) == -share


def test_gift_aid_on_an_odd_sum_rounds_half_up():
    assert Money(2502, "GBP").share(25, 100) == Money(626, "GBP")  # 625.5
    assert Money(2501, "GBP").share(25, 100) == Money(625, "GBP")  # 625.25
    for nothing in (0, -4):
        with pytest.raises(ValueError, match="positive number of parts"):
            Money(1, "GBP").share(1, nothing)


# --- what people type -----------------------------------------------------------------------------
ACCEPTED = [  # typed, currency, language, minor units
    ("25", "GBP", "en", 2500),
    ("25.5", "GBP", "en", 2550),
    ("25,5", "GBP", "en", 2550),
    ("25.5", "EUR", "es", 2550),
    ("£1,200", "GBP", "en", 120000),
    ("1.234,56", "GBP", "en", 123456),
    ("1.234,56", "EUR", "es", 123456),
    ("1,234.56", "EUR", "es", 123456),
    (" 25 ", "GBP", "en", 2500),
    ("1 234,56", "EUR", "fr", 123456),
    ("1'234.50", "CHF", "de-ch", 123450),
    ("1’234.50", "CHF", "de-ch", 123450),
    ("1\u00a0234,50", "EUR", "fr", 123450),
    ("1\u202f234,50", "EUR", "fr", 123450),
    ("1\u2009234,50", "EUR", "en", 123450),
    ("1 234.567", "KWD", "en", 1234567),
    ("1.234", "EUR", "es", 123400),
    ("1,234", "GBP", "en", 123400),
    ("1,234", "JPY", "en", 1234),
    ("1.234", "KWD", "en", 1234),
    ("1,234", "KWD", "es", 1234),
    ("1.234.567", "GBP", "en", 123456700),
    ("1,234,567.5", "GBP", "es", 123456750),
    ("0.01", "GBP", "en", 1),
    ("0,5", "GBP", "en", 50),
    ("007", "GBP", "en", 700),
    ("£25", "GBP", "es", 2500),
    ("£ 25", "GBP", "en", 2500),
    ("25£", "GBP", "en", 2500),
    ("25 €", "EUR", "es", 2500),
    ("25\u00a0€", "EUR", "es", 2500),
    ("€25,50", "EUR", "en", 2550),
    ("$25", "USD", "en", 2500),
    ("$25", "CAD", "en", 2500),
    ("CA$25", "CAD", "en", 2500),
    ("US$25", "USD", "en", 2500),
    ("25 US$", "USD", "es", 2500),
    ("$25 USD", "USD", "en", 2500),
    ("¥2,500", "JPY", "en", 2500),
    ("GBP 25", "GBP", "en", 2500),
    ("gbp 25", "GBP", "en", 2500),
    ("25 GBP", "GBP", "es", 2500),
    ("kr 250", "SEK", "en", 25000),
    ("Fr. 25", "CHF", "en", 2500),
    ("10000000000.00", "GBP", "en", LARGEST),
    ("00000000000000000025", "GBP", "en", 2500),
]


@pytest.mark.parametrize(("typed", "currency", "language", "minor"), ACCEPTED)
def test_an_amount_is_read_as_people_type_it(typed, currency, language, minor):
    assert parse(typed, currency, language) == Money(minor, currency)


REFUSED_POUNDS = {  # typed on an English page that asks for pounds, by the rule that refuses it
    "empty": ["", "   ", "\u00a0"],
    "not_a_number": "1e5|1E5|1_000|NaN|sNaN|Infinity|inf|0x10|lots|£|.|.50|25.|(25)|25%|<b>25</b>|25; DROP TABLE|££25".split("|"),
    "figures": ["１２", "١٢", "۱۲", "१२", "2²", "½", "1２"],
    "sign": ["-0", "-5", "−5", "–5", "£-5", "5-", "+5", "-Infinity"],
    "zero": ["0", "0.00", "£0"],
    "too_many_decimals": ["0.001", "0,001", "25.000", "1.234", "1,234.567", "1234,567", "0,123"],
    "grouping": (
        "1,23,456|12,34,567.00|1,2345,678|1,234,56|1234,567.00|1.234.567.8|1,234.567,89|0,123.00|25..5|1 23|1  234|1 234'567".split(
            "|"
        )
    ),
    "other_currency": ["€25", "$25", "USD 25", "£25 USD"],
    "hidden": ["25\n", "\n25", "25\r\n", "\t25", "2\x005", "25\u2028", "\u200b25", "\u202e25", "\ufeff25"],
    "too_long": ["0" * 19 + "25", "9" * 10_000, " " * 21],
    "too_large": ["10000000000.01", "9" * 20],
}
REFUSED = [
    *((typed, "GBP", "en", code) for code, texts in REFUSED_POUNDS.items() for typed in texts),
    ("25.5", "JPY", "en", "too_many_decimals"),
    ("25.00", "JPY", "en", "too_many_decimals"),
    ("1.2345", "KWD", "en", "too_many_decimals"),
    ("1,234", "EUR", "es", "too_many_decimals"),
    ("1.234", "EUR", "fr", "ambiguous"),
    ("1,234", "CHF", "de-ch", "ambiguous"),
    ("25 €", "GBP", "es", "other_currency"),
    ("US$25", "CAD", "en", "other_currency"),
    ("¥25", "EUR", "en", "other_currency"),
    ("1000000000001", "JPY", "en", "too_large"),
]


@pytest.mark.parametrize(("typed", "currency", "language", "code"), REFUSED)
def test_an_amount_that_is_none_is_refused_with_a_kind_message(typed, currency, language, code):
    with pytest.raises(NotAnAmount) as refusal:
        parse(typed, currency, language)
    assert refusal.value.code == code
    assert refusal.value.message.endswith(".")
    assert "%" not in refusal.value.message
    assert refusal.value.message == str(refusal.value)
    assert "lease" in refusal.value.message  # it always says what to do


@pytest.mark.parametrize("typed", ["1e5", "1_000", "１２", "١٢", "-0", "NaN", "Infinity"])
def test_control_pythons_decimal_would_take_what_we_refuse(typed):
    assert isinstance(Decimal(typed), Decimal)


def test_a_message_says_how_to_write_it_in_the_readers_way():
    with pytest.raises(NotAnAmount) as spanish:
        parse("1,234", "EUR", "es")
    assert spanish.value.params == {"typed": "1,234", "thousands": "1234", "example": "25,50"}
    with pytest.raises(NotAnAmount) as english:
        parse("1.234", "GBP", "en")
    assert "please type 1234; if not, like 25.50." in english.value.message
    with pytest.raises(NotAnAmount) as yen:
        parse("12.5", "JPY", "en")
    assert yen.value.message.endswith("like 25.")
    with pytest.raises(NotAnAmount) as other:
        parse("€25", "GBP", "en")
    assert "This gift is in GBP." in other.value.message


def test_a_message_is_translated_when_it_is_read():
    refusal = NotAnAmount(gettext_lazy("This field is required."), "empty")  # a sentence Django brings in both languages
    with translation.override("es"):
        assert refusal.message == str(refusal) == "Este campo es obligatorio."
    with translation.override("en"):
        assert refusal.message == "This field is required."


# Digits of many scripts, signs, spaces and separators: what reaches the form on a bad day.
ODD_TEXT = st.one_of(st.text(max_size=24), st.text("0123456789.,'’ \u00a0£$€-+eE_\n１٢", max_size=22))


@settings(max_examples=1000)
@given(ODD_TEXT, CURRENCIES, st.sampled_from(["en", "es", "fr", "de-ch"]))
def test_any_text_is_an_amount_within_bounds_or_refused(typed, currency, language):
    try:
        money = parse(typed, currency, language)
    except NotAnAmount:
        return
    assert money.currency == currency and 1 <= money.minor <= LARGEST
    figures = "".join(character for character in typed if character.isdigit())
    assert figures.isascii() and figures.strip("0") == str(money.minor).strip("0")


# --- there and back -------------------------------------------------------------------------------
@pytest.mark.drill
@pytest.mark.parametrize(("language", "point", "group"), [("en", ".", ","), ("es", ",", "."), ("fr", ",", "\u202f")])
def test_every_amount_comes_back_from_how_a_language_writes_it(language, point, group, drill_size):
    # Covered in each language, plain and (from 1,000) grouped: every amount from 0.01 to 2,000.00 and every 371st up to
    # 200,000.00, so every count of pence in every thousand. `make drill` reads all 20,000,000, both ways.
    for minor in [*range(1, 200_001), *range(200_001, 20_000_001, drill_size(371, 1))]:
        whole, pence = divmod(minor, 100)
        if parse(f"{whole}{point}{pence:02d}", "GBP", language).minor != minor:
            pytest.fail(f"{minor} was misread, typed plainly")
        if whole >= 1000 and parse(f"{whole // 1000}{group}{whole % 1000:03d}{point}{pence:02d}", "GBP", language).minor != minor:
            pytest.fail(f"{minor} was misread, typed in groups")


def test_no_penny_is_lost_where_binary_fractions_lose_1142():
    amounts = [f"{minor // 100}.{minor % 100:02d}" for minor in range(100, 20_001)]
    truth = [int(amount.replace(".", "")) for amount in amounts]
    assert len(amounts) == 19_901
    assert sum(int(float(amount) * 100) != minor for amount, minor in zip(amounts, truth, strict=True)) == 1142
    assert [parse(amount, "GBP", "en").minor for amount in amounts] == truth


@given(MINORS, CURRENCIES, st.sampled_from(["en", "es"]))
def test_what_we_show_can_be_typed_back(minor, currency, language):
    money = Money(minor, currency)
    shown = formatted(money, language)
    if len(shown) <= 20:
        assert parse(shown, currency, language) == money
    else:
        assert minor > 10**10  # a hundred million pounds: nobody types that


# --- showing --------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("money", "language", "shown"),
    [
        (Money(2500, "GBP"), "en", "£25"),
        (Money(2550, "GBP"), "en", "£25.50"),
        (Money(2505, "GBP"), "en-gb", "£25.05"),
        (Money(120000, "GBP"), "en", "£1,200"),
        (Money(2550, "GBP"), "es", "25,50\u00a0£"),
        (Money(2500, "EUR"), "es", "25\u00a0€"),
        (Money(123456, "EUR"), "es", "1.234,56\u00a0€"),
        (Money(2500, "USD"), "es", "25\u00a0US$"),
        (Money(2500, "JPY"), "en", "¥2,500"),
        (Money(1234500, "KWD"), "en", "KWD\u00a01,234.500"),
        (Money(2550, "ISK"), "en", "ISK\u00a025.50"),  # babel alone would round it to ISK 26
        (Money(-550, "GBP"), "en", "-£5.50"),
        (Money(0, "GBP"), "en", "£0"),
        (Money(2550, "BRL"), "pt-br", "R$\u00a025,50"),
    ],
)
def test_a_sum_is_written_as_the_language_does(money, language, shown):
    assert formatted(money, language) == shown


# --- limits ---------------------------------------------------------------------------------------
@pytest.mark.parametrize("currency", [*LIMITS, "ISK", "PYG", "OMR"])
def test_every_currency_has_a_least_and_a_most(currency):
    least, most = minimum(currency), maximum(currency)
    assert least.currency == most.currency == currency
    assert 0 < least.minor < most.minor < LARGEST
    check_limits(least)
    check_limits(most)
    with pytest.raises(NotAnAmount) as small:
        check_limits(least - Money(1, currency), "en")
    assert small.value.code == "too_small" and formatted(least, "en") in small.value.message
    with pytest.raises(NotAnAmount) as large:
        check_limits(most + Money(1, currency), "en")
    assert large.value.code == "too_large" and formatted(most, "en") in large.value.message


def test_a_pound_to_ten_thousand_pounds_are_taken():
    assert minimum("GBP") == Money(1_00, "GBP")
    assert maximum("GBP") == Money(10_000_00, "GBP")


def test_a_limit_is_written_in_the_readers_language():
    with translation.override("es"), pytest.raises(NotAnAmount) as large:
        check_limits(Money(10_000_01, "EUR"))
    assert large.value.params["limit"] == "10.000\u00a0€"
    with translation.override(None), pytest.raises(NotAnAmount) as small:
        check_limits(Money(1, "EUR"))
    assert small.value.params["limit"] == "€1"


# --- covering the fee -----------------------------------------------------------------------------
def kept(total, percent_hundredths, fixed_minor):
    """What the charity keeps of a total, the provider rounding its percentage up: reckoned apart from the code, by Decimal."""
    fee = Decimal(total) * percent_hundredths / 10_000
    return total - int(fee.to_integral_value("ROUND_CEILING")) - fixed_minor


@given(st.integers(1, 10**10), st.integers(0, 9_999), st.integers(0, 10_000))
def test_the_covered_fee_leaves_the_gift_whole_and_a_penny_less_would_not(minor, percent_hundredths, fixed_minor):
    extra = fee_cover(Money(minor, "GBP"), percent_hundredths, fixed_minor)
    total = minor + extra.minor
    assert extra.minor >= 0 and extra.currency == "GBP"
    assert kept(total, percent_hundredths, fixed_minor) >= minor
    assert kept(total - 1, percent_hundredths, fixed_minor) < minor


@given(st.integers(100, 1_000_000))
def test_a_provider_that_rounds_to_the_nearest_penny_leaves_the_gift_whole_too(minor):
    total = minor + fee_cover(Money(minor, "GBP"), 150, 20).minor
    fee = int((Decimal(total) * 150 / 10_000).to_integral_value(ROUND_HALF_UP)) + 20
    assert total - fee >= minor


def test_the_fee_on_twenty_five_pounds_is_covered_by_fifty_nine_pence():
    assert fee_cover(Money(25_00, "GBP"), 150, 20) == Money(59, "GBP")  # 1.5 % of 25.59 is 39p, and 20p
    assert fee_cover(Money(25_00, "GBP"), 0, 0) == Money.zero("GBP")


@pytest.mark.parametrize(("minor", "percent", "fixed"), [(-1, 150, 20), (100, -1, 20), (100, 10_000, 20), (100, 150, -1)])
def test_a_fee_that_no_extra_can_cover_is_an_error(minor, percent, fixed):
    with pytest.raises(ValueError, match="A fee is covered"):
        fee_cover(Money(minor, "GBP"), percent, fixed)
