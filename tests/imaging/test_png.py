"""Picture files: what is written into them, and what is read out of strangers' ones."""

import io
import re
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.imaging.painter import Pixels
from bot.imaging.png import LARGEST_TEXT, SIGNATURE, encode, encode_preview, parameters, read_recipe
from bot.model.recipe import Lora, Recipe
from tests.imaging.scripted import recipe

RED = Pixels(2, 1, b"\xff\0\0" * 2)


def opened(png):
    image = Image.open(io.BytesIO(png))
    image.load()
    return image


def chunk(kind, body):
    check = zlib.crc32(kind + body).to_bytes(4, "big")
    return struct.pack(">I", len(body)) + kind + body + check


def test_the_pixels_come_back_as_they_were():
    image = opened(encode(RED, recipe()))
    assert (image.size, image.mode) == ((2, 1), "RGB")
    assert image.tobytes() == RED.rgb


def test_the_picture_is_enlarged_for_display():
    assert opened(encode(RED, recipe(display_scale=4))).size == (8, 4)


def test_the_same_picture_gives_the_same_bytes():
    assert encode(RED, recipe()) == encode(RED, recipe())


texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=60)


@given(
    st.builds(
        recipe,
        st.integers(0, 2**32 - 1),
        prompt=texts,
        negative_prompt=texts,
        guidance_scale=st.floats(0, 20),
        scheduler_config=st.dictionaries(texts, st.booleans() | texts, max_size=3),
        versions=st.dictionaries(texts, texts, max_size=3),
        strength=st.none() | st.floats(0.05, 1),
    )
)
def test_the_recipe_is_read_back_whatever_the_language(ordered):
    assert read_recipe(encode(RED, ordered)) == ordered


def test_the_parameters_have_the_form_that_other_tools_read():
    ordered = recipe(
        7,
        steps=28,
        prompt="a red fish",
        negative_prompt="blurry",
        guidance_scale=3.5,
        scheduler="DPMSolverMultistepScheduler",
        scheduler_config={"use_karras_sigmas": True},
        model_sha256="0123456789abcdef",
        versions={"bot": "0.1.0", "torch": "2.13.0"},
    )
    assert parameters(ordered) == (
        "a red fish\n"
        "Negative prompt: blurry\n"
        "Steps: 28, Sampler: DPM++ 2M Karras, CFG scale: 3.5, Seed: 7, Size: 128x128, "
        "Model hash: 0123456789, Model: starter, Version: bot 0.1.0 torch 2.13.0"
    )


@pytest.mark.parametrize(
    ("prompt", "encoder", "written"),
    [
        ("a cat (sitting), [blue]", "stock", r"a cat \(sitting\), \[blue\]"),
        (r"a \(cat", "stock", r"a \\\(cat"),
        ("a (cat:1.3)", "stock", r"a \(cat:1.3\)"),
        ("a (red (fish:1.5):0.5) :) [x]", "compel", r"a (red :0.5)(fish:0.75) :\) \[x\]"),
        ("a cat (sitting)", "compel", r"a cat \(sitting\)"),
    ],
)
def test_the_parameters_mean_to_other_tools_what_was_drawn(prompt, encoder, written):
    ordered = recipe(prompt=prompt, negative_prompt=prompt, prompt_encoder=encoder)
    first, second, _ = parameters(ordered).splitlines()
    assert (first, second) == (written, f"Negative prompt: {written}")


def test_an_enlargement_does_not_say_that_it_was_drawn_with_its_parent_s_words():
    upscale = {"factor": 2, "tile": 128, "overlap": 32, "prompt": ""}
    loras = (Lora("ink", 0.5),)
    ordered = recipe(negative_prompt="blurry", width=256, upscale=upscale, loras=loras)
    first, second = parameters(ordered).splitlines()
    assert first == "<lora:ink:0.5>"
    assert "Size: 256x128" in second


def test_loras_stand_in_the_parameters_as_other_tools_write_them():
    loras = (Lora("ink", 0.5, "0123456789abcdef"), Lora("owner/many/fast_4.safetensors", 1.0, "ff"))
    first, *_, last = parameters(recipe(prompt="a cat", loras=loras)).splitlines()
    assert first == "a cat <lora:ink:0.5> <lora:fast_4:1>"
    assert 'Lora hashes: "ink: 0123456789ab, fast_4: ff"' in last
    unread = parameters(recipe(loras=(Lora("ink", 0.5),)))
    assert "hash" not in unread


def test_a_variation_stands_in_the_parameters_as_other_tools_write_it():
    line = parameters(recipe(variation={"seed": 9, "amount": 0.15})).splitlines()[-1]
    assert "Variation seed: 9, Variation seed strength: 0.15" in line


def test_a_setting_with_separators_is_quoted_in_the_parameters():
    line = parameters(recipe(vae='C:\\a "b", c')).splitlines()[-1]
    assert r'VAE: "C:\\a \"b\", c"' in line


def test_the_file_says_that_a_model_made_it():
    image = opened(encode(RED, recipe()))
    assert image.text["Comment"] == "AI-generated image"
    assert "trainedAlgorithmicMedia" in image.text["XML:com.adobe.xmp"]
    assert opened(encode_preview(RED)).text["Comment"] == "AI-generated image, unfinished"


def test_a_preview_is_large_enough_to_be_seen():
    assert opened(encode_preview(Pixels(16, 8, bytes(16 * 8 * 3)))).size == (256, 128)
    assert opened(encode_preview(Pixels(300, 8, bytes(300 * 8 * 3)))).size == (300, 8)


def with_text(add, keyword="recipe"):
    texts = PngInfo()
    add(texts, keyword)
    file = io.BytesIO()
    Image.new("RGB", (1, 1)).save(file, "PNG", pnginfo=texts)
    return file.getvalue()


@pytest.mark.parametrize(
    "add",
    [
        lambda texts, key: texts.add_text(key, recipe().to_json()),
        lambda texts, key: texts.add_text(key, recipe().to_json(), zip=True),
        lambda texts, key: texts.add_itxt(key, recipe().to_json(), "en", "recipe"),
        lambda texts, key: texts.add_itxt(key, recipe().to_json(), zip=True),
    ],
)
def test_every_kind_of_text_chunk_is_read(add):
    assert read_recipe(with_text(add)) == recipe()


def a_bomb(kind, head):
    return SIGNATURE + chunk(kind, b"recipe\0" + head + zlib.compress(b" " * 50_000_000, 9))


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (b"", "not a PNG"),
        (b"GIF89a" + b" " * 50, "not a PNG"),
        (encode_preview(RED), "holds no recipe"),
        (encode(RED, recipe())[:60], "cut short"),
        (encode(RED, recipe()).replace(b"a lighthouse", b"A lighthouse"), "damaged"),
        (SIGNATURE + b"\xff\xff\xff\xfftEXt", "cut short"),
        (SIGNATURE + chunk(b"tEXt", b"recipe\0{}"), "not of format 1"),
        (SIGNATURE + chunk(b"tEXt", b"recipe\0no JSON"), "not JSON"),
        (SIGNATURE + chunk(b"tEXt", b"recipe\0" + b" " * (LARGEST_TEXT + 1)), "longer than"),
        (SIGNATURE + chunk(b"iTXt", b"recipe\0\0\0\0\0\xff\xff"), "damaged"),
        (SIGNATURE + chunk(b"zTXt", b"recipe\0\0no zlib"), "damaged"),
        (a_bomb(b"zTXt", b"\0"), "longer than"),
        (a_bomb(b"iTXt", b"\1\0\0\0"), "longer than"),
        (b" " * (64 * 2**20 + 1), "larger than 64 MiB"),
    ],
)
def test_a_strangers_file_is_refused_in_a_plain_sentence(file, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        read_recipe(file)


@given(st.binary(max_size=300))
def test_no_bytes_do_worse_than_a_refusal(noise):
    with pytest.raises(ValueError, match=r"file|PNG"):
        read_recipe(SIGNATURE + noise)


def test_an_enormous_picture_is_not_unpacked_to_read_its_recipe():
    head = struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 2, 0, 0, 0)
    text = chunk(b"tEXt", b"recipe\0" + recipe().to_json().encode())
    assert read_recipe(SIGNATURE + chunk(b"IHDR", head) + text) == recipe()


def test_the_recipe_reader_gives_a_recipe():
    assert isinstance(read_recipe(encode(RED, recipe())), Recipe)
