"""Picture files: PNG with the recipe inside, in our own form and in the one the ecosystem reads."""

import io
import re
import struct
import zlib
from collections.abc import Iterator

from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.imaging.painter import Pixels
from bot.model.prompting import STOCK, Fragment, fragments
from bot.model.recipe import Lora, Recipe
from bot.model.schedulers import label_of

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LARGEST_FILE = 64 * 2**20
LARGEST_TEXT = 256 * 2**10
SMALLEST_PREVIEW = 256
"""Pixels that the longer side of a preview has at least."""

AI_MARK = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/">'
    '<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" '
    'xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/" '
    "Iptc4xmpExt:DigitalSourceType="
    '"http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"/>'
    "</rdf:RDF></x:xmpmeta>"
)
"""IPTC's mark of a picture made by a trained model, in the XMP packet where readers look for it."""


def encode(pixels: Pixels, recipe: Recipe) -> bytes:
    """A picture as PNG, enlarged to `display_scale` by Lanczos, with the recipe and the AI mark."""
    image = _image(pixels)
    if recipe.display_scale > 1:
        size = (pixels.width * recipe.display_scale, pixels.height * recipe.display_scale)
        image = image.resize(size, Image.Resampling.LANCZOS)
    texts = PngInfo()
    texts.add_text("parameters", parameters(recipe))
    texts.add_text("recipe", recipe.to_json())
    texts.add_text("Comment", "AI-generated image")
    texts.add_itxt("XML:com.adobe.xmp", AI_MARK)
    return _png(image, texts)


def encode_preview(pixels: Pixels) -> bytes:
    """A rough picture as PNG, large enough to be seen, with the AI mark only."""
    scale = max(1, SMALLEST_PREVIEW // max(pixels.width, pixels.height))
    image = _image(pixels).resize((pixels.width * scale, pixels.height * scale))
    texts = PngInfo()
    texts.add_text("Comment", "AI-generated image, unfinished")
    return _png(image, texts)


def _image(pixels: Pixels) -> Image.Image:
    return Image.frombytes("RGB", (pixels.width, pixels.height), pixels.rgb)


def _png(image: Image.Image, texts: PngInfo) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=1, pnginfo=texts)
    return file.getvalue()


def parameters(recipe: Recipe) -> str:
    """The recipe in the text form that the AUTOMATIC1111 web UI writes and many tools read."""
    settings = {
        "Steps": recipe.steps,
        "Sampler": label_of(recipe.scheduler, recipe.scheduler_config),
        "CFG scale": f"{recipe.guidance_scale:g}",
        "Seed": recipe.seed,
        "Size": f"{recipe.width}x{recipe.height}",
        "Model hash": recipe.model_sha256[:10],
        "Model": recipe.model,
        "VAE": recipe.vae,
        "Lora hashes": ", ".join(
            f"{_plainly(one)}: {one.sha256[:12]}" for one in recipe.loras if one.sha256
        ),
        "Denoising strength": "" if recipe.strength is None else f"{recipe.strength:g}",
        "Variation seed": (recipe.variation or {}).get("seed", ""),
        "Variation seed strength": (recipe.variation or {}).get("amount", ""),
        "Version": _version(recipe),
    }
    heard = recipe.of_tile(0)  # an enlargement's tiles are not drawn with the words of its parent
    words = [_words(heard.prompt, recipe), *map(_lora, recipe.loras)]
    lines = [" ".join(one for one in words if one)]
    if heard.negative_prompt:
        lines.append(f"Negative prompt: {_words(heard.negative_prompt, recipe)}")
    lines.append(
        ", ".join(f"{name}: {_quoted(value)}" for name, value in settings.items() if value != "")
    )
    return "\n".join(lines)


def _words(text: str, recipe: Recipe) -> str:
    """A prompt so that its readers hear what was drawn: to them every bracket in it is a weight."""
    stock = recipe.prompt_encoder == STOCK
    parts = (Fragment(text, 1.0),) if stock else fragments(text)
    return "".join(
        _escaped(one.text) if one.weight == 1 else f"({_escaped(one.text)}:{one.weight:g})"
        for one in parts
    )


def _escaped(prose: str) -> str:
    return re.sub(r"[\\()\[\]]", r"\\\g<0>", prose)


def _lora(lora: Lora) -> str:
    return f"<lora:{_plainly(lora)}:{lora.weight:g}>"


def _plainly(lora: Lora) -> str:
    """A LoRA's name as other tools know one: its file's, without the end."""
    return lora.id.rpartition("/")[2].removesuffix(".safetensors").replace(":", "_")


def _version(recipe: Recipe) -> str:
    return " ".join(f"{name} {version}" for name, version in sorted(recipe.versions.items()))


def _quoted(value: object) -> str:
    """A value that holds a separator stands in quotes, as the readers expect."""
    text = str(value)
    if not any(sign in text for sign in ",:\n"):
        return text
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'


def read_recipe(png: bytes) -> Recipe:
    """The recipe in a PNG; ValueError says why a stranger's file has none that can be read."""
    if len(png) > LARGEST_FILE:
        raise ValueError(f"the file is larger than {LARGEST_FILE // 2**20} MiB")
    for kind, body in _chunks(png):
        keyword, _, rest = body.partition(b"\0")
        if keyword == b"recipe" and kind in _TEXT_OF:
            return Recipe.from_json(_TEXT_OF[kind](rest))
    raise ValueError("the PNG holds no recipe")


def require_whole(png: bytes) -> None:
    """Raise ValueError, which says why, for a PNG that is not as it was written."""
    kinds = [kind for kind, _ in _chunks(png)]
    if kinds[-1:] != [b"IEND"]:
        raise ValueError("the PNG is cut short")


def same_pixels(one: bytes, other: bytes) -> bool:
    """Whether two PNGs show the same; ValueError if one of them cannot be opened as a picture."""
    pixels = [_opened(png) for png in (one, other)]
    return pixels[0].size == pixels[1].size and pixels[0].tobytes() == pixels[1].tobytes()


def _opened(png: bytes) -> Image.Image:
    try:
        with Image.open(io.BytesIO(png), formats=["PNG"]) as image:
            return image.convert("RGB")
    except Exception as error:  # whatever a decoder makes of a stranger's bytes
        raise ValueError(f"the picture cannot be opened: {error}") from error


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Kind and body of each chunk; ValueError where the file is none, cut short or damaged."""
    if not png.startswith(SIGNATURE):
        raise ValueError("the file is not a PNG")
    at = len(SIGNATURE)
    while at < len(png):
        head = png[at : at + 8]
        if len(head) < 8:
            raise ValueError("the PNG is cut short")
        length, kind = struct.unpack(">I4s", head)
        body, check = png[at + 8 : at + 8 + length], png[at + 8 + length : at + 12 + length]
        if len(body) < length or len(check) < 4:
            raise ValueError("the PNG is cut short")
        if zlib.crc32(kind + body) != int.from_bytes(check, "big"):
            raise ValueError("the PNG is damaged")
        yield kind, body
        at += 12 + length


def _plain_text(rest: bytes) -> str:
    return _decoded(rest, "latin-1")


def _compressed_text(rest: bytes) -> str:
    return _decoded(_inflated(rest[1:]), "latin-1")


def _international_text(rest: bytes) -> str:
    compressed, _method, tags = rest[:1], rest[1:2], rest[2:]
    _language, _, tags = tags.partition(b"\0")
    _translated, _, text = tags.partition(b"\0")
    return _decoded(_inflated(text) if compressed == b"\1" else text, "utf-8")


_TEXT_OF = {b"tEXt": _plain_text, b"zTXt": _compressed_text, b"iTXt": _international_text}


def _inflated(packed: bytes) -> bytes:
    """Unpack no more than a recipe can be, however much a stranger's few bytes unfold to."""
    try:
        return zlib.decompressobj().decompress(packed, LARGEST_TEXT + 1)
    except zlib.error as error:
        raise ValueError("the PNG's recipe is damaged") from error


def _decoded(text: bytes, encoding: str) -> str:
    if len(text) > LARGEST_TEXT:
        raise ValueError(f"the PNG's recipe is longer than {LARGEST_TEXT // 2**10} KiB")
    try:
        return text.decode(encoding)
    except UnicodeDecodeError as error:
        raise ValueError("the PNG's recipe is damaged") from error
