/* A page for those who take part and know nothing of what is measured: welcome, practice, session,
   saving, and only then what it was about. With `?prepare` it is made ready for a class instead. */
(function (observer) {
  "use strict";

  const { button, element } = observer.elements;
  const { form } = observer;
  const TITLE = "An experiment on seeing";

  // What is said at the end, of the images of a block.
  const DEBRIEFING = {
    photographs: "Each image was made of two photographs: it had the shape of one thing and the texture, " +
      "the surface, of another. Of your answers that named either, the share that named the shape is your " +
      "shape bias. People name mostly shapes; many networks that were trained on photographs name mostly " +
      "textures.",
    drawings: "The drawings had an outline and no texture. Counted is how often you named what was drawn: " +
      "people find it easily, and many networks that were trained on photographs do not.",
    miniature: "These are the images of a small artificial world. Some had the shape of one thing and the " +
      "texture of another, others an outline alone; networks trained in that world saw them too.",
  };
  const CREDITS = [
    "The images are by Geirhos, Rubisch, Michaelis, Bethge, Wichmann and Brendel ",
    element("a", { href: "https://github.com/rgeirhos/texture-vs-shape" }, "(texture-vs-shape)"),
    ", under ", element("a", { href: "https://creativecommons.org/licenses/by/4.0/" }, "CC BY 4.0"),
    ", and were saved again; the cat of the practice is by Stéfan van der Walt (CC0). The authors do not " +
    "endorse this page.",
  ];

  const heading = (text) => element("h1", { tabindex: "-1" }, text);
  const paragraph = (...text) => element("p", {}, ...text);

  function turnTo(box, ...children) {
    box.replaceChildren(...children.flat());
    scrollTo(0, 0);
    const first = box.querySelector("h1");
    if (first) first.focus({ preventScroll: true });
  }

  // A phone, or a page in another's frame, may not have it.
  async function fullScreen(wanted) {
    try {
      if (wanted) await document.documentElement.requestFullscreen();
      else if (document.fullscreenElement) await document.exitFullscreen();
    } catch { /* It works in a window, too. */ }
  }

  // The settings of the page: of its address, else of the file.
  function asked(pack, query) {
    const own = document.querySelector("meta[name=experiment]").content;
    const [file, address] = [own, query].map((text) => observer.settings.read(pack, text));
    return {
      settings: Object.assign(observer.page.defaults(pack), file.found, address.found),
      problems: [...file.problems, ...address.problems],
    };
  }

  function welcome(box, pack, settings) {
    const plan = observer.design.design(pack, settings.block, settings.whole, settings.seed);
    const made = element(
      "form", { class: "gc-start" },
      form.unsaved(pack, (session) => thanks(box, pack, settings, session)),
      heading(TITLE),
      paragraph(`You see ${plan.length} images, one after another, and choose from sixteen words what each was: ` +
        "by a click, by touch, or with the four rows of keys from 1 to V. Some are hard: guess. Nobody tells " +
        "you whether you were right. It begins with a short practice. You can pause at any time."),
      element(
        "div", { class: "gc-before" },
        // Where nothing flashes for anybody, there is nothing to warn of and no choice.
        settings.timed ? [form.warning(pack), paragraph(form.rule(pack))] : [],
        paragraph("You have to see the images: with a screen reader you cannot take part. Nothing leaves " +
          "this device; you save a file at the end."),
      ),
      settings.timed ? form.ways(pack, true, settings.limited) : [],
      element("div", { class: "gc-numbers" }, form.person(settings.person)),
      element("p", { class: "gc-hint" }, "Take the number that you were given, or one that nobody else has. " +
        "It is your name in the file."),
      form.keep(),
      element("p", { class: "gc-controls" },
        element("button", { type: "submit", class: "gc-main" }, "Begin with the practice")),
    );
    made.addEventListener("submit", async function (event) {
      event.preventDefault();
      const options = form.values(made, settings);
      await fullScreen(true);
      practice(box, pack, settings, options);
    });
    turnTo(box, made);
  }

  function practice(box, pack, settings, options) {
    const plan = observer.design.practice(pack, options.seed);
    observer.session.run(box, pack, plan, { ...options, practice: true }, async function (trials) {
      if (trials) return between(box, pack, settings, options);
      await fullScreen(false);
      return welcome(box, pack, { ...settings, person: options.person });
    });
  }

  function between(box, pack, settings, options) {
    const plan = observer.design.design(pack, options.block, options.whole, options.seed);
    turnTo(
      box,
      heading("The practice is over"),
      paragraph(`Now come the ${plan.length} images that count. Sit at arm’s length and look at the dot.`),
      element("p", { class: "gc-controls" },
        button("Start", () => session(box, pack, settings, options, plan), { class: "gc-main" }),
        button("Practise again", () => practice(box, pack, settings, options))),
    );
    box.querySelector("button").focus();
  }

  function session(box, pack, settings, options, plan) {
    observer.session.run(box, pack, plan, options, async function (trials, period) {
      await fullScreen(false);
      if (trials) thanks(box, pack, settings, { options, trials, period });
      else welcome(box, pack, { ...settings, person: options.person });
    });
  }

  // Answers are saved before anything is said about them.
  function thanks(box, pack, settings, held) {
    const saved = observer.kept.hold(box, held);
    const called = (name, i, n) => (n > 1 ? `Save my answers (file ${i + 1} of ${n})` : "Save my answers");
    const state = element("p", { role: "status" }, "They are not saved yet.");
    const saving = observer.results.saving(pack, held, called, function () {
      saved();
      state.textContent = "Saved. Give the file to whoever asked you to take part.";
    });
    turnTo(
      box, heading("Thank you"), paragraph("First save your answers."), saving, state,
      element("p", { class: "gc-controls" },
        button("What was it about?", () => debriefing(box, pack, held, saving, state))),
    );
  }

  function debriefing(box, pack, held, saving, state) {
    turnTo(
      box, heading("What it was about"),
      paragraph(DEBRIEFING[held.options.block], " Please tell nobody who has still to take part."),
      // The credits name what was measured, and so stand here.
      paragraph(...CREDITS),
      element("h2", {}, "Your results"),
      saving, state,
      observer.results.report(pack, held),
    );
  }

  // For whoever leads the experiment: the address with these settings, and this page with them inside.
  function prepare(box, pack, settings, page) {
    const address = element("output", { class: "gc-address" });
    const made = element(
      "form", { class: "gc-start" },
      heading("Prepare the participant’s page"),
      observer.page.fields(pack, settings),
      element("div", { class: "gc-numbers" },
        form.number("seed", "Seed", settings.seed, 0, observer.settings.LARGEST.seed)),
      paragraph("Address of the page with these settings: ", address),
      element("p", { class: "gc-controls" },
        element("button", { type: "submit", class: "gc-main" }, "Save the page with these settings")),
    );
    const query = () => observer.settings.write(form.values(made, settings));
    const spell = () => { address.textContent = location.href.split(/[?#]/)[0] + "?" + query(); };
    made.addEventListener("input", spell);
    made.addEventListener("submit", function (event) {
      event.preventDefault();
      const quoted = query().replaceAll("&", "&amp;");
      observer.elements.save("experiment.html", page.replace(
        /(<meta name="experiment" content=")[^"]*/, (all, before) => before + quoted,
      ));
    });
    turnTo(box, made);
    spell();
  }

  function open(pack) {
    // As it stands in the file, before anything is shown.
    const page = "<!DOCTYPE html>\n" + document.documentElement.outerHTML + "\n";
    const box = document.querySelector(".gc-observer");
    const words = new URLSearchParams(location.search);
    const preparing = words.has("prepare");
    words.delete("prepare");
    const { settings, problems } = asked(pack, words.toString());
    document.title = TITLE;
    observer.kept.guard(box);
    if (preparing) prepare(box, pack, settings, page);
    else if (!problems.length) welcome(box, pack, settings);
    else {
      turnTo(
        box, heading("This address cannot be used"),
        element("ul", { class: "gc-problems" }, problems.map((text) => element("li", {}, text))),
        paragraph("Ask whoever gave it to you."),
      );
    }
  }

  // The images and answers come after this script, and are handed to it.
  window.gcbookTake = open;
})(window.gcObserver = window.gcObserver || {});
