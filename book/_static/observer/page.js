/* The start: what is shown, how, and what to know before; and from there to a session and back. */
(function (observer) {
  "use strict";

  const { button, element } = observer.elements;
  const { choice, keep, limit, number, person, rule, unsaved, values, warning, ways } = observer.form;

  const blocks = (pack) => Object.entries(pack.titles);

  function lengthField(pack, block, whole) {
    const [few, all] = observer.design.lengths(pack, block);
    return choice("length", "How many", [
      ["few", `${few} images`, "for the curious"],
      ["all", `${all} images`, "for a class, or to know better"],
    ], whole ? "all" : "few");
  }

  // What an experiment is made of: images, how many, how, and the seed.
  function fields(pack, state) {
    const lengths = element("div", {}, lengthField(pack, state.block, state.whole));
    const limited = limit(pack, state.limited);
    const way = ways(pack, state.timed);
    const still = () => { limited.firstChild.disabled = !way.querySelector("[value=timed]").checked; };
    const images = choice("block", "Images", blocks(pack).map(([key, title]) => [key, title, {
      photographs: "you are compared with people and networks",
      drawings: "you are compared with people and networks",
      miniature: "you are compared with small models that were shown them",
    }[key]]), state.block);
    images.addEventListener("change", (event) => {
      lengths.replaceChildren(lengthField(pack, event.target.value));
    });
    // There is no limit to answer in where the image stays.
    way.addEventListener("change", still);
    still();
    return [images, lengths, way, limited];
  }

  function form(pack, state, begin, look, show) {
    const made = element(
      "form", { class: "gc-start" },
      unsaved(pack, show),
      element(
        "div", { class: "gc-before" },
        warning(pack),
        element("p", {}, rule(pack)),
        element("p", {}, "The images are the question, so they are not described while you answer: " +
          "with a screen reader you cannot take part, but you can read what they show and what " +
          "others answered. Nothing leaves this machine."),
      ),
      fields(pack, state),
      keep(),
      element(
        "details", { class: "gc-in-class", open: /[?&](seed|n)=/.test(location.search) },
        element("summary", {}, "In a class: the same images for all, and a number of your own"),
        element(
          "div", { class: "gc-numbers" },
          number("seed", "Seed", state.seed, 0, observer.settings.LARGEST.seed),
          person(state.person, false),
        ),
        element("p", { class: "gc-hint" }, "The seed decides which images come, and in which order. " +
          "Your number is your name in the file; without one, it is drawn by lot."),
      ),
      element("p", { class: "gc-controls" },
        element("button", { type: "submit", class: "gc-main" }, "Start"),
        button("Look at the images and their descriptions instead", () => look(values(made)))),
    );
    made.addEventListener("submit", function (event) {
      event.preventDefault();
      begin(values(made));
    });
    return made;
  }

  // Another seed for everyone who does not type one in.
  const defaults = (pack) => ({
    block: blocks(pack)[0][0], whole: false, timed: true, limited: true, person: null,
    seed: 1 + Math.floor(Math.random() * 9999),
  });

  function open(box, pack) {
    const own = element("div", { class: "gc-own" });
    let state = Object.assign(defaults(pack), observer.settings.read(pack, location.search).found);

    function start() {
      own.replaceChildren(form(pack, state, begin, look, show));
    }

    function begin(options) {
      // By lot, for thirty files of one name would be one person's.
      const person = options.person || 1 + Math.floor(Math.random() * observer.settings.LARGEST.n);
      state = options = { ...options, person };
      const plan = observer.design.design(pack, options.block, options.whole, options.seed);
      observer.session.run(own, pack, plan, options, function (trials, period) {
        if (trials) show({ options, trials, period });
        else back();
      });
    }

    function show(session) {
      observer.results.show(own, pack, session, observer.kept.hold(own, session), back);
    }

    function back() {
      delete own.dataset.unsaved;
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

    observer.kept.guard(own);
    box.replaceChildren(own, observer.classroom.place(pack));
    start();
    own.querySelector("input").focus({ preventScroll: true });
  }

  observer.page = { defaults, fields, open };
})(window.gcObserver = window.gcObserver || {});
