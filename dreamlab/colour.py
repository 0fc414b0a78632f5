"""Pictures of any mode brought to plain 8-bit sRGB."""

import io

import numpy as np
from PIL import Image, ImageCms

#: Colour space in an ICC header to the picture mode that such a profile describes.
_PROFILE_MODES = {"RGB": "RGB", "GRAY": "L", "CMYK": "CMYK"}


def to_rgb(picture: Image.Image) -> Image.Image:
    """Bring a decoded picture to 8-bit sRGB: no transparency, no profile.

    Transparent parts come to lie over white. An embedded ICC profile is followed where it is
    valid and ignored where it is not. 16-bit greyscale is scaled to 8 bit. 32-bit and float
    greyscale has no agreed white: values that all lie in 0 to 1 are taken as they are, others
    are stretched, the lowest to black and the highest to white.

    Parameters
    ----------
    picture : PIL.Image.Image
        A loaded picture of any mode.

    Returns
    -------
    PIL.Image.Image
        Mode ``"RGB"``, same size.
    """
    if picture.mode.startswith("I;16"):
        # 65535 / 255 = 257; without this Pillow clips at 255.
        grey = np.asarray(picture).astype(np.float32) / 257
        return _grey(grey)
    if picture.mode in ("I", "F"):
        return _grey(_stretched(np.asarray(picture, dtype=np.float64)) * 255)
    profile = picture.info.get("icc_profile")
    if picture.has_transparency_data:
        picture = _over_white(picture)
    if profile:
        picture = _followed(picture, profile)
    if picture.mode == "LAB":  # Pillow's own convert does not know this one
        lab = ImageCms.createProfile("LAB")
        return _transformed(picture, lab)
    return picture.convert("RGB")


def _grey(values: np.ndarray) -> Image.Image:
    return Image.fromarray(np.rint(values).astype(np.uint8)).convert("RGB")


def _stretched(values: np.ndarray) -> np.ndarray:
    finite = np.isfinite(values)
    if not finite.any():
        return np.zeros_like(values)
    low, high = values[finite].min(), values[finite].max()
    values = np.nan_to_num(values, nan=low, posinf=high, neginf=low)
    if low >= 0 and high <= 1:
        return values
    # Halved before the difference is taken, which would pass the largest float otherwise.
    span = high / 2 - low / 2
    return (values / 2 - low / 2) / (span or 1.0)


def _over_white(picture: Image.Image) -> Image.Image:
    picture = picture.convert("RGBA")
    white = Image.new("RGBA", picture.size, "white")
    return Image.alpha_composite(white, picture).convert("RGB")


def _followed(picture: Image.Image, profile: bytes) -> Image.Image:
    """Apply an ICC profile, or return the picture as it is if the profile is no good."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        mode = _PROFILE_MODES.get(opened.profile.xcolor_space.strip())
        if mode == "RGB" and picture.mode not in ("CMYK", "LAB"):
            picture = picture.convert("RGB")
        if picture.mode != mode:
            return picture
        return _transformed(picture, opened)
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return picture


def _transformed(picture: Image.Image, profile: object) -> Image.Image:
    return ImageCms.profileToProfile(
        picture, profile, ImageCms.createProfile("sRGB"), outputMode="RGB"
    )
