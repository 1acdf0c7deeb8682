"""The experiment: its numbers are Python's, its file is a person's, and it keeps what it may."""

import itertools
import re
import warnings
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import scipy.stats
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
# Not among those that run by default: what is seen on a button is in its name.
SEEN = {"rules": {"label-content-name-mismatch": {"enabled": True}}}
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

# A class's files are not of the test's short presentations.
LABORATORY = "() => { pack.timing.image = 200; }"

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


def start(page, block="photographs", length="few", way="timed", seed=5, person=7, limited=False):
    for name, value in (("block", block), ("length", length), ("way", way)):
        page.locator(f"input[name={name}][value={value}]").check()
    if way == "timed":
        page.locator("input[name=limited]").set_checked(limited)
    page.locator(".gc-in-class").evaluate("fold => { fold.open = true; }")
    page.locator("input[name=seed]").fill(str(seed))
    page.locator("input[name=person]").fill(str(person))
    page.get_by_role("button", name="Start", exact=True).click()
    page.wait_for_selector(".gc-screen canvas")
    if way == "untimed":
        # Keys count from the first image on, once all images are decoded.
        wait_until_asked(page, 1)


def choose(page, response):
    page.locator(f".gc-answers button:has(span:text-is('{response}'))").click()


def unload(page):
    """Whether the page lets the browser leave it without a question."""
    return page.evaluate("dispatchEvent(new Event('beforeunload', {cancelable: true}))")


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
    said = loaded.evaluate("times => gcObserver.timing.range(times)", [200, 14 * period, 200.2])
    assert (said["low"], said["median"]) == (200, 200.2)


@pytest.mark.parametrize(
    ("times", "off", "word"),
    [
        ([180, 220, 200, 216.7], 0, "good"),
        ([179, 200, 200, 200], 1, "usable"),
        ([200, 200, 233.3, 250], 2, "unusable"),
        ([5000] * 4, 4, "unusable"),
    ],
)
def test_a_session_has_a_verdict_on_its_timing(loaded, times, off, word):
    pack = {"timing": {"image": 200, "tolerance": 20}, "mostOff": 0.25}
    found = loaded.evaluate("given => gcObserver.timing.verdict(...given)", [pack, times])
    assert found == {"off": off, "word": word}


def test_intervals_of_means_and_differences_are_scipys(loaded):
    rng = np.random.default_rng(3)
    ones, others = rng.beta(20, 2, 12), rng.beta(9, 3, 7)
    mean, apart = loaded.evaluate(
        """([ones, others]) => [
          gcObserver.statistics.meanWithInterval([...ones, NaN], 0.95),
          gcObserver.statistics.difference(ones, others, 0.95)]""",
        [ones.tolist(), others.tolist()],
    )
    interval = scipy.stats.ttest_1samp(ones, 0).confidence_interval(0.95)
    assert [mean["mean"], mean["low"], mean["high"]] == pytest.approx([ones.mean(), *interval])
    interval = scipy.stats.ttest_ind(ones, others, equal_var=False).confidence_interval(0.95)
    assert [apart["value"], apart["low"], apart["high"]] == pytest.approx(
        [ones.mean() - others.mean(), *interval]
    )


# ---- a session ----


def test_a_file_of_answers_is_a_persons_to_gcbook(browser, origins, tmp_path, on_time):
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
            choose(page, response)
        else:
            page.keyboard.press(KEYS[place])
    page.wait_for_selector(".gc-results")
    assert not unload(page), "answers that are not saved would be gone without a question"
    with page.expect_download() as saved:
        page.locator(".gc-save").click()
    assert unload(page)
    file = tmp_path / saved.value.suggested_filename
    assert file.name == "cue-conflict_subject-07_session_1.csv"
    saved.value.save_as(file)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        trials = read_trials(on_time(file))
    assert set(trials["observer_kind"]) == {"human"} and set(trials["observer"]) == {"subject-07"}
    assert list(trials["image_id"]) == [each["id"] for each in plan]
    assert list(trials["response"]) == said
    assert (trials["rt"] >= 0).all()
    (row,) = shape_bias(trials).to_dict("records")
    low, high = jeffreys_interval(12, 15)
    assert row["shape_bias"] == 12 / 15
    text = page.locator(".gc-said").inner_text()
    assert f"{row['shape_bias']:.2f} (95% interval {low:.2f} to {high:.2f})" in text
    read = pd.read_csv(file)
    assert (read[["image_ms", "mask_ms"]] > 0).all(axis=None)
    assert set(read["seed"]) == {5}
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
        choose(page, shape)
    page.wait_for_selector(".gc-results")
    said = page.locator(".gc-said").all_inner_texts()
    assert [text.partition(":")[0] for text in said] == ["You named 8 of 8"] * 2
    # What is not saved takes a second click.
    page.get_by_role("button", name="Back to the start").click()
    page.get_by_role("button", name="Not saved").click()
    assert unload(page)
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
    assert not unload(page), "answers would be gone without a question"
    page.get_by_role("button", name="Go on").click()
    wait_until_asked(page, 2)
    page.get_by_role("button", name="Abandon").click()
    page.get_by_role("button", name="Abandon").click()
    page.wait_for_selector(".gc-start")
    assert unload(page)
    assert page.locator(".gc-results").count() == 0
    assert visit.problems == []


def test_who_is_too_slow_has_not_answered(loaded, tmp_path, on_time):
    start(loaded, length="few", person=12, limited=True)
    loaded.wait_for_selector(".gc-results")
    assert "named neither shape nor texture" in loaded.locator(".gc-said").inner_text()
    with loaded.expect_download() as saved:
        loaded.locator(".gc-save").click()
    file = tmp_path / saved.value.suggested_filename
    saved.value.save_as(file)
    with pytest.warns(UserWarning, match="16 of 1280 images"):
        trials = read_trials(on_time(file))
    assert set(trials["response"]) == {"na"}
    assert trials["rt"].isna().all()


# ---- a class ----


def trial_file(folder, person, images, responses, name="", shown="200.0"):
    path = folder / (name or f"cue-conflict_subject-{person:02d}_session_1.csv")
    times = [shown] * len(responses) if isinstance(shown, str) else shown
    lines = ["subj,session,trial,rt,object_response,category,condition,imagename,image_ms,mask_ms"]
    rows = zip(images.itertuples(), responses, times, strict=True)
    for number, (image, response, ms) in enumerate(rows, 1):
        stem = f"{number:04d}_s5n_s{person:02d}_0_{image.category}_00_{image.image_id}"
        head = f"subject-{person:02d},1,{number},0.7,{response}"
        lines.append(f"{head},{image.category},0,{stem},{ms},200.0")
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
    loaded.evaluate(LABORATORY)
    loaded.locator("input[type=file]").set_input_files([str(file) for file in files])
    loaded.wait_for_selector(".gc-class-results .gc-said")
    texts = " ".join(loaded.locator(".gc-class-results .gc-said").all_inner_texts())
    texts = texts.replace("95%", "")
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

    interval = scipy.stats.ttest_1samp(each, 0).confidence_interval(0.95)
    # Those of chance have a test of their own.
    del found[6:9]
    ours = [
        np.mean(each),
        *np.clip(interval, 0, 1),
        np.std(each, ddof=1),
        min(each),
        max(each),
        pooled,
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


def class_of(page, files):
    """The class's lines, sentences and problems, once these files are read."""
    page.evaluate(LABORATORY)
    page.locator("input[type=file]").set_input_files([])
    page.evaluate("document.querySelector('.gc-class-results').replaceChildren()")
    page.locator("input[type=file]").set_input_files([str(file) for file in files])
    page.wait_for_selector(".gc-class-results > h3")
    results = page.locator(".gc-class-results")
    everybody = results.locator("[aria-label='The class, observer by observer'] tbody tr")
    lines = everybody.evaluate_all(
        "rows => rows.map(row => Array.from(row.cells, c => c.textContent))"
    )
    said = results.locator(".gc-said").all_inner_texts()
    return lines, said, results.locator(".gc-problems li").all_inner_texts()


def test_times_decide_what_counts_in_a_class(loaded, tmp_path):
    (part,) = parts_of("photographs")
    images = part.images.head(8)
    shapes = list(images["category"])
    mostly = [*images["texture"][:2], *shapes[2:]]
    given = {
        1: (shapes, "200.0"),
        2: (shapes, "5000"),
        # Of the texture's two one was late.
        3: (mostly, ["240.0", *["200.0"] * 7]),
        4: (mostly, "NaN"),
        5: (shapes, "NaN"),
        6: (mostly, [*["183.3"] * 5, *["250.1"] * 3]),
    }
    files = [trial_file(tmp_path, i, images, said, shown=ms) for i, (said, ms) in given.items()]
    untold = tmp_path / "cue-conflict_subject-07_session_1.csv"
    untold.write_text(re.sub(r",[^,]*,[^,]*$", "", files[0].read_text(), flags=re.M))
    lines, said, problems = class_of(loaded, [*files, untold])
    assert [line[2:5] for line in lines] == [
        ["8", "200 ms", "1.00"],
        ["0 of 8", "5000 ms; 8 off: left out", "undefined"],
        ["7 of 8", "200 ms; 1 off", "0.86"],
        ["8", "without limit", "0.75"],
        ["8", "without limit", "1.00"],
        ["0 of 8", "183 ms; 3 off: left out", "undefined"],
        ["8", "not recorded", "1.00"],
    ]
    assert "mean shape bias is 0.93 " in said[0] and said[0].startswith("Shown briefly, 2 obs")
    assert said[2].startswith("Without time limit, 2 observers: the mean shape bias is 0.88 ")
    assert said[4].startswith("Times not recorded, 1 observer: All answers together: 1.00")
    assert said[6].startswith("Briefly less without time limit: 0.05 (95% interval −")
    assert len(said) == 7 and len(problems) == 1 and "both of subject-01" in problems[0]
    wrong = trial_file(tmp_path, 8, images, shapes, shown=["soon", *["200"] * 7])
    mixed = trial_file(tmp_path, 9, images, shapes, shown=["NaN", *["200"] * 7])
    *_, problems = class_of(loaded, [wrong, mixed])
    assert "line 2: expected milliseconds or NaN as image_ms; found “soon”" in problems[0]
    assert "expected image_ms for all images or for none" in problems[1]


def test_a_file_counts_once_and_may_be_a_spreadsheets(loaded, tmp_path):
    (part,) = parts_of("photographs")
    images = part.images.head(3)
    file = trial_file(tmp_path, 1, images, list(images["category"]))
    copy = tmp_path / "cue-conflict_subject-01_session_1 (1).csv"
    # With semicolons, decimal commas, other line ends and a byte order mark.
    text = file.read_text().replace(",", ";").replace("200.0", "200,0").replace("0.7", "0,7")
    other = tmp_path / "cue-conflict_subject-02_session_1.csv"
    other.write_bytes(b"\xef\xbb\xbf" + text.replace("ject-01", "ject-02").encode())
    copy.write_bytes(file.read_bytes().replace(b"\n", b"\r\n"))
    lines, _, problems = class_of(loaded, [file, copy, other])
    assert [line[1:4] for line in lines] == [
        ["subject-01", "3", "200 ms"],
        ["subject-02", "3", "200 ms"],
    ]
    assert problems == [f"{copy.name} is the same as {file.name}, and counts once."]


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
    *_, problems = class_of(loaded, files)
    assert loaded.locator(".gc-class-results > p").inner_text() == "2 files read."
    assert len(problems) == 3
    assert problems[0].startswith(f"{wrong.name}, line 3: expected one of the 16 categories")
    assert "expected each image once" in problems[1]
    assert problems[2].startswith("columns.csv, line 1: expected the columns session")
    assert hostile in loaded.locator(".gc-class-results").inner_text()
    assert loaded.locator(".gc-class-results img:not([src^='data:'])").count() == 0
    assert loaded.evaluate("window.ran") is None


# ---- every state is accessible ----


def test_all_states_are_accessible_on_a_phone(open_book, tmp_path):
    visit = open_book("http", width=390)
    page = opened(visit.goto(PAGE))

    def check(state):
        for theme, rules in (("dark", ["color-contrast"]), ("light", WCAG)):
            page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
            options = (
                AXE | SEEN | {"runOnly": [*rules, "experimental"][: 1 if theme == "dark" else None]}
            )
            found = Axe().run(page, context=".gc-observer", options=options)
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
        choose(page, shape)
    page.wait_for_selector(".gc-results")
    assert "accuracy" not in page.locator(".gc-said").inner_text()
    (part,) = parts_of("photographs")
    file = trial_file(tmp_path, 1, part.images.head(3), ["cat", "na", "dog"])
    page.evaluate(LABORATORY)
    page.locator("input[type=file]").set_input_files(str(file))
    page.wait_for_selector(".gc-class-results .gc-said")
    page.evaluate("document.querySelectorAll('.gc-observer details').forEach(d => d.open = true)")
    check("results")
    assert visit.problems == []


def test_no_other_page_asks_for_the_experiment(html):
    asking = [
        str(path.relative_to(html))
        for path in html.rglob("*.html")
        if "_static/observer/" in path.read_text(encoding="utf-8")
    ]
    assert asking == [str(Path(PAGE))]
