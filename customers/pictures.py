"""A photograph as it comes from a phone → a picture that may be kept (REQUIREMENTS C8)."""

import io

from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

MOST_BYTES = 20 * 1024 * 1024
MOST_PIXELS = {"JPEG": 89_000_000, "PNG": 25_000_000, "WEBP": 25_000_000}
"""As phones take them; a small file that says it has more is made to fill the memory. JPEG is read at a fraction."""
MOST_PROGRESSIVE = 25_000_000
"""A JPEG that builds up in passes is held in memory as a whole; cameras write none."""
WIDEST = 2000
"""A card is read well at that; the original weighs ten times as much."""
FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 82
HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
"""How the photos of iPhones begin, where nothing on their way has made JPEG of them."""
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, Image.DecompressionBombError)


class NoPicture(Exception):
    """It cannot be kept; the message is for the person who sent it."""


def refuse_large(size: int):
    if size > MOST_BYTES:
        raise NoPicture(_("The picture is larger than %(megabytes)d MB.") % {"megabytes": MOST_BYTES // 1024**2})


def cleaned(data: bytes) -> bytes:
    """The picture alone, upright, as a new JPEG: no place, no camera, nothing hidden behind it. Raises NoPicture.

    What it is, its first bytes say, not its name.
    """
    refuse_large(len(data))
    if not data:
        raise NoPicture(_("The file is empty."))
    if data[4:8] == b"ftyp" and data[8:12] in HEIC_BRANDS:
        raise NoPicture(
            _(
                "This is a photo in the iPhone's own format (HEIC), which cannot be read here. On the iPhone choose "
                "Settings > Camera > Formats > Most Compatible and take it anew, or send a screenshot of the photo."
            )
        )
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as picture:
            _refuse_endless(picture)
            picture.draft("RGB", (WIDEST, WIDEST))
            picture.thumbnail((2 * WIDEST, 2 * WIDEST))
            upright = ImageOps.exif_transpose(picture)
            upright.thumbnail((WIDEST, WIDEST))
            return _jpeg(upright)
    except BROKEN:
        raise NoPicture(_("This is no picture that can be read. Please send a photo as JPEG or PNG.")) from None


def _refuse_endless(picture):
    most = MOST_PROGRESSIVE if picture.info.get("progressive") else MOST_PIXELS[picture.format]
    if picture.width * picture.height > most:
        raise NoPicture(_("The picture has too many pixels."))


def _jpeg(picture) -> bytes:
    """On white, where it was transparent."""
    if picture.mode in {"RGBA", "LA", "P", "PA"}:
        with_alpha = picture.convert("RGBA")
        flat = Image.new("RGB", picture.size, "white")
        flat.paste(with_alpha, mask=with_alpha.getchannel("A"))
    else:
        flat = picture.convert("RGB")
    flat.info = {}  # a comment would be written along
    made = io.BytesIO()
    flat.save(made, "JPEG", quality=QUALITY, optimize=True)
    return made.getvalue()
