/* The start: what is shown, how, and what to know before; and from there to a session and back. */
(function (observer) {
  "use strict";

  const { button, element } = observer.elements;
  const LARGEST_SEED = 2 ** 32 - 2;

  function choice(name, legend, options, checked) {
    return element(
      "fieldset", {}, element("legend", {}, legend),
      options.map(([value, text, more]) => element(
        "label", {},
        element("input", { type: "radio", name, value, checked: value === checked }),
        element("span", {}, text, more ? element("small", {}, more) : null),
      )),
    );
  }

  function numberField(name, text, value, min, max) {
    return element("label", {}, text, element("input", {
      type: "number", name, value, min, max, step: 1, required: true, inputmode: "numeric",
    }));
  }

  const blocks = (pack) => Object.entries(pack.titles);

  function lengthField(pack, block) {
    const [few, all] = observer.design.lengths(pack, block);
    return choice("length", "How many", [
      ["few", `${few} images`, "for the curious"],
      ["all", `${all} images`, "for a class, or to know better"],
    ], "few");
  }

  function form(pack, state, begin, look) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { fixation, image, mask, answer } = pack.timing;
    const ways = [
      ["timed", "Briefly, as in the laboratory", `each image for ${image} ms, then noise for ${mask} ms`],
      ["untimed", "Without time limit", "nothing flashes; but the people you are compared with saw each image briefly"],
    ];
    if (still) ways.reverse();
    const lengths = element("div", {}, lengthField(pack, state.block));
    const made = element(
      "form", { class: "gc-start" },
      element(
        "div", { class: "gc-before" },
        element("p", {}, element("strong", {}, "Before you start. "),
          `Shown briefly, every image flashes: a dot for ${fixation} ms, the image for ${image} ms, ` +
          `a square of noise for ${mask} ms. If flicker can bring on seizures or migraine in you, ` +
          "choose “without time limit”, where nothing flashes. The images are the question, so they " +
          "are not described while you answer: with a screen reader you cannot take part, but you " +
          "can read what they show and what others answered."),
        element("p", {}, "Nothing leaves this machine, and nothing is stored: closing or reloading " +
          "the page forgets your answers."),
      ),
      choice("block", "Images", blocks(pack).map(([key, title]) => [key, title, {
        photographs: "beside you stand people and networks",
        drawings: "beside you stand people and networks",
        miniature: "what the book’s small models were shown; beside you stand these models",
      }[key]]), state.block),
      lengths,
      choice("way", "How", ways, still ? "untimed" : "timed"),
      element("label", { class: "gc-check" },
        element("input", { type: "checkbox", name: "limited" }),
        element("span", {}, `Answer within ${answer / 1000} s, as in the laboratory; later counts as no answer`)),
      element(
        "div", { class: "gc-numbers" },
        numberField("seed", "Seed", state.seed, 0, LARGEST_SEED),
        numberField("person", "Your number", state.person, 1, 99),
      ),
      element("p", { class: "gc-hint" }, "The seed decides which images come, and in which order: with " +
        "the same seed all of a class see the same. Your number is your name in the file."),
      element("p", { class: "gc-controls" },
        element("button", { type: "submit", class: "gc-main" }, "Start"),
        button("Look at the images and their descriptions instead", () => look(values()))),
    );
    function values() {
      const given = new FormData(made);
      const timed = given.get("way") === "timed";
      return {
        block: given.get("block"), whole: given.get("length") === "all", timed,
        limited: timed && given.has("limited"),
        seed: Number(given.get("seed")), person: Number(given.get("person")),
      };
    }
    made.addEventListener("change", function (event) {
      if (event.target.name === "block") {
        lengths.replaceChildren(lengthField(pack, event.target.value));
      }
      // There is no limit to answer in where the image stays.
      made.querySelector("[name=limited]").disabled = !values().timed;
    });
    made.querySelector("[name=limited]").disabled = still;
    made.addEventListener("submit", function (event) {
      event.preventDefault();
      begin(values());
    });
    return made;
  }

  function open(box, pack) {
    const own = element("div", { class: "gc-own" });
    // Another seed for everyone who does not type one in.
    let state = { block: blocks(pack)[0][0], seed: 1 + Math.floor(Math.random() * 9999), person: 1 };

    function start() {
      own.replaceChildren(form(pack, state, begin, look));
    }

    function begin(options) {
      state = options;
      const plan = observer.design.design(pack, options.block, options.whole, options.seed);
      observer.session.run(own, pack, plan, options, function (trials, period) {
        if (trials) observer.results.show(own, pack, options, trials, period, back);
        else back();
      });
    }

    function back() {
      start();
      own.querySelector("button[type=submit]").focus();
    }

    function look(options) {
      state = options;
      const plan = observer.design.design(pack, options.block, options.whole, options.seed);
      const heading = element("h3", { tabindex: "-1" }, "The images, and what others answered");
      const parts = observer.design.partsOf(pack, options.block);
      const tables = parts
        .map((part) => [part, plan.filter((each) => each.part === part).map((each) => each.image)])
        .filter(([, images]) => images.length)
        .map(([part, images]) => observer.results.imageTable(part, images));
      own.replaceChildren(heading, ...tables, element("p", {}, button("Back to the start", back)));
      heading.focus();
    }

    // Nothing is stored, so a browser asks before it leaves an experiment that is under way.
    addEventListener("beforeunload", function (event) {
      if (own.querySelector(".gc-session")) event.preventDefault();
    });
    box.replaceChildren(own, observer.classroom.place(pack));
    start();
    own.querySelector("input").focus({ preventScroll: true });
  }

  observer.page = { open };
})(window.gcObserver = window.gcObserver || {});
