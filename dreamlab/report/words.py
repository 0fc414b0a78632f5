"""Large numbers in words."""

_SIZES = {1e12: "trillion", 1e9: "billion", 1e6: "million"}


def in_words(number: float) -> str:
    """Return a number of 0 or more in three digits, such as ``"12.3 billion"``."""
    rounded = float(f"{number:.3g}")
    for size, name in _SIZES.items():
        if rounded >= size:
            return f"{float(f'{rounded / size:.3g}'):,g} {name}"
    return f"{rounded:,g}"
