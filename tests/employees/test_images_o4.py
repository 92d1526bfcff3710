"""O4: what becomes of an uploaded image, and who gets to see it."""

from __future__ import annotations

import io
import json
import struct
import subprocess
import sys
import zlib
from typing import Any

import pytest
from PIL import Image, ImageCms

from employees.images import (
    MOVING,
    SCANS,
    SIDE,
    TOO_LARGE,
    TOO_MANY_PIXELS,
    UNREADABLE,
    BadImage,
    Crop,
    square_image,
)
from tests.employees.people import picture
from tests.project_tree import ROOT

RED, BLUE = (200, 30, 30), (30, 30, 200)


def result(content: bytes, crop: Crop | None = None) -> Image.Image:
    made = square_image(io.BytesIO(content), size=len(content), crop=crop or Crop())
    image = Image.open(io.BytesIO(made))
    image.load()
    return image


def halves(size: tuple[int, int] = (400, 200)) -> Image.Image:
    """Red on the left, blue on the right."""
    image = Image.new("RGB", size, RED)
    image.paste(BLUE, (size[0] // 2, 0, *size))
    return image


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def is_near(found: Any, wanted: tuple[int, int, int]) -> bool:
    return all(abs(a - b) < 25 for a, b in zip(found, wanted, strict=True))


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        ("PNG", "RGB"),
        ("PNG", "RGBA"),
        ("PNG", "P"),
        ("PNG", "1"),
        ("PNG", "L"),
        ("PNG", "LA"),
        ("PNG", "I;16"),
        ("JPEG", "RGB"),
        ("JPEG", "L"),
        ("JPEG", "CMYK"),
        ("WEBP", "RGB"),
        ("WEBP", "RGBA"),
    ],
)
def test_O4_every_kind_becomes_a_plain_square(kind: str, mode: str) -> None:
    image = result(picture((90, 60), kind=kind, mode=mode))

    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (SIDE, SIDE))


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3000, 1)])
def test_O4_odd_shapes_work(size: tuple[int, int]) -> None:
    assert result(picture(size)).size == (SIDE, SIDE)


def test_O4_without_a_choice_the_middle_is_cut_out() -> None:
    image = result(saved(halves(), "PNG"))

    assert is_near(image.getpixel((50, 256)), RED)
    assert is_near(image.getpixel((460, 256)), BLUE)


@pytest.mark.parametrize(
    ("crop", "colour"),
    [
        (Crop(0.0, 0.5, 1.0), RED),
        (Crop(1.0, 0.5, 1.0), BLUE),
        (Crop(0.25, 0.25, 0.3), RED),
        (Crop(0.9, 0.9, 0.0), BLUE),
    ],
)
def test_O4_the_chosen_square_is_cut_out(crop: Crop, colour: tuple[int, int, int]) -> None:
    image = result(saved(halves(), "PNG"), crop)

    for place in ((5, 5), (506, 506), (256, 256)):
        assert is_near(image.getpixel(place), colour)


@pytest.mark.parametrize("turn", range(1, 9))
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_O4_the_cameras_turn_is_applied_before_the_crop(turn: int, kind: str) -> None:
    """The file is written so that, turned as it says, red is on the left of the wide image."""
    back = {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    image = halves()
    for step in back.get(turn, []):
        image = image.transpose(step)
    exif = Image.Exif()
    exif[0x0112] = turn
    content = saved(image, kind, exif=exif)

    left, right = result(content, Crop(0.0, 0.5, 1.0)), result(content, Crop(1.0, 0.5, 1.0))

    assert is_near(left.getpixel((10, 256)), RED)
    assert is_near(left.getpixel((500, 256)), RED)
    assert is_near(right.getpixel((10, 256)), BLUE)


def test_O4_transparent_parts_are_white() -> None:
    image = result(picture((60, 60), mode="RGBA", colour=(0, 0, 0, 0)))

    assert image.getpixel((256, 256)) == (255, 255, 255)


def test_O4_no_metadata_and_no_second_file_survives() -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET-CAMERA"
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = saved(halves(), "JPEG", exif=exif, icc_profile=profile, comment=b"SECRET-COMMENT")
    polyglot = content + b"PK\x03\x04SECRET<script>alert(1)</script>"

    made = square_image(io.BytesIO(polyglot), size=len(polyglot))

    assert b"SECRET" not in made
    assert b"script" not in made
    assert not Image.open(io.BytesIO(made)).getexif()
    assert "icc_profile" not in Image.open(io.BytesIO(made)).info


def test_O4_colours_are_those_of_the_profile() -> None:
    """In Lab's own white point nothing is as red as its numbers say."""
    broken = saved(halves(), "JPEG", icc_profile=b"nonsense")

    assert is_near(result(broken, Crop(0.0, 0.5, 1.0)).getpixel((256, 256)), RED)


def png_that_claims(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + checksum

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    data = chunk(b"IDAT", zlib.compress(b"\0" * 1000))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + data + chunk(b"IEND", b"")


def webp_that_claims(width: int, height: int) -> bytes:
    plain = bytearray(picture((10, 10), kind="WEBP", lossless=True))
    plain[21:25] = struct.pack("<I", (width - 1) | ((height - 1) << 14))
    return bytes(plain)


def jpeg_of_scans(number: int) -> bytes:
    """The last scan again and again: a few bytes, each of them a walk over the whole image."""
    plain = saved(Image.new("L", (40, 30)), "JPEG", progressive=True)
    scans = plain[:-2].split(b"\xff\xda")
    more = number - len(scans) + 1
    return b"\xff\xda".join([*scans, *scans[-1:] * more]) + plain[-2:]


def moving(kind: str) -> bytes:
    frames = [Image.new("RGB", (20, 20), colour) for colour in (RED, BLUE)]
    return saved(frames[0], kind, save_all=True, append_images=frames[1:], duration=100)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", UNREADABLE),
        (b"not an image", UNREADABLE),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", UNREADABLE),
        (picture(kind="GIF"), UNREADABLE),
        (picture(kind="BMP"), UNREADABLE),
        (picture(kind="TIFF"), UNREADABLE),
        (saved(Image.effect_noise((300, 300), 90), "PNG")[:2000], UNREADABLE),
        (saved(Image.effect_noise((300, 300), 90), "JPEG")[:2000], UNREADABLE),
        (saved(Image.effect_noise((300, 300), 90), "WEBP")[:2000], UNREADABLE),
        (png_that_claims(5001, 5000), TOO_MANY_PIXELS),
        (png_that_claims(60_000, 60_000), TOO_MANY_PIXELS),
        (png_that_claims(100, 100), UNREADABLE),
        (webp_that_claims(16_000, 16_000), TOO_MANY_PIXELS),
        (jpeg_of_scans(SCANS + 1), UNREADABLE),
        (moving("PNG"), MOVING),
        (moving("WEBP"), MOVING),
    ],
)
def test_O4_what_is_no_good_image_is_refused_with_the_reason(content: bytes, text: str) -> None:
    with pytest.raises(BadImage) as refusal:
        square_image(io.BytesIO(content), size=len(content))

    assert str(refusal.value) == text


def test_O4_scans_of_a_jpeg_are_counted_and_nothing_that_only_looks_like_one() -> None:
    looks_like_one = b"\xff\xda" * (SCANS + 1)
    fine = [
        jpeg_of_scans(SCANS),
        saved(Image.effect_noise((300, 300), 90), "JPEG", progressive=True),
        saved(Image.effect_noise((300, 300), 90), "JPEG", restart_marker_blocks=1),
        saved(Image.new("RGB", (20, 20)), "JPEG", comment=looks_like_one),
        saved(Image.new("RGB", (20, 20)), "JPEG") + looks_like_one,
    ]

    for content in fine:
        square_image(io.BytesIO(content), size=len(content))


def test_O4_a_large_file_is_not_even_opened() -> None:
    with pytest.raises(BadImage, match=TOO_LARGE):
        square_image(io.BytesIO(b""), size=10 * 1024 * 1024 + 1)


MEASURE = """
import io, json, resource, sys, time
from PIL import Image
from employees.images import square_image
kind, mode, side = sys.argv[1], sys.argv[2], int(sys.argv[3])
def most():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
content = sys.stdin.buffer.read()
before, began = most(), time.monotonic()
square_image(io.BytesIO(content), size=len(content))
print(json.dumps([most() - before, time.monotonic() - began]))
"""


@pytest.mark.parametrize(
    ("kind", "mode", "side"),
    [("PNG", "RGBA", 5000), ("PNG", "P", 5000), ("JPEG", "CMYK", 5000), ("WEBP", "RGBA", 4000)],
)
def test_O4_the_largest_images_take_under_300_mb_and_10_seconds(
    kind: str, mode: str, side: int
) -> None:
    content = picture((side, side), kind=kind, mode=mode)

    answer = subprocess.run(
        [sys.executable, "-c", MEASURE, kind, mode, str(side)],
        input=content,
        capture_output=True,
        check=True,
        cwd=ROOT,
    )

    megabytes, seconds = json.loads(answer.stdout)
    assert megabytes < 300
    assert seconds < 10
