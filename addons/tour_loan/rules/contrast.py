"""Whether a brand's colours can be read (WCAG 2.2, success criterion 1.4.3)."""

import re

MINIMUM_RATIO = 4.5
_COLOR = re.compile(r"#[0-9a-fA-F]{6}")


def ratio(first: str, second: str) -> float:
    """Return the contrast ratio of two ``#rrggbb`` colours, 1.0 to 21.0."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return round((lighter + 0.05) / (darker + 0.05), 2)


def refusal(first: str, second: str) -> str | None:
    """Return ``format``, ``contrast`` or None if text in one reads on the other."""
    if not all(_COLOR.fullmatch(color or "") for color in (first, second)):
        return "format"
    return None if ratio(first, second) >= MINIMUM_RATIO else "contrast"


def _luminance(color: str) -> float:
    """Relative luminance as WCAG defines it (linearised sRGB)."""
    channels = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
