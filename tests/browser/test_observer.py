"""The experiment: its numbers are Python's, its file is a person's, and it keeps nothing."""

import itertools
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe

from gcbook.chapters.observer.parts import parts_of
from gcbook.paper.categories import CATEGORIES
from gcbook.stats.agreement import error_consistency
from gcbook.stats.jeffreys import jeffreys_interval
from gcbook.stats.metrics import shape_bias
from gcbook.trials.table import read_trials

PAGE = "book/chapters/observer.html"
KEYS = "1234qwerasdfzxcv"
AXE = {"resultTypes": ["violations"], "preload": False}
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22a", "wcag22aa"]

# Presentations short enough for a test; and what was designed is kept to answer by.
PREPARE = """() => {
  const load = window.gcbookLoad;
  window.gcbookLoad = path => load(path).then(value => {
    if (value && value.timing) {
      Object.assign(value.timing, {fixation: 17, image: 34, mask: 34, answer: 50});
      window.pack = value;
    }
    return value;
  });
}"""
KEEP_PLAN = """() => {
  const design = gcObserver.design.design;
  gcObserver.design.design = (...given) => (window.plan = design(...given));
}"""

STICKS_OUT = """box => Array.from(box.querySelectorAll("*"))
  .filter(each => !each.closest(".gc-scroll") || each.matches(".gc-scroll"))
  .filter(each => each.getBoundingClientRect().right > box.getBoundingClientRect().right + 1)
  .map(each => each.outerHTML.slice(0, 90))"""


def opened(page):
    page.evaluate(PREPARE)
    page.locator(".gc-observer-open").click()
    page.wait_for_selector(".gc-start")
    page.evaluate(KEEP_PLAN)
    return page


@pytest.fixture(scope="module")
def loaded(browser, origins):
    """One page for all that only asks its functions."""
    context = browser.new_context()
    page = context.new_page()
    page.goto(f"{origins['file']}/{PAGE}")
    yield opened(page)
    context.close()


def start(page, block="photographs", length="few", way="timed", seed=5, person=7):
    for name, value in (("block", block), ("length", length), ("way", way)):
        page.locator(f"input[name={name}][value={value}]").check()
    page.locator("input[name=seed]").fill(str(seed))
    page.locator("input[name=person]").fill(str(person))
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector(".gc-screen canvas")
    if way == "untimed":
        # Keys count from the first image on, once all images are decoded.
        wait_until_asked(page, 1)


def wait_until_asked(page, number):
    page.wait_for_function(
        "n => document.querySelector('.gc-progress').textContent.startsWith(`Image ${n} `) &&"
        " getComputedStyle(document.querySelector('.gc-answers')).visibility === 'visible'",
        arg=number,
    )


def conflicts_as_trials(images, responses):
    """A trials table of one observer."""
    return pd.DataFrame(
        {
            "observer": "a",
            "dataset": "cue-conflict",
            "image_id": images["image_id"],
            "category": images["category"],
            "response": responses,
        }
    )


# ---- functions ----


def test_the_interval_is_pythons(loaded):
    counts = [(s, n) for n in (*range(1, 20), 40, 79, 80) for s in range(n + 1)]
    found = loaded.evaluate(
        "all => all.map(([s, n]) => gcObserver.statistics.jeffreys(s, n, 0.95))", counts
    )
    low, high = jeffreys_interval(*np.array(counts).T)
    assert np.abs(np.array(found) - np.stack([low, high], axis=1)).max() < 1e-10
    assert loaded.evaluate("gcObserver.statistics.jeffreys(0, 0, 0.95).every(Number.isNaN)")


def test_shape_bias_and_accuracies_are_pythons(loaded):
    (part,) = parts_of("photographs")
    found = loaded.evaluate(
        """() => {
          const part = pack.parts[0], {answersOf} = gcObserver.results;
          return part.observers.map(one => gcObserver.statistics.cueMetrics(
            Array.from(answersOf(part, one, part.images).values())));
        }"""
    )
    answers = part.answers.merge(part.images, on="image_id").assign(dataset="cue-conflict")
    ours = shape_bias(answers, ["label"]).set_index("label")
    labels = list(part.answers["label"].drop_duplicates())
    for label, row in zip(labels, found, strict=True):
        for js, name in (
            ("shapeBias", "shape_bias"),
            ("shapeAccuracy", "shape_accuracy"),
            ("textureAccuracy", "texture_accuracy"),
        ):
            assert row[js] == pytest.approx(ours.loc[label, name], abs=1e-12)


def test_kappa_is_pythons_where_it_is_defined_and_where_not(loaded):
    rng = np.random.default_rng(0)
    pairs = [(rng.random(16) < 0.8, rng.random(16) < 0.6) for _ in range(20)]
    pairs += [(np.ones(4, bool), np.ones(4, bool)), (np.ones(4, bool), np.zeros(4, bool))]
    given = [[a.tolist(), b.tolist()] for a, b in pairs]
    found = loaded.evaluate(
        "all => all.map(([a, b]) => String(gcObserver.statistics.kappa(a, b)))", given
    )
    ours = [error_consistency(a, b) for a, b in pairs]
    assert [float(each) for each in found] == pytest.approx(ours, abs=1e-12, nan_ok=True)
    assert np.isnan(ours[-2])


def test_a_seed_gives_one_order_and_a_round_every_category_once(loaded):
    designed = (
        "([block, whole, seed]) => gcObserver.design.design(pack, block, whole, seed)"
        ".map(({part, image}) => [part.dataset, image.id, image.shape, image.texture])"
    )

    def design(*given):
        return loaded.evaluate(designed, list(given))

    few = design("photographs", False, 5)
    assert few == design("photographs", False, 5)
    assert [name for _, name, _, _ in few[:3]] == [
        "bottle1-bird3.png",
        "bird10-chair1.png",
        "chair6-truck2.png",
    ]
    assert sorted(shape for _, _, shape, _ in few) == sorted(t for *_, t in few) == list(CATEGORIES)
    rounds = {frozenset(name for _, name, *_ in design("photographs", False, s)) for s in range(30)}
    assert len(rounds) == 5
    for block, number in (("photographs", 80), ("drawings", 32), ("miniature", 80)):
        every = [tuple(each[:2]) for each in design(block, True, 6)]
        assert len(set(every)) == len(every) == number
        assert every != [tuple(each[:2]) for each in design(block, True, 7)]


# Frame times stand in for a screen's.
PRESENT = """async ([period, late]) => {
  const real = window.requestAnimationFrame;
  let time = 1000, frame = 0;
  window.requestAnimationFrame = call => {
    frame += 1;
    time += period * (frame === late ? 3 : 1);
    const now = time;
    return setTimeout(() => call(now));
  };
  const drawn = [];
  const steps = [300, 200, 200].map((ms, i) => ({ms, draw: () => drawn.push([i, time])}));
  const shown = await gcObserver.timing.present(
    steps, period, end => drawn.push([3, end]), () => false);
  window.requestAnimationFrame = real;
  return [shown, drawn];
}"""


@pytest.mark.parametrize(("period", "frames"), [(1000 / 60, 12), (1000 / 75, 15), (1000 / 144, 29)])
def test_an_image_lasts_the_frames_nearest_to_its_time(loaded, period, frames):
    shown, drawn = loaded.evaluate(PRESENT, [period, 0])
    assert [step["frames"] for step in shown[1:]] == [frames, frames]
    times = [time for _, time in drawn]
    assert [step for step, _ in drawn] == [0, 1, 2, 3]
    assert [step["ms"] for step in shown] == pytest.approx(np.diff(times))
    assert abs(shown[1]["ms"] - 200) <= period / 2 + 1e-9


def test_a_late_frame_is_measured_and_not_assumed(loaded):
    period = 1000 / 60
    # The image is drawn in frame 19, and would end in frame 31.
    shown, _ = loaded.evaluate(PRESENT, [period, 31])
    assert shown[1]["ms"] == pytest.approx(14 * period)
    assert shown[1]["frames"] == 12
    said = loaded.evaluate(
        "([times, period]) => gcObserver.timing.quality(times, 200, period)",
        [[200, 14 * period, 200.2], period],
    )
    assert (said["off"], said["low"], said["median"]) == (1, 200, 200.2)


def test_the_mask_has_an_amplitude_of_one_over_f(loaded):
    noise, *ends = loaded.evaluate(
        """() => {
          const {mask, pinkNoise} = gcObserver.mask, random = gcObserver.design.generator;
          const grey = mask(random(1), 224).data.filter((_, i) => i % 4 === 0);
          const noise = Array.from(pinkNoise(random(1)), each => Math.round(1e6 * each));
          return [noise.join(), Math.min(...grey), Math.max(...grey)];
        }"""
    )
    noise = np.fromstring(noise, sep=",").reshape(256, 256)
    amplitude = np.abs(np.fft.fft2(noise))
    f = np.hypot(*np.meshgrid(np.fft.fftfreq(256), np.fft.fftfreq(256)))
    octaves = [
        (amplitude * f)[(f >= low) & (f < 2 * low)].mean() for low in (1 / 128, 1 / 32, 1 / 8)
    ]
    assert max(octaves) / min(octaves) < 1.15
    assert amplitude[0, 0] < 1e-3 * amplitude.max()
    assert ends == [0, 255]


# ---- a session ----


def test_a_file_of_answers_is_a_persons_to_gcbook(browser, origins, tmp_path):
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{origins['file']}/{PAGE}")
    loaded_at_once = [Path(url).name for url in asked if "observer" in url]
    assert set(loaded_at_once) <= {"observer.html", "start.js", "chart-1.svg", "chart-1.js"}
    before = page.evaluate("JSON.stringify({...localStorage})")
    opened(page)
    assert page.locator("input[name=way]:checked").input_value() == "timed"
    start(page)
    plan = [each["image"] for each in page.evaluate("plan")]
    # Three textures, one that is neither, and the rest shapes; by key, by click and by arrows.
    said = [each["shape"] for each in plan]
    said[:3] = [each["texture"] for each in plan[:3]]
    said[3] = next(c for c in CATEGORIES if c not in (plan[3]["shape"], plan[3]["texture"]))
    for number, response in enumerate(said, 1):
        wait_until_asked(page, number)
        place = CATEGORIES.index(response)
        if number == 1:
            page.keyboard.press("ArrowRight")
            for _ in range(place // 4):
                page.keyboard.press("ArrowDown")
            for _ in range(place % 4):
                page.keyboard.press("ArrowRight")
            page.keyboard.press("Enter")
        elif number % 2:
            page.get_by_role("button", name=response, exact=True).click()
        else:
            page.keyboard.press(KEYS[place])
    page.wait_for_selector(".gc-results")
    with page.expect_download() as saved:
        page.get_by_role("button", name="Download").click()
    file = tmp_path / saved.value.suggested_filename
    assert file.name == "cue-conflict_subject-07_session_1.csv"
    saved.value.save_as(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trials = read_trials(file)
    assert set(trials["observer_kind"]) == {"human"} and set(trials["observer"]) == {"subject-07"}
    assert list(trials["image_id"]) == [each["id"] for each in plan]
    assert list(trials["response"]) == said
    assert (trials["rt"] >= 0).all()
    (row,) = shape_bias(trials).to_dict("records")
    low, high = jeffreys_interval(12, 15)
    assert row["shape_bias"] == 12 / 15
    text = page.locator(".gc-said").inner_text()
    assert f"{row['shape_bias']:.2f} (95% interval {low:.2f} to {high:.2f})" in text
    measured = pd.read_csv(file)[["image_ms", "mask_ms"]]
    assert (measured > 0).all(axis=None)
    assert page.evaluate("JSON.stringify({...localStorage})") == before
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    context.close()


def test_what_is_interrupted_comes_last_and_what_is_abandoned_is_forgotten(open_book):
    visit = open_book()
    page = opened(visit.goto(PAGE))
    # The visitor prefers reduced motion.
    assert page.locator("input[name=way]").first.input_value() == "untimed"
    assert page.locator("input[name=way]:checked").input_value() == "untimed"
    start(page, block="drawings", way="untimed")
    shapes = [each["image"]["shape"] for each in page.evaluate("plan")]
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Go on").click()
    for shape in [*shapes[1:], shapes[0]]:
        page.get_by_role("button", name=shape, exact=True).click()
    page.wait_for_selector(".gc-results")
    said = page.locator(".gc-said").all_inner_texts()
    assert [text.partition(":")[0] for text in said] == ["You named 8 of 8"] * 2
    page.get_by_role("button", name="Back to the start").click()
    # Before the first image, and while one is asked about.
    start(page, way="timed")
    page.get_by_role("button", name="Abandon").click()
    page.wait_for_selector(".gc-start")
    start(page, way="timed")
    wait_until_asked(page, 1)
    page.get_by_role("button", name="Abandon").click()
    page.wait_for_selector(".gc-start")
    # With an answer given, it takes a second click.
    start(page, way="untimed")
    page.keyboard.press("1")
    wait_until_asked(page, 2)
    page.get_by_role("button", name="Abandon").click()
    leave = "dispatchEvent(new Event('beforeunload', {cancelable: true}))"
    assert not page.evaluate(leave), "answers would be gone without a question"
    page.get_by_role("button", name="Go on").click()
    wait_until_asked(page, 2)
    page.get_by_role("button", name="Abandon").click()
    page.get_by_role("button", name="Abandon").click()
    page.wait_for_selector(".gc-start")
    assert page.evaluate(leave)
    assert page.locator(".gc-results").count() == 0
    assert visit.problems == []


def test_who_is_too_slow_has_not_answered(loaded, tmp_path):
    loaded.locator("input[name=limited]").check()
    start(loaded, length="few", person=12)
    loaded.wait_for_selector(".gc-results")
    assert "named neither shape nor texture" in loaded.locator(".gc-said").inner_text()
    with loaded.expect_download() as saved:
        loaded.get_by_role("button", name="Download").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    with pytest.warns(UserWarning, match="16 of 1280 images"):
        trials = read_trials(file)
    assert set(trials["response"]) == {"na"}
    assert trials["rt"].isna().all()


# ---- a class ----


def trial_file(folder, person, images, responses, name=""):
    path = folder / (name or f"cue-conflict_subject-{person:02d}_session_1.csv")
    lines = ["subj,session,trial,rt,object_response,category,condition,imagename,image_ms,mask_ms"]
    for number, (image, response) in enumerate(zip(images.itertuples(), responses, strict=True), 1):
        stem = f"{number:04d}_s5n_s{person:02d}_0_{image.category}_00_{image.image_id}"
        head = f"subject-{person:02d},1,{number},0.7,{response}"
        lines.append(f"{head},{image.category},0,{stem},200.0,200.0")
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_class_gets_pythons_numbers(loaded, tmp_path):
    (part,) = parts_of("photographs")
    rng = np.random.default_rng(1)
    seen = part.images[part.images["round"].isin([1, 2])].reset_index(drop=True)
    said = []
    for textures in (0.02, 0.1, 0.3):
        drawn = rng.random(len(seen))
        texture, other = drawn < textures, drawn > 0.85
        said.append(
            np.where(texture, seen["texture"], np.where(other, "na", seen["category"])).tolist()
        )
    files = [trial_file(tmp_path, i, seen, each) for i, each in enumerate(said, 1)]
    loaded.locator("input[type=file]").set_input_files([str(file) for file in files])
    loaded.wait_for_selector(".gc-class-results .gc-said")
    texts = " ".join(loaded.locator(".gc-class-results .gc-said").all_inner_texts())
    numbers = re.findall(r"−?\d+\.\d\d", texts)
    found = [float(each.replace("−", "-")) for each in numbers]
    tables = [conflicts_as_trials(seen, each) for each in said]
    each = [shape_bias(table, ["observer"])["shape_bias"][0] for table in tables]
    (pooled,) = shape_bias(pd.concat(tables), ["observer"])["shape_bias"]
    right = [table["response"] == table["category"] for table in tables]
    people = part.answers[part.answers["row"] == "Humans"].merge(seen, on="image_id", how="right")
    theirs = [
        (own.set_index("image_id").loc[seen["image_id"], ["response", "category"]]).eval(
            "response == category"
        )
        for _, own in people.groupby("label")
    ]

    def kappas(pairs):
        return np.nanmean([error_consistency(a.to_numpy(), b.to_numpy()) for a, b in pairs])

    ours = [
        pooled,
        np.mean(each),
        np.std(each, ddof=1),
        min(each),
        max(each),
        kappas(itertools.product(right, theirs)),
        kappas(itertools.combinations(right, 2)),
        kappas(itertools.combinations(theirs, 2)),
    ]
    assert found == pytest.approx(ours, abs=0.00501)
    by_image = loaded.locator(".gc-class-results [aria-label='Cue conflicts, image by image']")
    lines = by_image.locator("tbody tr").evaluate_all(
        "rows => rows.map(row => row.cells[3].textContent)"
    )
    for place, line in enumerate(lines):
        answers = [each[place] for each in said]
        shapes, textures = (answers.count(seen[cue][place]) for cue in ("category", "texture"))
        assert line == f"{shapes} shape, {textures} texture, of 3"
    assert len(lines) == len(seen)


def test_what_is_wrong_with_a_file_is_said_and_never_run(loaded, tmp_path):
    (part,) = parts_of("photographs")
    images = part.images.head(2)
    hostile = "<img src=x onerror=window.ran=1>"
    good = trial_file(tmp_path, 1, images, ["cat", "na"])
    named = trial_file(tmp_path, 2, images, ["cat", "dog"], name=f"{hostile}.csv".replace("/", ""))
    named.write_text(named.read_text().replace("subject-02", hostile))
    wrong = trial_file(tmp_path, 3, images, ["cat", hostile])
    twice = trial_file(tmp_path, 4, images.iloc[[0, 0]], ["cat", "cat"])
    columns = tmp_path / "columns.csv"
    columns.write_text("subj,trial\n")
    files = [good, named, wrong, twice, columns]
    loaded.locator("input[type=file]").set_input_files([str(file) for file in files])
    loaded.wait_for_function(
        "document.querySelector('.gc-class-results > p').textContent === '2 files read.'"
    )
    problems = loaded.locator(".gc-problems li").all_inner_texts()
    assert len(problems) == 3
    assert problems[0].startswith(f"{wrong.name}, line 3: expected one of the 16 categories")
    assert "expected each image once" in problems[1]
    assert problems[2].startswith("columns.csv, line 1: expected the columns session")
    assert hostile in loaded.locator(".gc-class-results").inner_text()
    assert loaded.locator(".gc-class-results img:not([src^='data:'])").count() == 0
    assert loaded.evaluate("window.ran") is None


def test_a_file_dropped_beside_the_target_is_read_and_not_opened(loaded, tmp_path):
    (part,) = parts_of("photographs")
    file = trial_file(tmp_path, 9, part.images.head(2), ["cat", "na"])
    left = loaded.evaluate(
        """([name, text]) => {
          const dataTransfer = new DataTransfer();
          dataTransfer.items.add(new File([text], name));
          const given = {dataTransfer, bubbles: true, cancelable: true};
          const heading = document.querySelector("h1");
          return ["dragover", "drop"].map(
            type => heading.dispatchEvent(new DragEvent(type, given)));
        }""",
        [file.name, file.read_text()],
    )
    assert left == [False, False], "the browser would open the file"
    loaded.wait_for_function(
        "document.querySelector('.gc-class-results > p').textContent === '1 file read.'"
    )
    assert "subject-09" in loaded.locator(".gc-class-results").inner_text()


# ---- every state is accessible ----


def test_all_states_are_accessible_on_a_phone(open_book, tmp_path):
    visit = open_book("http", width=390)
    page = opened(visit.goto(PAGE))

    def check(state):
        for theme, rules in (("dark", ["color-contrast"]), ("light", WCAG)):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            found = Axe().run(page, context=".gc-observer", options=AXE | {"runOnly": rules})
            assert found.violations_count == 0, f"{state}, {theme}: {found.generate_report()}"
        assert page.locator(".gc-observer").evaluate(STICKS_OUT) == [], state

    check("start")
    start(page, block="miniature", way="untimed")
    check("question")
    page.keyboard.press("Escape")
    check("paused")
    page.get_by_role("button", name="Go on").click()
    shapes = [each["image"]["shape"] for each in page.evaluate("plan")]
    for shape in [*shapes[1:], shapes[0]]:
        page.get_by_role("button", name=shape, exact=True).click()
    page.wait_for_selector(".gc-results")
    assert "accuracy" not in page.locator(".gc-said").inner_text()
    (part,) = parts_of("photographs")
    file = trial_file(tmp_path, 1, part.images.head(3), ["cat", "na", "dog"])
    page.locator("input[type=file]").set_input_files(str(file))
    page.wait_for_selector(".gc-class-results .gc-said")
    page.evaluate("document.querySelectorAll('.gc-observer details').forEach(d => d.open = true)")
    check("results")
    assert visit.problems == []


def test_without_scripts_the_page_says_so(open_book):
    page = open_book(scripts=False).goto(PAGE)
    assert "a browser that runs scripts" in page.locator(".gc-observer-closed").inner_text()


def test_no_other_page_asks_for_the_experiment(html):
    asking = [
        str(path.relative_to(html))
        for path in html.rglob("*.html")
        if "_static/observer/" in path.read_text(encoding="utf-8")
    ]
    assert asking == [str(Path(PAGE))]
