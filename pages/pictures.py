"""Re-encodes uploaded pictures as WebP in a few widths, so that the uploaded file itself is never served."""

import contextlib
import hashlib
import io
import os
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from PIL import Image, ImageCms, ImageOps

from .models import Picture

MOST_BYTES = 12_000_000
MOST_PIXELS = 50_000_000
WIDTHS = (320, 640, 1280)
WIDEST = 1600
_FORMATS = ("JPEG", "PNG", "WEBP")
_QUALITY = 80
# WebP has no taller ones.
_TALLEST = 16_383
# No upload takes as long: what is older and not complete never will be.
_UNFINISHED_SECONDS = 3600


class PictureRefused(Exception):
    """The upload is not accepted; the message tells the user why."""


@dataclass(frozen=True)
class EncodedPicture:
    """WebP bytes by width in pixels; `height` belongs to the widest."""

    digest: str
    height: int
    files: dict[int, bytes]


def encode(upload: BinaryIO) -> EncodedPicture:
    """Encodes the picture upright, in sRGB, without metadata. Raises PictureRefused."""
    image = _upright(upload)
    widths = [width for width in WIDTHS if width < image.width] + [min(image.width, WIDEST)]
    if round(image.height * max(widths) / image.width) > _TALLEST:
        raise PictureRefused(
            f"This picture is too tall for its width: it would be more than {_TALLEST:,} pixels high. Crop it first."
        )
    files = {}
    for width in sorted(set(widths)):
        size = (width, max(1, round(image.height * width / image.width)))
        out = io.BytesIO()
        image.resize(size, Image.Resampling.LANCZOS).save(out, "WEBP", quality=_QUALITY, method=6)
        files[width] = out.getvalue()
    return EncodedPicture(hashlib.sha256(files[max(files)]).hexdigest(), size[1], files)


def _upright(upload: BinaryIO) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image: Image.Image = Image.open(upload, formats=_FORMATS)
        if image.width * image.height > MOST_PIXELS:
            raise PictureRefused(f"This picture has more than {MOST_PIXELS // 1_000_000} million pixels. Make it smaller first.")
        if getattr(image, "n_frames", 1) > 1:
            raise PictureRefused("Animated pictures are not accepted.")
        # A large photo is read at a fraction of its size.
        image.draft("RGB", (2 * WIDEST, 2 * WIDEST))
        profile = image.info.get("icc_profile")
        image = ImageOps.exif_transpose(image)
        has_alpha = "A" in image.getbands() or "transparency" in image.info
        image = _in_srgb(image.convert("RGBA" if has_alpha else "RGB"), profile)
    except (Image.DecompressionBombWarning, Image.DecompressionBombError) as error:
        raise PictureRefused("This picture has too many pixels. Make it smaller first.") from error
    except PictureRefused:
        raise
    except Exception as error:
        # Of damaged bytes Pillow raises whatever its reading met, as `struct.error` and `TypeError` for a photo's settings.
        raise PictureRefused("This file is not a JPEG, PNG or WebP picture, or it is damaged.") from error
    # A new image takes over the pixels and nothing else.
    fresh = Image.new(image.mode, image.size)
    fresh.paste(image)
    return fresh


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    if not profile:
        return image
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        return ImageCms.profileToProfile(image, source, ImageCms.createProfile("sRGB"), outputMode=image.mode) or image
    except (ImageCms.PyCMSError, OSError):
        return image


def folder() -> Path:
    return Path(settings.MEDIA_ROOT) / "pictures"


def store(picture: Picture, encoded: EncodedPicture) -> None:
    """Fills the row and writes its files: all of them complete, or none. Does not save the row. Raises PictureRefused."""
    picture.digest, picture.widths = encoded.digest, sorted(encoded.files)
    picture.width, picture.height = picture.widths[-1], encoded.height
    written: list[Path] = []
    try:
        folder().mkdir(parents=True, exist_ok=True)
        for width, content in encoded.files.items():
            path = folder() / picture.file_name(width)
            unfinished = path.with_suffix(f".{os.getpid()}.part")
            # A file that is there already is another upload's of the same picture.
            written += [unfinished] if path.exists() else [unfinished, path]
            unfinished.write_bytes(content)
            unfinished.replace(path)
        _sweep()
    except OSError as error:
        for path in written:
            path.unlink(missing_ok=True)
        raise PictureRefused(
            "The server could not store this picture: its disk may be full. Nothing of it was kept. Tell the person who runs it."
        ) from error


def _sweep() -> None:
    """Removes what a process left half written when it was ended. The folder's own time, just set, tells how old that is."""
    latest = folder().stat().st_mtime
    for unfinished in folder().glob("*.part"):
        with contextlib.suppress(FileNotFoundError):
            if latest - unfinished.stat().st_mtime > _UNFINISHED_SECONDS:
                unfinished.unlink()


def delete_files(picture: Picture) -> None:
    """Deletes the files. Call it after the row's deletion is committed."""
    for width in picture.widths:
        (folder() / picture.file_name(width)).unlink(missing_ok=True)
