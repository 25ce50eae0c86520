"""The catalogue: what models.toml and styles.toml may say, and what MODEL means."""

import re
import tomllib
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model.catalogue import offer, read_catalogue, resolve
from bot.model.checkpoint import ASPECTS
from bot.model.errors import ConfigurationError
from config.documents import LORAS_FILE, MODELS_FILE, STYLES_FILE, read_document

ROOT = PurePosixPath("/srv/bot")
PLAIN = {"hub": "owner/name"}
STYLE = {"template": "ink drawing of {prompt}"}


def read(models=None, styles=None, loras=None):
    return read_catalogue(models or {"plain": PLAIN}, styles or {}, loras, root=ROOT)


def problems_of(models=None, styles=None, loras=None):
    with pytest.raises(ConfigurationError) as caught:
        read(models, styles, loras)
    return caught.value.problems


def shipped():
    documents = map(read_document, (MODELS_FILE, STYLES_FILE, LORAS_FILE))
    return read_catalogue(*documents, root=PurePosixPath("/srv/bot"))


def test_the_shipped_models_are_sdxl_and_the_starter():
    checkpoints = shipped().checkpoints
    assert checkpoints["sdxl"].source == "stabilityai/stable-diffusion-xl-base-1.0"
    assert checkpoints["sdxl"].size("16:9") == (1344, 768)
    starter = checkpoints["starter"]
    assert starter.source == "/srv/bot/bot/imaging/starter"
    assert (starter.size("1:1"), starter.display_scale) == ((128, 128), 4)
    assert (starter.steps, starter.guidance_scale, starter.scheduler) == (24, 3.5, "Euler")
    assert starter.aspects == ("1:1",)


def test_the_shipped_models_are_pinned_and_the_starter_lies_where_it_says():
    catalogue = shipped()
    public = [one for key, one in catalogue.checkpoints.items() if key != "starter"]
    adapters = [*catalogue.loras.values(), *(lora for one in public for lora in one.loras)]
    pins = [*(one.revision for one in (*public, *adapters)), *(one.vae_revision for one in public)]
    assert len(pins) >= 6
    assert {len(pin) for pin in pins} == {40}
    starter = Path(__file__).parents[2] / "bot/imaging/starter/model_index.json"
    assert starter.is_file()


def test_the_shipped_styles_keep_the_words_of_the_member():
    styles = shipped().styles
    assert {"photo", "pixel art", "black and white", "sepia", "anime", "watercolour"} <= set(styles)
    for style in styles.values():
        assert "a red fox" in style.dress("a red fox")


def test_the_commented_example_of_the_models_file_is_true():
    lines = MODELS_FILE.read_text("utf-8").splitlines()
    commented = [line.removeprefix("# ") for line in lines[lines.index("# [turbo]") :]]
    entries = [line for line in commented if re.match(r"\[|[a-z_]+ = ", line)]
    turbo = read(tomllib.loads("\n".join(entries))).checkpoints["turbo"]
    assert (len(turbo.revision), turbo.size("1:1")) == (40, (512, 512))
    assert (turbo.steps, turbo.guidance_scale) == (4, 0.0)


@pytest.mark.parametrize(
    ("key", "source"),
    [
        ("sdxl-lightning", "ByteDance/SDXL-Lightning"),
        ("sdxl-hyper", "ByteDance/Hyper-SD"),
        ("sdxl-lcm", "latent-consistency/lcm-lora-sdxl"),
        ("sdxl-dmd2", "tianweiy/DMD2"),
    ],
)
def test_a_model_of_few_steps_is_sdxl_with_a_lora_that_is_always_on(key, source):
    plain, quick = (shipped().checkpoints[one] for one in ("sdxl", key))
    assert quick.weights == plain.weights
    assert [(one.source, one.weight) for one in quick.loras] == [(source, 1.0)]
    assert quick.steps <= 8
    assert quick.guidance_scale == 0.0


def test_what_is_left_out_has_sdxl_s_defaults():
    plain = read().checkpoints["plain"]
    assert (plain.title, plain.native_size, plain.display_scale) == ("plain", 1024, 1)
    assert plain.aspects == tuple(ASPECTS)


def test_the_first_model_is_the_default_until_another_is_offered():
    catalogue = read({"one": PLAIN, "two": PLAIN})
    assert catalogue.default == "one"
    assert offer(catalogue, catalogue.checkpoints["two"]).default == "two"


def test_folders_files_and_adapters_are_relative_to_the_project():
    own = [
        {"source": "models/ink.safetensors", "weight": 0.5},
        {"source": "owner/adapter", "weight": 1},
        {"source": "owner/many", "file": "one.safetensors", "revision": "abc", "weight": -1},
    ]
    catalogue = read(
        {
            "a": {"folder": "models/a"},
            "b": {"file": "b.safetensors"},
            "c": {**PLAIN, "loras": own},
        },
        loras={"pen": {"source": "pen.safetensors"}},
    )
    checkpoints = catalogue.checkpoints
    assert checkpoints["a"].source == "/srv/bot/models/a"
    assert checkpoints["b"].source == "/srv/bot/b.safetensors"
    assert [one.source for one in checkpoints["c"].loras] == [
        "/srv/bot/models/ink.safetensors",
        "owner/adapter",
        "owner/many",
    ]
    assert [one.weight for one in checkpoints["c"].loras] == [0.5, 1, -1]
    assert catalogue.loras["pen"].source == "/srv/bot/pen.safetensors"


def test_recipes_call_a_models_own_lora_by_what_is_written_of_it():
    own = [
        {"source": "models/ink.safetensors", "weight": 1},
        {"source": "owner/adapter", "weight": 1},
        {"source": "owner/many", "file": "one.safetensors", "weight": 1},
    ]
    (plain,) = read({"plain": {**PLAIN, "loras": own}}).checkpoints.values()
    assert [one.key for one in plain.loras] == [
        "models/ink.safetensors",
        "owner/adapter",
        "owner/many/one.safetensors",
    ]


def test_a_lora_is_offered_with_the_models_of_its_family():
    catalogue = read(
        {"plain": PLAIN, "tiny": {**PLAIN, "family": "tiny"}},
        loras={"ink": {"source": "a/ink"}, "dots": {"source": "a/dots", "family": "tiny"}},
    )
    assert set(catalogue.offered_with("plain")) == {"ink"}
    assert set(catalogue.offered_with("tiny")) == {"dots"}
    assert catalogue.offered_with("strange") == {}
    assert catalogue.adapter("plain", "dots") is None


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("source", "ink.pt"),
        ("source", 3),
        ("file", "ink.bin"),
        ("weight", 2.5),
        ("weight", "1"),
        ("family", ""),
        ("colour", "red"),
    ],
)
def test_a_lora_s_value_that_cannot_work_is_named_with_its_table(key, value):
    (problem,) = problems_of(loras={"ink": {"source": "a/ink", key: value}})
    assert problem.startswith(f"loras.toml, [ink]: {key} ")


@pytest.mark.parametrize("key", ["Ink", "ink, pen", "ink:1", "ink.safetensors", "x" * 25, ""])
def test_a_lora_s_key_has_none_of_the_signs_that_part_them(key):
    (problem,) = problems_of(loras={key: {"source": "a/ink"}})
    assert "lower case" in problem


def test_a_lora_without_a_source_is_a_problem():
    assert problems_of(loras={"ink": {}}) == ("loras.toml, [ink]: source is missing.",)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("steps", 0),
        ("steps", 61),
        ("steps", True),
        ("steps", "20"),
        ("guidance_scale", 20.5),
        ("guidance_scale", float("nan")),
        ("native_size", 100),
        ("display_scale", 0),
        ("scheduler", "Euler A"),
        ("scheduler", ["Euler"]),
        ("aspects", []),
        ("aspects", ["1:1", "1:1"]),
        ("aspects", ["4:3"]),
        ("aspects", "1:1"),
        ("loras", [{"source": "owner/name"}]),
        ("loras", [{"source": "owner/name", "weight": 3}]),
        ("loras", "owner/name"),
        ("loras", [{"source": "owner/name", "weight": 1, "title": "x"}]),
        ("scheduler_config", {"trained_betas": [0.1]}),
        ("scheduler_config", {"timestep_spacing": "any"}),
        ("scheduler_config", {"clip_sample": 1}),
        ("scheduler_config", "trailing"),
        ("vae_revision", 3),
        ("vae", "models/vae.safetensors"),
        ("title", ""),
        ("hub", "not a hub id"),
        ("colour", "red"),
    ],
)
def test_a_value_that_cannot_work_is_named_with_its_table(key, value):
    (problem,) = problems_of({"plain": {**PLAIN, key: value}})
    assert problem.startswith("models.toml, [plain]: ")
    assert key in problem


@pytest.mark.parametrize("source", [{}, {"hub": "a/b", "folder": "c"}])
def test_weights_are_named_exactly_once(source):
    (problem,) = problems_of({"plain": source})
    assert "exactly one of hub, folder, file" in problem


def test_weights_that_can_run_code_are_refused():
    (problem,) = problems_of({"plain": {"file": "model.ckpt"}})
    assert ".safetensors" in problem


@pytest.mark.parametrize(
    ("vae", "placed"),
    [
        ("owner/name", "owner/name"),
        ("./models/vae", "/srv/bot/models/vae"),
        ("vae", "/srv/bot/vae"),
        ("/mnt/vae", "/mnt/vae"),
        ("~/vae", "~/vae"),
    ],
)
def test_a_vae_s_folder_is_relative_to_the_project(vae, placed):
    assert read({"plain": {**PLAIN, "vae": vae}}).checkpoints["plain"].vae == placed


@pytest.mark.parametrize("key", ["auto", "Upper", "with space", ""])
def test_a_model_s_key_is_a_word_members_can_type(key):
    (problem,) = problems_of({key: PLAIN})
    assert "lower case" in problem


@pytest.mark.parametrize(
    "style", [{}, {"template": "no place"}, {"template": "{prompt} {prompt}"}, {"template": 3}]
)
def test_a_style_has_one_place_for_the_prompt(style):
    (problem,) = problems_of(styles={"ink": style})
    assert problem.startswith("styles.toml, [ink]: ")
    assert "template" in problem


def test_all_problems_of_both_files_are_told_at_once():
    models = {"one": {"hub": "x", "steps": 0}, "two": 2}
    assert len(problems_of(models, {"ink": {"template": "x", "size": 1}})) == 5


def test_no_model_at_all_is_a_problem():
    with pytest.raises(ConfigurationError, match="at least one"):
        read_catalogue({}, {}, root=ROOT)


PLAIN_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
KEYS = st.sampled_from(["hub", "folder", "steps", "aspects", "loras", "template"]) | st.text()
TABLES = st.dictionaries(st.text(), st.dictionaries(KEYS, PLAIN_VALUES) | PLAIN_VALUES, max_size=3)


@given(TABLES, TABLES, TABLES)
def test_any_tables_are_read_or_refused_in_sentences(models, styles, loras):
    problems: tuple[str, ...] = ()
    try:
        assert read_catalogue(models, styles, loras, root=ROOT).checkpoints
    except ConfigurationError as error:
        problems = error.problems or ("",)
    assert all(problem.endswith(".") for problem in problems)


def resolved(model, device="cpu", there=()):
    return resolve(model, device, shipped(), exists=lambda path: path in there)


@pytest.mark.parametrize(
    ("device", "key"), [("cuda", "sdxl"), ("mps", "starter"), ("cpu", "starter")]
)
def test_auto_is_sdxl_with_cuda_and_the_starter_without(device, key):
    assert resolved("auto", device).key == key


def test_a_key_means_its_entry_on_every_device():
    assert resolved("sdxl", "cpu").source == "stabilityai/stable-diffusion-xl-base-1.0"


@pytest.mark.parametrize(
    ("model", "key"),
    [
        ("./models/dream-v1.5", "dream-v1.5"),
        ("/srv/dream.v1.safetensors", "dream.v1"),
        ("models/dream", "dream"),
    ],
)
def test_a_path_that_is_there_is_drawn_with_under_its_last_name(model, key):
    checkpoint = resolved(model, there=(model,))
    assert (checkpoint.key, checkpoint.source) == (key, model)


def test_a_hub_id_is_taken_as_it_is():
    assert resolved("owner/some-xl.v2").source == "owner/some-xl.v2"


@pytest.mark.parametrize("model", ["./models/dream", "dream.safetensors", "/srv/dream", "a/b/c"])
def test_a_path_with_nothing_there_is_told(model):
    with pytest.raises(ConfigurationError, match="nothing at that path"):
        resolved(model)


def test_an_unknown_word_is_answered_with_the_words_there_are():
    with pytest.raises(ConfigurationError, match=r"none of auto, sdxl, .*starter"):
        resolved("sdlx")


def test_a_path_does_not_pass_for_a_listed_model():
    with pytest.raises(ConfigurationError, match="already has a model called sdxl"):
        resolved("/srv/sdxl", there=("/srv/sdxl",))


def test_a_listed_style_and_model_can_be_offered_together():
    catalogue = read(styles={"ink": STYLE})
    local = resolve("owner/other", "cpu", catalogue, exists=lambda _: False)
    offered = offer(catalogue, local)
    assert set(offered.checkpoints) == {"plain", "owner/other"}
    assert offered.default == "owner/other"
    assert offered.styles == catalogue.styles
