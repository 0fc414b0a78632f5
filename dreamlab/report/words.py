"""Large numbers in words."""

_SIZES = {1e12: "trillion", 1e9: "billion", 1e6: "million"}


def in_words(number: float) -> str:
    """Return a number of 0 or more such as ``"12.3 billion"``: three digits, a no-break space."""
    rounded = float(f"{number:.3g}")
    for size, name in _SIZES.items():
        if rounded >= size:
            return f"{float(f'{rounded / size:.3g}'):,g}\u00a0{name}"
    return f"{rounded:,g}"
