from dreamlab.ui.session import keys
from dreamlab.ui.session.keys import VariantKeys


def every(own):
    """Return all keys of a variant with a layer and an override."""
    parts = [own.colour, own.name, own.layers, own.overrides, own.weight("a"), own.channels("a")]
    return [*parts, own.own("seed"), own.action("copy"), own.action("drop", "a")]


def test_keys_are_all_different():
    names = [*every(VariantKeys(1)), *every(VariantKeys(11)), keys.common("seed")]
    names += [keys.film("loop"), *keys.PAGE]
    assert len(set(names)) == len(names)


def test_no_key_of_a_variant_starts_like_another_ones():
    assert all(key.startswith(VariantKeys(1).prefix) for key in every(VariantKeys(1)))
    assert not any(key.startswith(VariantKeys(1).prefix) for key in every(VariantKeys(11)))
