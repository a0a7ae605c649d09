"""UK postcodes, as the tax office's schedule wants them: capitals, a space between outward and inward code."""

import re

# Outward and inward code; the letters C I K M O V never stand in the inward one.
_POSTCODE = re.compile(r"([A-Z]{1,2}[0-9][A-Z0-9]?)([0-9][ABD-HJLNP-UW-Z]{2})")


def written(typed: str) -> str:
    """Return a postcode as it is written, however it was typed; "" for what is none."""
    match = _POSTCODE.fullmatch("".join(typed.upper().split()))
    return f"{match[1]} {match[2]}" if match else ""
