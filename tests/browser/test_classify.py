"""The page that runs networks: the numbers of the package, and what its controls do."""

import base64
import gzip
import json

import numpy as np
import pytest
import torch
from tiny import browsing
from tiny.published_races import ClarkJaini

from gcbook.classifiers.load import load_classifier
from gcbook.files.manifest import DATA
from gcbook.illusions.reconstruct import load_for_prompts, reconstruct
from gcbook.miniworld.results.shipped import model_folder
from gcbook.miniworld.staging import compose_stage, find_silhouette
from gcbook.miniworld.world import ALL_CATEGORIES
from gcbook.noise.draws import DrawRule, keyed_noise, timestep
from gcbook.paper.categories import CATEGORIES, PROMPT_TEMPLATE
from gcbook.scoring.racing import replay

PAGE = "book/classify.html"
DRAWS = 2
IMAGES = {
    "cat3-dog-0": 0.45,
    "car1-knife-2": 0.75,
    "elephant1-rabbit-4": 0.6,
    "chair1-truck-7": 0.1,
}
RULE = DrawRule(seed=2, timesteps="uniform")

COMPOSED = """async ([name, contrast]) => {
  const gc = gcClassify, folder = "../_static/networks/";
  const index = await gcbookLoad(folder + "index.js");
  const shapes = await gcbookLoad(folder + "silhouettes.js");
  const pixels = await gcbookUnpacked(shapes.pixels);
  const at = 64 * 64 * shapes.names.indexOf(name.split("-")[0]);
  const { world, diffusion } = index;
  const scene = gc.scene(pixels.subarray(at, at + 64 * 64), name, world,
    index.models[diffusion].labels);
  return Array.from(gc.compose(scene, contrast));
}"""
ERRORS = """async ([name, image, seed, draws]) => {
  const { diffusion, cnn } = gcClassify.page.state.models, found = [];
  for (let i = 0; i < draws; i++) {
    const { t, errors } = await gcClassify.draw(diffusion, Uint8Array.from(image), name, seed, i);
    found.push({ t: t, errors: errors });
  }
  const answer = (k) => gcClassify.weighed(found, { draws: draws, from: 0, to: 1, k: k }).answer;
  return {
    draws: found, answers: [answer(7), answer(0)],
    log_p: await gcClassify.named(cnn, Uint8Array.from(image)),
  };
}"""


@pytest.fixture(scope="module")
def opened(browser, origins):
    """The page from its file, with the networks loaded; and what went wrong."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(60_000)
    page, problems = context.new_page(), []
    page.on("console", lambda said: said.type == "error" and problems.append(said.text))
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.goto(f"{origins['file']}/{PAGE}")
    heavy = page.locator("script[src*='/networks/runtime'], script[src*='/networks/mini-']")
    assert heavy.count() == 0, "networks are loaded when they are asked for"
    page.get_by_role("button", name="Load the networks").click()
    page.get_by_role("button", name="Run", exact=True).wait_for()
    assert heavy.count() == 3
    page.evaluate("gcClassify.page.kept.said.clear(); gcClassify.page.show(gcClassify.PATH[0].id)")
    yield page
    context.close()
    # A test makes a run fail, which the runtime says, too.
    assert [each for each in problems if "idx=99999" not in each] == []


@pytest.fixture(scope="module")
def images():
    return {name: compose_stage(find_silhouette(name), name, c) for name, c in IMAGES.items()}


def test_the_page_opens_on_a_conflict_at_random_with_stored_answers(open_book):
    page = open_book().goto(PAGE)
    page.wait_for_function("window.gcClassify.page")
    stored = json.loads(DATA.path("networks/conflicts.json").read_text("utf-8"))
    name = page.evaluate("gcClassify.page.id()")
    at = stored["ids"].index(name)
    steps = page.locator("[data-classify=path]")
    assert "This conflict was drawn at random" in steps.inner_text()
    answers = page.locator("[data-classify=answer] .gc-said td").all_inner_texts()
    assert answers[1].startswith(stored["named"][at])
    errors = np.frombuffer(gzip.decompress(base64.b64decode(stored["errors"])), "<f4")
    errors = errors.reshape(len(stored["ids"]), -1, len(CATEGORIES)).astype(float)
    weights = np.exp(-7 * np.array(stored["times"]))[..., None]
    found = [CATEGORIES[each] for each in (weights * errors).sum(axis=1).argmin(axis=1)]
    assert answers[0].startswith(found[at])
    # How often each network names each cue is counted from all of them.
    shapes, textures = zip(
        *((n.split("-")[0], n.split("-")[1]) for n in stored["ids"]), strict=True
    )
    for named, model in ((found, "mini-pixel"), (stored["named"], "mini-cnn")):
        shape = sum(a == b.rstrip("0123456789") for a, b in zip(named, shapes, strict=True))
        texture = sum(map(str.__eq__, named, textures))
        of = f"{model} names the shape of {shape} and the texture of {texture}"
        assert of.removeprefix("mini-cnn names ") in steps.inner_text()
    page.get_by_role("button", name="1. The paper").click()
    assert steps.locator("[aria-pressed=true]").count() == 1
    assert "Selected, not drawn at random" in steps.inner_text()
    page.get_by_label("Scene", exact=True).press("ArrowRight")
    assert steps.locator("[aria-pressed=true]").count() == 0, "another picture is no step"


@pytest.mark.nightly
def test_the_path_says_what_the_networks_say(opened):
    """Each step's cues, with the contrast, the draws and the weights that it is shown with."""
    path, rule = opened.evaluate("gcClassify.PATH"), DrawRule(seed=0, timesteps="uniform")
    assert len(path) == 4
    pixel, cnn = (load_classifier(model_folder(f"mini-{kind}")) for kind in ("pixel", "cnn"))
    for step in path:
        name = step["id"]
        image = compose_stage(find_silhouette(name), name, 0.75)[None] / np.float32(255)
        (x,) = pixel.prepare(list(image))
        draws = [pixel.draw(name, i, rule, x) for i in range(16) for _ in CATEGORIES]
        labels = torch.arange(16).repeat(16)
        with torch.inference_mode():
            measured = pixel.measure(x.expand(256, -1, -1, -1), draws, labels, "static")
            log_p = -cnn.measure(cnn.prepare(list(image)), [], None, "none")["nll"]
        errors = measured["error_l2"].double().numpy().reshape(16, 16)
        times = np.array([each.t for each in draws[::16]])
        shape, texture = name.split("-")[0].rstrip("0123456789"), name.split("-")[1]
        found = [(np.exp(-k * times) @ errors).argmin() for k in (7, 0)] + [int(log_p.argmax())]
        cues = {shape: "shape", texture: "texture"}
        said = [cues.get(CATEGORIES[each], "neither") for each in found]
        assert said == [step["generative"], step["equal"], step["cnn"]], name
    assert any(s["generative"] == "shape" and s["cnn"] == "texture" for s in path)
    assert any(s["generative"] != "shape" and s["equal"] != "shape" for s in path)


def test_what_is_asked_anew_ends_what_runs_and_cancel_ends_all(opened):
    state = "(({ busy, draws, pair }) => [busy, draws.length, pair])(gcClassify.page.state)"
    opened.get_by_label("Draws", exact=True).select_option("64")
    opened.get_by_role("button", name="Run", exact=True).click()
    opened.wait_for_function("gcClassify.page.state.draws.length > 0")
    opened.get_by_role("button", name="Reconstruct").click()
    busy, done, _ = opened.evaluate(state)
    assert busy == "reconstruct"
    opened.get_by_role("button", name="Cancel").click()
    assert opened.evaluate(state) == ["", done, None]
    # The worker takes one call after another: with this answer, all that was asked before is over.
    opened.evaluate(
        "() => gcClassify.named(gcClassify.page.state.models.cnn, gcClassify.page.state.image)"
    )
    assert opened.evaluate(state) == ["", done, None]
    assert opened.get_by_role("progressbar").count() == 0
    opened.get_by_label("Draws", exact=True).select_option("16")


@pytest.mark.parametrize("start", ["Run", pytest.param("Reconstruct", marks=pytest.mark.nightly)])
def test_a_run_that_fails_says_so_and_leaves_nothing_behind(opened, start):
    """The runtime is given a label that the network does not have, in its third evaluation."""
    opened.evaluate(
        """() => {
          const { session } = gcClassify.page.state.models.diffusion, run = session.run;
          let left = 2;
          session.run = function (feeds) {
            if (!left--) feeds.label[1].fill(99999n);
            return run(feeds);
          };
        }"""
    )
    opened.get_by_role("button", name=start, exact=True).click()
    opened.wait_for_function("gcClassify.page.state.failed")
    answer = opened.locator("[data-classify=answer]")
    assert "stopped with an error" in answer.get_by_role("alert").inner_text()
    assert answer.locator("td").all_inner_texts()[:2] == ["not asked yet"] * 2
    assert opened.evaluate(
        "(({ busy, draws, pair }) => [busy, draws, pair])(gcClassify.page.state)"
    ) == [
        "",
        [],
        None,
    ]
    assert opened.get_by_role("progressbar").count() == 0
    opened.get_by_role("button", name="Load the networks").click()
    opened.get_by_role("button", name="Reconstruct").click()
    opened.wait_for_function("gcClassify.page.state.pair")
    assert answer.get_by_role("alert").inner_text() == ""


def test_images_are_those_of_the_package(opened):
    """One in each texture."""
    for number, texture in enumerate(ALL_CATEGORIES):
        name = f"{CATEGORIES[number % 16]}{1 + number % 5}-{texture}-{number % 4}"
        contrast = (0.1, 0.45, 1.2)[number % 3]
        image = compose_stage(find_silhouette(name), name, contrast)
        found = np.array(opened.evaluate(COMPOSED, [name, contrast]))
        assert abs(found - image[..., 0].ravel().astype(int)).max() <= 1, name


def test_noise_and_times_are_those_of_the_package(opened):
    """So many numbers that the rarest paths of the ziggurat are taken."""
    call = """([seed, name, draw, n]) => {
      const noise = gcClassify.random.noise(seed, name, draw, n);
      const bytes = new Uint8Array(noise.buffer);
      const text = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
      return [btoa(text), gcClassify.random.time(seed, name, draw)];
    }"""
    for seed, name, draw in ((0, "cat3-dog-1", 2), (3, "ß-" * 99, 17)):
        noise, t = opened.evaluate(call, [seed, name, draw, 200_000])
        rule = DrawRule(seed, "uniform")
        found = np.frombuffer(base64.b64decode(noise), np.float32)
        assert (found == keyed_noise(rule, name, draw, (200_000,))).all()
        assert t == timestep(rule, name, draw)


def test_an_outline_is_filled_by_the_even_odd_rule_and_centred(opened):
    curves = [[[0, 0], [30, 0], [30, 15], [0, 15]], [[10, 5], [20, 5], [20, 10], [10, 10]]]
    mask = opened.evaluate("curves => Array.from(gcClassify.filled(curves))", curves)
    mask = np.uint8(mask).reshape(64, 64)
    rows, columns = np.flatnonzero(mask.any(1)), np.flatnonzero(mask.any(0))
    assert (columns[0], columns[-1], rows[0], rows[-1]) == (2, 61, 17, 46)
    assert mask[32, 32] == 0, "a hole"
    assert (mask > 0).sum() == 60 * 30 - 20 * 10
    assert opened.evaluate("gcClassify.filled([[[1, 1], [2, 2]]])") is None


def test_errors_and_answers_are_those_of_the_package(opened, images):
    pixel, cnn = (load_classifier(model_folder(f"mini-{kind}")) for kind in ("pixel", "cnn"))
    for name, image in images.items():
        grey = image[..., 0].ravel().tolist()
        found = opened.evaluate(ERRORS, [name, grey, RULE.seed, DRAWS])
        (x,) = pixel.prepare([image.astype(np.float32) / 255])
        draws = [pixel.draw(name, i, RULE, x) for i in range(DRAWS) for _ in CATEGORIES]
        labels = torch.arange(len(CATEGORIES)).repeat(DRAWS)
        with torch.inference_mode():
            measured = pixel.measure(x.expand(len(draws), -1, -1, -1), draws, labels, "static")
        errors = measured["error_l2"].double().numpy().reshape(DRAWS, -1)
        times = np.array([each.t for each in draws[:: len(CATEGORIES)]])
        assert [each["t"] for each in found["draws"]] == times.tolist()
        assert abs(np.array([each["errors"] for each in found["draws"]]) - errors).max() < 1e-5
        answers = [int((np.exp(-k * times)[:, None] * errors).mean(0).argmin()) for k in (7, 0)]
        assert found["answers"] == answers, name
        log_p = -cnn.measure(cnn.prepare([image.astype(np.float32) / 255]), [], None, "none")["nll"]
        assert abs(np.array(found["log_p"]) - log_p.numpy()[0]).max() < 1e-4, name


@pytest.mark.nightly
def test_reconstructions_are_those_of_the_package(opened, images):
    name, pair = "cat3-dog-0", ("cat", "dog")
    call = """async ([image, name, labels]) => {
      const model = gcClassify.page.state.models.diffusion;
      const made = await gcClassify.reconstruct(
        model, Uint8Array.from(image), name, 1, labels, 0.5, 9, () => true);
      return made.map(each => Array.from(each));
    }"""
    labels = [CATEGORIES.index(each) for each in pair]
    found = opened.evaluate(call, [images[name][..., 0].ravel().tolist(), name, labels])
    prompts = [PROMPT_TEMPLATE.format(each) for each in pair]
    folder, image = model_folder("mini-pixel"), images[name].astype(np.float32) / 255
    model = load_for_prompts(folder, prompts)
    made = reconstruct(image, prompts, model, (0.5,), steps=9, seed=1, name=name).images[0]
    pixels = (np.array(found).reshape(2, 3, 32, 32).transpose(0, 2, 3, 1) + 1) / 2
    assert abs(pixels - made).max() < 1e-4
    assert abs(made[0] - made[1]).max() > 0.05, "prompts that make no difference show nothing"


def test_races_are_those_of_the_package(opened):
    rng = np.random.default_rng(1)
    errors = rng.gamma(4, 0.02, (30, 40, 1)) + rng.normal(0, 0.01, (30, 40, 16))
    errors += rng.uniform(0, 0.02, (30, 1, 16))
    rule = ClarkJaini(min_draws=5, p=2e-3, max_draws=40)
    call = """([races, p]) => races.map(race => gcClassify.race(
      race.map(errors => ({ t: 0.5, errors: errors })),
      { draws: 40, from: 0, to: 1, k: 0, least: 5, p: p }))"""
    found = opened.evaluate(call, [errors.tolist(), rule.p])
    for race, values in zip(found, errors, strict=True):
        races = replay(values[None], rule)
        assert race["dropped"] == races.dropped[0].tolist()
        assert race["n"] == races.n_draws[0]
        assert race["answer"] == races.best[0]
    assert any(any(race["dropped"]) for race in found)


def test_a_reader_runs_it_and_decides_anew(opened):
    opened.get_by_label("Shape", exact=True).select_option("bear")
    opened.get_by_role("button", name="bear2", exact=True).press("Enter")
    opened.get_by_role("button", name="bear", exact=True).click()
    rows = opened.locator("[data-classify=answer] .gc-said td")
    assert rows.nth(2).inner_text() == "bear (the shape)"
    opened.get_by_role("button", name="Run", exact=True).press("Enter")
    opened.wait_for_function("gcClassify.page.state.draws.length === 16")
    opened.wait_for_function("!gcClassify.page.state.busy")
    heard = opened.locator("[data-classify=answer]").get_by_role("status")
    assert "The generative classifier says" in heard.inner_text()
    assert rows.nth(1).inner_text().startswith(tuple(CATEGORIES))
    # Sliders decide from the errors that are there.
    opened.evaluate(
        "() => { const s = gcClassify.page.state.models.diffusion.session; s.kept = s.run;"
        " s.run = () => { throw new Error('the network ran again') } }"
    )
    verdict = opened.locator(".gc-verdict")
    seen = {verdict.inner_text()}
    for label in ("k of exp(−kt)", "t above", "Draws used", "Race: fewest draws"):
        slider = opened.get_by_label(label)
        slider.focus()
        charts = opened.locator("[data-classify=decide]").inner_html()
        for _ in range(6):
            slider.press("ArrowRight" if label == "t above" else "ArrowLeft")
        assert opened.locator("[data-classify=decide]").inner_html() != charts, label
        seen.add(verdict.inner_text())
    assert len(seen) > 2
    opened.get_by_label("t above").press("End")
    assert browsing.violations(opened) == []
    opened.evaluate(
        "(({ session: s }) => { s.run = s.kept })(gcClassify.page.state.models.diffusion)"
    )
    opened.set_viewport_size({"width": 390, "height": 900})
    assert browsing.too_wide(opened) == []
    opened.set_viewport_size({"width": 1280, "height": 900})


def test_an_outline_is_drawn(opened):
    opened.get_by_label("Shape", exact=True).select_option("drawing1")
    run = opened.get_by_role("button", name="Run", exact=True)
    assert run.is_disabled()
    assert "Draw an outline first" in opened.locator("[data-classify=answer]").inner_text()
    field = opened.locator("canvas.gc-field")

    def stroke(*corners):
        field.scroll_into_view_if_needed()
        box = field.bounding_box()
        opened.mouse.move(box["x"] + corners[0][0], box["y"] + corners[0][1])
        opened.mouse.down()
        for x, y in corners[1:]:
            opened.mouse.move(box["x"] + x, box["y"] + y, steps=4)
        opened.mouse.up()

    stroke((100, 100), (104, 102), (101, 106))
    assert run.is_disabled(), "a slip is no outline"
    assert "too small" in opened.locator("[data-classify=image]").inner_text()
    opened.get_by_role("button", name="Clear").click()
    stroke((40, 60), (200, 60), (200, 180), (60, 200))
    image, mask = opened.evaluate(
        "[gcClassify.page.state.image, gcClassify.page.kept.outline].map(x => Array.from(x))"
    )
    texture = opened.get_by_label("Texture of a", exact=True).input_value()
    contrast = float(opened.get_by_label("Texture’s contrast", exact=True).input_value())
    name = f"drawing1-{texture}-0"
    made = compose_stage(np.uint8(mask).reshape(64, 64), name, contrast)
    assert abs(np.array(image) - made[..., 0].ravel().astype(int)).max() <= 1
    opened.get_by_role("button", name="boat", exact=True).click()
    assert (
        opened.locator("[data-classify=answer] .gc-said td").nth(2).inner_text()
        == "boat (the shape)"
    )
    opened.get_by_role("button", name="Clear").click()
    assert run.is_disabled()


def test_networks_that_cannot_be_loaded_are_said_to_be_missing(open_book):
    page = open_book("http").goto(PAGE)
    page.route("**/networks/runtime.js", lambda route: route.abort())
    button = page.get_by_role("button", name="Load the networks")
    button.click()
    page.get_by_text("The networks could not be loaded: could not load http").wait_for()
    assert button.is_enabled()
