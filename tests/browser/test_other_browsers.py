"""Home, experiment, classifier and lab in Firefox and WebKit: they start and answer from a disk.

Chromium's tests say what the pages do; these only notice what another engine does not know.
"""

import json

import pytest
from tiny import driver

from gcbook.files.manifest import DATA

# What a page does is seen in Chromium; other engines rarely differ.
pytestmark = pytest.mark.nightly


@pytest.fixture(scope="module", params=["firefox", "webkit"])
def driven(request, html):
    """A browser; all pages are opened in one."""
    missing = getattr(driver, f"missing_{request.param}")()
    if missing:
        pytest.skip(missing)
    with getattr(driver, request.param)() as started:
        yield started


@pytest.fixture
def opened(driven, html):
    def opened(path):
        driven.goto((html / path).as_uri())
        return driven.run

    return opened


def test_the_home_page_draws_its_charts(opened):
    run = opened("book/chapters/home.html")
    assert (
        run(
            """for (let i = 0; i < 600 && !document.querySelector(".gc-chart svg"); i++) {
          await new Promise((go) => setTimeout(go, 100));
        }
        return document.querySelector(".gc-chart svg").getBoundingClientRect().width;"""
        )
        > 200
    )


def test_the_experiment_shows_an_image_and_takes_an_answer(opened):
    run = opened("book/chapters/observer.html")
    found = run(
        """const until = async (selector) => {
          for (let i = 0; i < 300 && !document.querySelector(selector); i++) {
            await new Promise((go) => setTimeout(go, 100));
          }
          return document.querySelector(selector);
        };
        document.querySelector(".gc-observer-open").click();
        const begin = await until(".gc-start");
        for (const chosen of ["length][value=few", "way][value=untimed"]) {
          document.querySelector(`input[name=${chosen}]`).click();
        }
        document.querySelector("input[name=person]").value = 7;
        begin.requestSubmit();
        const canvas = await until(".gc-screen canvas");
        const pen = canvas.getContext("2d");
        const greys = () => new Set(pen.getImageData(0, 0, canvas.width, canvas.height).data).size;
        for (let i = 0; i < 300 && greys() <= 20; i++) {
          await new Promise((go) => setTimeout(go, 100));
        }
        await until(".gc-answers button");
        return [greys(), document.querySelectorAll(".gc-answers button").length];"""
    )
    assert found[0] > 20, "an image, not a blank"
    assert found[1] == 16


def test_the_classifier_answers_in_its_worker(opened):
    run = opened("book/classify.html")
    # The page opens on a conflict drawn at random, of which the answer is stored.
    name, answer = run(
        """for (let i = 0; i < 300 && !window.gcClassify?.page; i++) {
          await new Promise((go) => setTimeout(go, 100));
        }
        await gcClassify.page.load();
        const { state, labels, id } = gcClassify.page;
        const log_p = await gcClassify.named(state.models.cnn, state.image);
        return [id(), labels[log_p.indexOf(Math.max(...log_p))]];"""
    )
    stored = json.loads(DATA.path("networks/conflicts.json").read_text("utf-8"))
    assert answer == stored["named"][stored["ids"].index(name)]


def test_python_judges_an_answer(opened):
    run = opened("book/lab.html")
    found = run(
        """const until = async (found) => {
          for (let i = 0; i < 1100 && !found(); i++) await new Promise((go) => setTimeout(go, 100));
          return found();
        };
        const area = await until(() => document.querySelector("[aria-label='Answer 1']"));
        area.value = "predicted = {'person': 1, 'resnet50': 2}";
        area.dispatchEvent(new Event("input"));
        const buttons = [...document.querySelectorAll("[data-python] button")];
        buttons.find((each) => each.textContent === "Check answer 1").click();
        const verdict = await until(() => document.querySelector(".gc-verdict:not(:empty)"));
        return verdict ? verdict.textContent : document.querySelector(".gc-bar").textContent;"""
    )
    assert found == "Not yet: a shape bias lies between 0 and 1."
