"""Converts pictures of any mode to plain 8-bit sRGB."""

import io
from collections.abc import Iterator

import numpy as np
from PIL import Image, ImageCms

#: Colour space in an ICC header to the picture mode that the profile describes.
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}

#: Pixels that are converted to RGB at a time. The conversion takes up to 40 bytes per pixel, too
#: many for all pixels of a large picture at once.
_STRIP = 1 << 19


def to_rgb(
    picture: Image.Image, *, width: int | None = None, across: float | None = None
) -> Image.Image:
    """Convert a decoded picture to 8-bit sRGB, without transparency and without a profile.

    Transparent parts are composited over white. A valid embedded ICC profile is applied, an
    invalid one is ignored. 16-bit greyscale is scaled to 8 bit. 32-bit and float greyscale has no
    agreed white: values within 0 to 1 stay as they are; others are stretched, the lowest to black
    and the highest to white.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture of any mode.
    width : int, optional
        Width to scale to with Lanczos's filter, in pixels; the height stays as it is. Scaling the
        height afterwards gives the same as scaling both at once.
    across : float, optional
        Part of the picture's width that is scaled to `width`, in pixels; by default all of it.

    Returns
    -------
    PIL.Image.Image
        Mode ``"RGB"``.
    """
    width = width or picture.width
    across = across or picture.width
    levels = _levels(picture) if picture.mode in ("I", "F") else None
    transform = _transform(picture)
    whole = Image.new("RGB", (width, picture.height))
    for top, strip in _strips(picture):
        box = (0, 0, across, strip.height)
        rgb = _rgb(strip, levels, transform)
        whole.paste(rgb.resize((width, strip.height), Image.Resampling.LANCZOS, box), (0, top))
    return whole


def _strips(picture: Image.Image) -> Iterator[tuple[int, Image.Image]]:
    """Cut a picture into strips; yields the first row of each, and the strip."""
    rows = max(1, _STRIP // picture.width)
    for top in range(0, picture.height, rows):
        bottom = min(top + rows, picture.height)
        yield top, picture.crop((0, top, picture.width, bottom))


def _rgb(
    picture: Image.Image,
    levels: tuple[float, float] | None,
    transform: ImageCms.ImageCmsTransform | None,
) -> Image.Image:
    if picture.mode.startswith("I;16"):
        # 65535 / 255 = 257; without this Pillow clips at 255.
        grey = np.asarray(picture).astype(np.float32) / 257
        return _grey(grey)
    if levels is not None:
        return _grey(_stretched(np.asarray(picture, dtype=np.float64), *levels) * 255)
    if picture.has_transparency_data:
        picture = _over_white(picture)
    if transform is not None:
        return transform.apply(picture.convert(transform.input_mode))
    return picture.convert("RGB")


def _grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(values).astype(np.uint8)).convert("RGB")


def _levels(picture: Image.Image) -> tuple[float, float]:
    """Return the lowest and the highest finite number in a picture; 0 and 0 without any."""
    low, high = np.inf, -np.inf
    for _, strip in _strips(picture):
        values = np.asarray(strip, dtype=np.float64)
        values = values[np.isfinite(values)]
        low, high = values.min(initial=low), values.max(initial=high)
    return (low, high) if low <= high else (0.0, 0.0)


def _stretched(values: np.ndarray, low: float, high: float) -> np.ndarray:
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    if low >= 0 and high <= 1:
        return values
    # The values are halved first, as their difference may exceed the largest float.
    span = high / 2 - low / 2
    return (values / 2 - low / 2) / (span or 1.0)


def _over_white(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


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
