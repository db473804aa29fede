"""Pictures in the sizes and formats that readers get."""

from io import BytesIO

import pytest
from PIL import Image, ImageCms

from kafo.publishing.baking.pictures import SPECS, make_renditions
from kafo.publishing.models import Picture, Rendition


def content(image: Image.Image, **options: object) -> bytes:
    file = BytesIO()
    image.save(file, "PNG", **options)
    return file.getvalue()


def opened(rendition) -> Image.Image:
    with Image.open(rendition.file.path) as image:
        image.load()
        return image


def test_it_makes_every_size_in_every_format_and_enlarges_none(make_picture):
    wide = make_renditions(make_picture("large"))
    assert list(wide) == list(SPECS)
    for spec, made in wide.items():
        image = opened(made)
        assert (image.width, image.height) == (made.width, made.height)
        assert image.format.lower() == spec.partition("format-")[2]
    assert opened(wide["width-480|format-avif"]).size == (480, 360)
    assert opened(wide["fill-160x120|format-webp"]).size == (160, 120)
    small = make_renditions(make_picture("petit", content=content(Image.new("RGB", (300, 200)))))
    assert opened(small["width-800|format-jpeg"]).size == (300, 200)


def test_it_leaves_the_colour_profile_out_which_weighs_as_much_as_a_small_picture(make_picture):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    red = content(Image.new("RGB", (900, 600), (200, 30, 30)), icc_profile=profile)
    for made in make_renditions(make_picture("rouge", content=red)).values():
        image = opened(made)
        assert not image.info.get("icc_profile")
        assert image.convert("RGB").getpixel((20, 20))[0] > 180


def test_it_shows_what_is_clear_as_white_where_the_format_knows_nothing_clear(make_picture):
    clear = make_picture("clair", content=content(Image.new("RGBA", (900, 600), (0, 0, 0, 0))))
    made = make_renditions(clear)
    assert opened(made["width-800|format-jpeg"]).getpixel((9, 9)) == (255, 255, 255)
    assert opened(made["width-480|format-webp"]).mode == "RGBA"


@pytest.mark.parametrize(("left", "colour"), [(50, 0), (950, 2)])
def test_it_cuts_a_small_picture_around_what_matters_in_it(make_picture, left, colour):
    image = Image.new("RGB", (1000, 300), (255, 0, 0))
    image.paste((0, 0, 255), (500, 0, 1000, 300))
    picture = make_picture("moitiés", content=content(image))
    picture.focal_point_x, picture.focal_point_y = left, 150
    picture.focal_point_width = picture.focal_point_height = 60
    picture.save()
    made = opened(make_renditions(picture)["fill-160x120|format-webp"]).convert("RGB")
    assert made.getpixel((80, 60))[colour] > 200


def test_it_gives_the_files_of_whoever_was_first_when_two_make_the_same(make_picture, monkeypatch):
    picture = make_picture("deux")
    rows = Rendition.objects
    store = rows.bulk_create

    def come_second(made, **options):
        monkeypatch.undo()
        make_renditions(Picture.objects.get(pk=picture.pk))
        return store(made, **options)

    monkeypatch.setattr(rows, "bulk_create", come_second)
    given = make_renditions(Picture.objects.get(pk=picture.pk))
    stored = {each.file.name for each in rows.filter(image=picture)}
    assert {each.file.name for each in given.values()} == stored
    again = make_renditions(Picture.objects.get(pk=picture.pk))
    assert {each.file.name for each in again.values()} == stored
