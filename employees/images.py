"""What becomes of an uploaded image (O4). Pure: bytes in, bytes out, bounded in memory and time.

The result is always a square JPEG drawn anew: nothing of the file survives but its pixels, no
metadata, no second format hidden in it, no colour profile.
"""

from __future__ import annotations

import io
import re
import struct
import warnings
from dataclasses import dataclass
from typing import IO, Final

from PIL import Image, ImageCms

BYTES: Final = 10 * 1024 * 1024
PIXELS: Final = 25_000_000
# Its decoder takes 16 bytes for each of them, four times as many as the others.
WEBP_PIXELS: Final = 16_000_000
# Of a JPEG: each costs a walk over all pixels and can be 40 bytes short. Cameras write 1 to 10.
SCANS: Final = 50
SIDE: Final = 512
QUALITY: Final = 90
FORMATS: Final = ("PNG", "JPEG", "WEBP")
# A photo with more pictures in it (a depth map, say) is a JPEG with an index; the first one counts.
STILL_WITH_MORE: Final = "MPO"
CONTENT_TYPE: Final = "image/jpeg"
SUFFIX: Final = ".jpg"

TOO_LARGE: Final = "ファイルが10MBを超えています。10MB以下の画像を選択してください。"
TOO_MANY_PIXELS: Final = (
    "画像が大きすぎます（2,500万画素まで、WebPは1,600万画素まで）。縮小した画像を選択してください。"
)
UNREADABLE: Final = (
    "画像として読み取れませんでした。PNG・JPEG・WebPのいずれかで保存し直して選択してください。"
)
MOVING: Final = "動く画像は使えません。動かない画像を選択してください。"

# Inside a scan 0xFF is followed by 0x00 or is a mark to restart at.
_end_of_scan = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
_START_OF_SCAN, _END = 0xDA, 0xD9
_WITHOUT_LENGTH: Final = frozenset({0x00, 0x01, *range(0xD0, 0xD9), 0xFF})

_ORIENTATION: Final = 0x0112
_TURNS: Final = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class BadImage(Exception):
    """Its text says, in Japanese, what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Crop:
    """A square of the image as people see it.

    The middle of the square and its side, as shares of the width, the height and the shorter side.
    """

    across: float = 0.5
    down: float = 0.5
    side: float = 1.0


CENTRE: Final = Crop()


def square_image(file: IO[bytes], *, size: int, crop: Crop = CENTRE) -> bytes:
    """A JPEG of SIDE × SIDE. Raises BadImage."""
    if size > BYTES:
        raise BadImage(TOO_LARGE)
    _check_webp(file)
    _check_jpeg(file)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            with Image.open(file, formats=FORMATS) as image:
                return _drawn_anew(image, crop)
    except BadImage:
        raise
    except Image.DecompressionBombError:
        raise BadImage(TOO_MANY_PIXELS) from None
    # What a decoder raises at a broken file depends on how it is broken.
    except Exception as error:
        raise BadImage(UNREADABLE) from error


def _drawn_anew(image: Image.Image, crop: Crop) -> bytes:
    if image.width * image.height > PIXELS:
        raise BadImage(TOO_MANY_PIXELS)
    if image.format != STILL_WITH_MORE and getattr(image, "n_frames", 1) > 1:
        raise BadImage(MOVING)
    turn = image.getexif().get(_ORIENTATION, 1)
    profile = image.info.get("icc_profile")
    box = _box(image.width, image.height, turn, crop)
    if image.mode in {"P", "PA", "1"}:  # their numbers are no colours, nothing to mix
        small = image.crop(_whole(box)).convert("RGBA").resize((SIDE, SIDE))
    else:  # cut and shrunk in one step: no second image of the full size
        gap = None if image.mode.startswith("I") else 3.0
        small = image.resize((SIDE, SIDE), Image.Resampling.LANCZOS, box=box, reducing_gap=gap)
    if turn in _TURNS:
        small = small.transpose(_TURNS[turn])
    out = io.BytesIO()
    _on_white(_in_srgb(small, profile)).save(out, "JPEG", quality=QUALITY, optimize=True)
    return out.getvalue()


def _box(width: int, height: int, turn: int, crop: Crop) -> tuple[float, float, float, float]:
    """The square in the file's own pixels; `crop` speaks of the image after its turn."""
    is_sideways = turn in {5, 6, 7, 8}
    shown = (height, width) if is_sideways else (width, height)
    side = min(shown) * min(max(crop.side, 0.05), 1.0)
    left = _within(crop.across * shown[0] - side / 2, shown[0] - side) / shown[0]
    top = _within(crop.down * shown[1] - side / 2, shown[1] - side) / shown[1]
    corners = (
        _before_turn(turn, left, top),
        _before_turn(turn, left + side / shown[0], top + side / shown[1]),
    )
    across = sorted(corner[0] * width for corner in corners)
    down = sorted(corner[1] * height for corner in corners)
    return (
        max(across[0], 0.0),
        max(down[0], 0.0),
        min(across[1], float(width)),
        min(down[1], float(height)),
    )


def _before_turn(turn: int, across: float, down: float) -> tuple[float, float]:
    return {
        2: (1 - across, down),
        3: (1 - across, 1 - down),
        4: (across, 1 - down),
        5: (down, across),
        6: (down, 1 - across),
        7: (1 - down, 1 - across),
        8: (1 - down, across),
    }.get(turn, (across, down))


def _within(value: float, most: float) -> float:
    return min(max(value, 0.0), max(most, 0.0))


def _whole(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    left, top = int(box[0]), int(box[1])
    return left, top, max(left + 1, round(box[2])), max(top + 1, round(box[3]))


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """As the profile means the colours; without one, or with a broken one, as they are."""
    if profile and image.mode in {"RGB", "CMYK", "L", "RGBA"}:
        try:
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            mode = "RGBA" if image.mode == "RGBA" else "RGB"
            shown = ImageCms.profileToProfile(
                image, given, ImageCms.createProfile("sRGB"), outputMode=mode
            )
        except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
            return image
        return shown or image
    return image


def _on_white(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I") or image.mode == "F":  # 16 bits of grey
        return image.convert("I").point(lambda value: value / 256).convert("L").convert("RGB")
    if image.mode in {"RGBA", "LA", "La", "RGBa", "PA"} or "transparency" in image.info:
        seen = image.convert("RGBA")
        white = Image.new("RGBA", seen.size, "white")
        return Image.alpha_composite(white, seen).convert("RGB")
    return image.convert("RGB")


def _check_webp(file: IO[bytes]) -> None:
    """Before Pillow: its decoder takes memory for the canvas as soon as it opens the file."""
    file.seek(0)
    head = file.read(30)
    file.seek(0)
    if len(head) < 30 or head[:4] != b"RIFF" or head[8:12] != b"WEBP":
        return
    width = height = 0
    if head[12:16] == b"VP8X":
        width = int.from_bytes(head[24:27], "little") + 1
        height = int.from_bytes(head[27:30], "little") + 1
        if head[20] & 0b10:
            raise BadImage(MOVING)
    elif head[12:16] == b"VP8L":
        [bits] = struct.unpack("<I", head[21:25])
        width, height = (bits & 0x3FFF) + 1, ((bits >> 14) & 0x3FFF) + 1
    elif head[12:16] == b"VP8 ":
        width, height = (number & 0x3FFF for number in struct.unpack("<HH", head[26:30]))
    if width * height > WEBP_PIXELS:
        raise BadImage(TOO_MANY_PIXELS)


def _check_jpeg(file: IO[bytes]) -> None:
    file.seek(0)
    content = file.read() if file.read(2) == b"\xff\xd8" else b""
    file.seek(0)
    if _scans_of(content) > SCANS:
        raise BadImage(UNREADABLE)


def _scans_of(content: bytes) -> int:
    """Of the first image in the file (after its first two bytes), as a decoder finds them."""
    scans = place = 0
    while (place := content.find(b"\xff", place)) >= 0 and place + 4 <= len(content):
        marker = content[place + 1]
        if marker == _END:
            break
        if marker in _WITHOUT_LENGTH:
            place += 1 if marker == 0xFF else 2
            continue
        place += 2 + int.from_bytes(content[place + 2 : place + 4], "big")
        if marker == _START_OF_SCAN:
            scans += 1
            end = _end_of_scan.search(content, place)
            place = end.start() if end else len(content)
    return scans
