"""Uploaded pictures: re-encoded, without metadata, described, and served strictly."""

import errno
import io
import os
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image, ImageCms

from blog.models import Article
from content.share_picture import name_of
from pages import pictures
from pages.models import Page, Picture, Provider
from pages.pictures import PictureRefused, encode

pytestmark = pytest.mark.django_db
SECRET = b"45.5017N 73.5673W Somebody's Camera"


@pytest.fixture(autouse=True)
def _uploads(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def photo(width: int = 800, height: int = 600, kind: str = "JPEG", mode: str = "RGB", **options) -> bytes:
    image = Image.linear_gradient("L").resize((width, height)).convert(mode)
    if mode == "RGBA":
        image.putalpha(100)
    out = io.BytesIO()
    image.save(out, kind, **options)
    return out.getvalue()


def with_metadata(orientation: int = 1) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    exif[0x010E] = SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    return photo(exif=exif, icc_profile=profile, comment=SECRET)


def opened(content: bytes) -> Image.Image:
    return Image.open(io.BytesIO(content))


def test_a_picture_is_re_encoded_in_each_width_without_metadata():
    original = with_metadata()
    assert SECRET in original
    encoded = encode(io.BytesIO(original))
    assert list(encoded.files) == [320, 640, 800]
    for width, content in encoded.files.items():
        image = opened(content)
        assert (image.format, image.width) == ("WEBP", width)
        assert not image.getexif()
        assert "icc_profile" not in image.info
        assert SECRET not in content
    assert encoded.height == 600


def test_a_picture_taken_sideways_stands_upright():
    encoded = encode(io.BytesIO(with_metadata(orientation=6)))
    assert opened(encoded.files[600]).size == (600, 800)


@pytest.mark.parametrize(
    ("width", "widths"),
    [
        pytest.param(100, [100], id="small stays small"),
        pytest.param(640, [320, 640], id="as wide as one of ours"),
        pytest.param(3000, [320, 640, 1280, 1600], id="large is made smaller"),
    ],
)
def test_the_widths(width, widths):
    assert list(encode(io.BytesIO(photo(width, 50))).files) == widths


def test_a_picture_that_is_too_tall_for_its_format_is_refused():
    assert encode(io.BytesIO(photo(1, 16_383))).height == 16_383
    with pytest.raises(PictureRefused, match="too tall for its width"):
        encode(io.BytesIO(photo(1, 20_000)))


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
@pytest.mark.slow
def test_see_through_parts_stay(kind):
    encoded = encode(io.BytesIO(photo(kind=kind, mode="RGBA")))
    assert opened(encoded.files[320]).mode == "RGBA"


def moving() -> bytes:
    out = io.BytesIO()
    frames = [Image.new("RGB", (50, 50), color) for color in ("red", "blue")]
    frames[0].save(out, "WEBP", save_all=True, append_images=frames[1:])
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"<svg onload=alert(1)>", id="svg"),
        pytest.param(b"<html>", id="a page"),
        pytest.param(photo()[:2000], id="a damaged photo"),
        pytest.param(photo(kind="GIF", mode="L"), id="gif"),
        pytest.param(photo(kind="TIFF"), id="tiff"),
        pytest.param(moving(), id="a moving picture"),
    ],
)
def test_anything_else_is_refused(content):
    with pytest.raises(PictureRefused):
        encode(io.BytesIO(content))


@pytest.mark.parametrize(("tag", "at"), [(b"\x01\x0e", 0xD3), (b"\x01\x3f", 0x02), (b"\x01\x03", 0x97)])
def test_a_photo_whose_settings_are_damaged_is_refused(tag, at):
    """Of these Pillow raises what is neither an OSError nor a ValueError."""
    first = tag + b"\x00\x02\x00\x00\x00\x02x\x00\x00\x00" + b"\x01\x12\x00\x03\x00\x00\x00\x01\x00\x06\x00\x00"
    place = b"\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x002" + bytes([0, 0, 0, 0, 0, at])
    within = b"\x00\x01\x00\x02\x00\x00\x00\x02N\x00\x00\x00" + b"\x00\x02\x00\x05\x00\x00\x00\x03\x00\x00\x00P"
    degrees = bytes(4) + b"".join(number.to_bytes(4, "big") for number in (1, 1, 2, 1, 3, 1))
    settings = b"Exif\x00\x00MM\x00*\x00\x00\x00\x08\x00\x03" + first + place + within + degrees
    with pytest.raises(PictureRefused, match="damaged"):
        encode(io.BytesIO(photo(exif=settings)))


def test_too_many_pixels_are_refused_before_they_are_read(monkeypatch):
    content = photo()
    monkeypatch.setattr(pictures, "MOST_PIXELS", 800 * 600 - 1)
    monkeypatch.setattr(Image.Image, "convert", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(PictureRefused, match="pixels"):
        encode(io.BytesIO(content))


def upload(superuser, content: bytes = b"", **fields):
    file = SimpleUploadedFile("IMG_0001.jpg", content or photo(), "image/jpeg")
    return superuser.post("/admin/pages/picture/add/", {"upload": file, "name": "Room", "alt": "A quiet room."} | fields)


def test_an_upload_needs_a_description(superuser):
    response = upload(superuser, alt="")
    assert response.status_code == 200
    assert "alt" in response.context["adminform"].form.errors
    assert not Picture.objects.exists()


def test_a_full_disk_is_told_in_the_form_and_leaves_nothing_behind(superuser, monkeypatch, tmp_path):
    write, written = Path.write_bytes, []

    def until_full(path, content):
        written.append(path)
        if len(written) == 2:
            write(path, content[:10])
            raise OSError(errno.ENOSPC, "No space left on device")
        return write(path, content)

    with monkeypatch.context() as full:
        full.setattr(Path, "write_bytes", until_full)
        response = upload(superuser)
    assert response.status_code == 200
    assert "its disk may be full" in response.content.decode()
    assert (len(written), list((tmp_path / "pictures").iterdir()), Picture.objects.count()) == (2, [], 0)
    # What a process that was ended left behind goes with the next upload; what is being written stays.
    left, fresh = (tmp_path / "pictures" / name for name in ("left.1.part", "fresh.2.part"))
    for path in (left, fresh):
        path.write_bytes(b"RIFF")
    os.utime(left, (1, 1))
    assert upload(superuser).status_code == 302
    assert [left.exists(), fresh.exists()] == [False, True]
    assert Picture.objects.count() == 1
    assert len(list((tmp_path / "pictures").glob("*.webp"))) == 3


def test_an_upload_that_is_no_picture_is_told_so(superuser):
    response = upload(superuser, b"<svg>")
    assert "not a JPEG" in response.content.decode()
    assert not Picture.objects.exists()


def test_a_large_upload_is_not_read(superuser, monkeypatch):
    monkeypatch.setattr("clinic_site.upload_limit.LARGEST_REQUEST", 1000)
    response = upload(superuser)
    assert response.status_code == 200
    assert "upload" in response.context["adminform"].form.errors


def test_the_same_picture_is_kept_once(superuser):
    assert upload(superuser).status_code == 302
    assert "already been uploaded" in upload(superuser).content.decode()
    assert Picture.objects.count() == 1


def test_a_picture_is_served_strictly_and_only_while_a_row_names_it(superuser, client):
    upload(superuser)
    picture = Picture.objects.get()
    client.logout()
    response = client.get(picture.url)
    content = b"".join(response.streaming_content)
    assert response.status_code == 200
    assert opened(content).size == (picture.width, picture.height) == (800, 600)
    assert response["Content-Type"] == "image/webp"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert "immutable" in response["Cache-Control"]
    assert not response.cookies
    for wrong in (picture.url.replace("-800", "-801"), picture.url.replace("-800", "-0"), "/pictures/../secret.webp"):
        assert client.get(wrong).status_code == 404


def test_a_picture_that_cannot_be_read_is_not_found_and_no_error_of_the_page(superuser, client, monkeypatch):
    """As after a restore by another account."""
    upload(superuser)
    picture = Picture.objects.get()
    Page.objects.create(key="faqs", title="Questions", browser_title="Q", description="Q", updated_on="2026-01-01")

    urls = (picture.url, f"/share/{name_of('Questions')}.png")

    def refuse(*_, **__):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("pathlib.Path.open", refuse)
    monkeypatch.setattr("content.share_picture.draw", lambda _: refuse())
    for url in urls:
        assert client.get(url).status_code == 404, url


def test_deleting_a_picture_removes_its_files(superuser, django_capture_on_commit_callbacks):
    upload(superuser)
    picture = Picture.objects.get()
    assert len(list(pictures.folder().iterdir())) == 3
    with django_capture_on_commit_callbacks(execute=True):
        superuser.post(f"/admin/pages/picture/{picture.pk}/delete/", {"post": "yes"})
    assert list(pictures.folder().iterdir()) == []
    assert superuser.get(picture.url).status_code == 404


def test_pictures_stand_on_articles_and_profiles_with_their_sizes(superuser, client):
    upload(superuser)
    picture = Picture.objects.get()
    Page.objects.create(key="meet-our-providers", title="P", browser_title="P", description="P", updated_on="2026-01-01")
    Provider.objects.create(name="Real Person", is_published=True, portrait=picture)
    common = {"browser_title": "A", "description": "D", "summary": "S", "updated_on": "2026-01-01"}
    Article.objects.create(slug="one", title="One", published_at=datetime(2026, 1, 1, tzinfo=UTC), picture=picture, **common)
    for path in ("/meet-our-providers/", "/blog/one/"):
        (image,) = re.findall(r"<img [^>]*>", client.get(path).content.decode())
        assert f'src="{picture.url}"' in image
        assert f"{picture.smallest_url} 320w" in image
        assert 'alt="A quiet room."' in image
