"""Converts pictures of any mode to plain 8-bit sRGB."""

import io
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageCms

from dreamlab.images.background import COLOURS, chosen, rgba, shines_through
from dreamlab.images.encoding import Encoding, encoding
from dreamlab.images.levels import Levels, levels, levels_of_depth
from dreamlab.images.strips import strips

#: Colour space in an ICC header to the picture mode that the profile describes.
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

#: Pixels that are converted to RGB at a time. The conversion takes up to 40 bytes per pixel, too
#: many for all pixels of a large picture at once.
_STRIP = 1 << 19


class Plain(NamedTuple):
    """A picture in plain 8-bit sRGB.

    Parameters
    ----------
    picture : PIL.Image.Image
        The picture, mode ``"RGB"``.
    notes : list of str
        What changed in it, as ends of sentences about it.
    transparent : bool
        Whether a background shows through it.
    """

    picture: Image.Image
    notes: list[str]
    transparent: bool = False


def to_rgb(
    picture: Image.Image,
    *,
    width: int | None = None,
    across: float | None = None,
    background: str = "auto",
) -> Plain:
    """Convert a decoded picture to 8-bit sRGB, without transparency and without a profile.

    Transparent parts are composited over the background. A valid embedded ICC profile is applied,
    and an invalid one is ignored. Where there is none, what `dreamlab.images.encoding` finds in the
    picture's ``info`` is applied. 16-bit greyscale is scaled to 8 bit. `dreamlab.images.levels`
    tells black and white of 32-bit and float greyscale.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture of any mode.
    width : int, optional
        Width to scale to with Lanczos's filter, in pixels; the height stays as it is. Scaling the
        height afterwards gives the same as scaling both at once.
    across : float, optional
        Part of the picture's width that is scaled to `width`, in pixels; by default all of it.
    background : str
        Name of the background, of `dreamlab.images.background.BACKGROUND`.

    Returns
    -------
    Plain
        The picture, and what is to be said of it.
    """
    width = width or picture.width
    across = across or picture.width
    transparent = shines_through(picture)
    notes: list[str] = []
    if transparent and background == "auto":
        background = chosen(picture)
        if background != "white":
            notes.append(
                f"is transparent, and {background} is behind it, "
                "as more shows on that than on white"
            )
    convert, more = _conversion(picture, COLOURS[background] if transparent else None)
    whole = Image.new("RGB", (width, picture.height))
    for top, strip in strips(picture, _STRIP):
        box = (0, 0, across, strip.height)
        rgb = convert(strip)
        whole.paste(rgb.resize((width, strip.height), Image.Resampling.LANCZOS, box), (0, top))
    return Plain(whole, notes + more, transparent)


def has_profile(picture: Image.Image) -> bool:
    """Return whether a picture has a valid ICC profile, which `to_rgb` applies."""
    return _transform(picture) is not None


def _conversion(
    picture: Image.Image, behind: int | None
) -> tuple[Callable[[Image.Image], Image.Image], list[str]]:
    """Return what turns a strip of a picture to RGB, over a grey if any, and notes on it."""
    code = encoding(picture.info)
    if picture.mode.startswith("I;16"):
        parts = (np.asarray(strip) for _, strip in strips(picture, _STRIP))
        return _grey(levels_of_depth(picture.info.get("sbit", 16), parts), code), []
    if picture.mode in ("I", "F"):
        found = _levels_32(picture)
        return _grey(found, code), found.note()
    coloured = _coloured(picture, code)
    if not picture.has_transparency_data:
        return coloured, []
    if behind is None:
        return lambda strip: coloured(rgba(strip)), []

    def composited(strip: Image.Image) -> Image.Image:
        strip = rgba(strip)
        rgb = coloured(strip)
        rgb.putalpha(strip.getchannel("A"))
        ground = Image.new("RGBA", strip.size, (behind, behind, behind, 255))
        return Image.alpha_composite(ground, rgb).convert("RGB")

    return composited, []


def _coloured(picture: Image.Image, code: Encoding | None) -> Callable[[Image.Image], Image.Image]:
    """Return what turns the colours of a strip to sRGB, whatever its transparency."""
    transform = _transform(picture)
    if transform is not None:
        return lambda strip: transform.apply(strip.convert(transform.input_mode))
    if code is not None:
        return lambda strip: Image.fromarray(code.pixels_to_srgb(np.asarray(strip.convert("RGB"))))
    return lambda strip: strip.convert("RGB")


def _grey(found: Levels, code: Encoding | None) -> Callable[[Image.Image], Image.Image]:
    def convert(strip: Image.Image) -> Image.Image:
        values = found.scaled(np.asarray(strip))
        if code is not None:
            values = code.to_srgb(values)
        return Image.fromarray(np.rint(values * 255).astype(np.uint8)).convert("RGB")

    return convert


def _levels_32(picture: Image.Image) -> Levels:
    low, high = np.inf, -np.inf
    for _, strip in strips(picture, _STRIP):
        values = np.asarray(strip, dtype=np.float64)
        values = values[np.isfinite(values)]
        low, high = values.min(initial=low), values.max(initial=high)
    low, high = (low, high) if low <= high else (0.0, 0.0)
    return levels("f" if picture.mode == "F" else "i", 32, low, high)


def _transform(picture: Image.Image) -> ImageCms.ImageCmsTransform | None:
    """Return the transform of a picture's ICC profile to sRGB; None without a valid profile."""
    mode = "RGB" if picture.has_transparency_data else picture.mode
    if mode == "LAB":  # Pillow's own convert lacks this mode
        return _to_srgb(ImageCms.createProfile("LAB"), mode)
    try:
        profile = ImageCms.ImageCmsProfile(io.BytesIO(picture.info["icc_profile"]))
        profile_mode = _PROFILE_MODES[profile.profile.xcolor_space.strip()]
        fits = mode != "CMYK" if profile_mode == "RGB" else mode == profile_mode
        return _to_srgb(profile, profile_mode) if fits else None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, KeyError):
        return None


def _to_srgb(
    profile: ImageCms.ImageCmsProfile | ImageCms.core.CmsProfile, mode: str
) -> ImageCms.ImageCmsTransform:
    return ImageCms.buildTransform(profile, ImageCms.createProfile("sRGB"), mode, "RGB")
