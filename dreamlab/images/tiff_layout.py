"""How the tags of a TIFF file say that its samples lie."""

from dreamlab.images import tiff_tags as tags
from dreamlab.images.shape import Shape
from dreamlab.images.tiff_blocks import COMPRESSIONS, Blocks
from dreamlab.images.tiff_tags import Tags

#: TIFF's sample formats to NumPy's; the fourth stands for no format at all.
_FORMATS = {1: "u", 2: "i", 3: "f", 4: "u"}
_SPOKEN = {"u": "", "i": "signed ", "f": "float ", "": "unusual "}

#: The colour space of brightness and two colour differences.
_YCBCR = 6

#: Pixels of a tile that may be larger than the picture.
_SMALL_TILE = 2**20

#: Most bytes of a strip or tile, once unpacked.
_MAX_BLOCK = 2**30


#: Compressions by their numbers, as programs name them.
_NAMES = {
    **{2: "CCITT", 3: "CCITT Group 3", 4: "CCITT Group 4", 6: "old JPEG", 7: "JPEG"},
    **{9: "JBIG", 10: "JBIG", 34661: "JBIG", 34715: "JBIG2", 34712: "JPEG 2000"},
    **{33003: "JPEG 2000", 33004: "JPEG 2000", 33005: "JPEG 2000", 34892: "lossy JPEG"},
    **{22610: "JPEG XR", 34934: "JPEG XR", 50002: "JPEG XL", 52546: "JPEG XL"},
    **{34933: "PNG", 50001: "WebP", 34887: "LERC", 32766: "NeXT", 32809: "ThunderScan"},
    **{32908: "Pixar", 32909: "Pixar", 34676: "SGI Log", 34677: "SGI Log"},
}

#: Compressions that every libtiff has, of pictures for which `is_plain`.
_COMMON = {*COMPRESSIONS, 2, 3, 4, 7}

_PACKED = "save it without compression"


class NotRead(Exception):
    """A TIFF picture is of a kind that is not read.

    Parameters
    ----------
    what : str
        What it has that is not read, in a few words.
    way : str
        The way out.
    """

    def __init__(self, what: str, way: str) -> None:
        super().__init__(what, way)
        self.what, self.way = what, way


def check_compression(found: Tags) -> None:
    """Raise `NotRead` if a picture's compression may be what keeps it from being read."""
    if found.one(tags.COMPRESSION, 1) not in _COMMON:
        raise NotRead(_compression(found), _PACKED)


def _compression(found: Tags) -> str:
    number = found.one(tags.COMPRESSION, 1)
    return f"{_NAMES[number]} compression" if number in _NAMES else f"compression {number}"


def check_tiles(found: Tags) -> None:
    """Raise `ValueError` if tiles are far larger than the picture; each would be held whole."""
    tile = found.one(tags.TILE_WIDTH) * found.one(tags.TILE_HEIGHT)
    if tile > 4 * found.one(tags.WIDTH) * found.one(tags.HEIGHT) + _SMALL_TILE:
        raise ValueError("the tiles are far larger than the picture")


def is_ycbcr(found: Tags) -> bool:
    """Return whether a picture has brightness and two colour differences."""
    return found.one(tags.PHOTOMETRIC) == _YCBCR


def is_plain(found: Tags) -> bool:
    """Return whether a picture has what Pillow reads: up to 8 bits, unsigned, pixel by pixel."""
    bits, kinds = found.values.get(tags.BITS, (1,)), found.values.get(tags.FORMAT, (1,))
    planar = (
        found.one(tags.PLANAR, 1) == 2
        and found.one(tags.SAMPLES, 1) > 1
        and found.one(tags.COMPRESSION, 1) in COMPRESSIONS
        and not is_ycbcr(found)
    )
    big = found.large and found.order == ">"
    return (
        {*bits} <= {1, 2, 4, 8}
        and all(_FORMATS.get(kind) == "u" for kind in kinds)
        and not (planar or big or stated_depth(found))
    )


def stated_depth(found: Tags) -> int:
    """Return the depth of the values where it is below that of the samples; else 0.

    A largest value that is no depth's is that of the picture by chance.
    """
    largest, bits = found.one(tags.LARGEST), found.one(tags.BITS, 1)
    depth = largest.bit_length()
    return depth if 0 < depth < bits and largest == 2**depth - 1 else 0


def layout(data: bytes, found: Tags) -> Blocks:
    """Return where the samples of a picture lie.

    Parameters
    ----------
    data : bytes
        The file.
    found : Tags
        Its tags.

    Raises
    ------
    NotRead
        If the samples are of a type, or packed in a way, that is not read.
    ValueError, KeyError
        If the tags contradict one another, or lack what is needed.
    """
    one, values = found.one, found.values
    shape, samples = Shape(one(tags.HEIGHT), one(tags.WIDTH)), one(tags.SAMPLES, 1)
    kind, bits = _numbers(found)
    compression, predictor = one(tags.COMPRESSION, 1), one(tags.PREDICTOR, 1)
    if compression not in COMPRESSIONS:
        deep = f" for {_SPOKEN[kind]}samples of {bits} bits" if compression in _COMMON else ""
        raise NotRead(_compression(found) + deep, _PACKED)
    if predictor not in (1, 2, 3) or predictor > 1 and bits % 8 or predictor == 3 and kind != "f":
        raise NotRead(f"predictor {predictor} for {_SPOKEN[kind]}samples of {bits} bits", _PACKED)
    tiled = tags.TILE_OFFSETS in values
    if tiled:
        block = Shape(one(tags.TILE_HEIGHT), one(tags.TILE_WIDTH))
    else:
        block = Shape(min(one(tags.ROWS) or shape.height, shape.height), shape.width)
    if min(*shape, *block, samples) < 1:
        raise ValueError("the picture or its tiles have no size")
    planar = one(tags.PLANAR, 1) == 2 and samples > 1
    starts = values[tags.TILE_OFFSETS if tiled else tags.OFFSETS]
    counts = values.get(tags.TILE_COUNTS if tiled else tags.COUNTS, ())
    needed = -(-shape.width // block.width) * -(-shape.height // block.height)
    if len(starts) < needed * (samples if planar else 1):
        raise ValueError("there are fewer strips or tiles than the picture needs")
    if len(counts) < len(starts):
        counts = (len(data),) * len(starts)
    container = bits
    if (
        8 < bits < 16
        and compression == 1
        and counts[0] == 2 * block.area * (1 if planar else samples)
    ):
        container = 16  # the depth is that of the values, not of what holds them
    blocks = Blocks(
        *(data, found.order, shape, block, samples, kind, bits, container, planar),
        *(tuple(zip(starts, counts, strict=False)), compression, predictor),
        reversed=one(tags.FILL_ORDER, 1) == 2,
    )
    if blocks.block_bytes > _MAX_BLOCK and compression != 1:
        raise NotRead(f"a part of {blocks.block_bytes / 1e9:.1f} GB", _PACKED)
    return blocks


def _numbers(found: Tags) -> tuple[str, int]:
    """Return NumPy's code of the samples' type, and their bits."""
    depths = found.values.get(tags.BITS, (1,))
    kinds = {_FORMATS.get(kind, "") for kind in found.values.get(tags.FORMAT, (1,))}
    kind, bits = min(kinds), depths[0]
    if 0 in depths:
        raise ValueError("a sample has no bits")
    whole = {"u": (*range(1, 17), 32, 64), "i": (8, 16, 32, 64), "f": (16, 32, 64)}
    if len(kinds) > 1 or len({*depths}) > 1 or bits not in whole.get(kind, ()):
        several = " and ".join(map(str, sorted({*depths})[:4]))
        raise NotRead(f"{_SPOKEN[kind]}samples of {several} bits", "save it with 8 or 16 bits")
    return kind, bits
