/* What is asked and said before a session, in the book's page and in the participant's. */
(function (observer) {
  "use strict";

  const { button, element } = observer.elements;

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

  function check(name, text, checked) {
    return element(
      "label", { class: "gc-check" },
      element("input", { type: "checkbox", name, checked }), element("span", {}, text),
    );
  }

  function number(name, text, value, min, max, required = true) {
    return element("label", {}, text, element("input", {
      type: "number", name, value, min, max, step: 1, required, inputmode: "numeric",
    }));
  }

  const person = (value, required = true) =>
    number("person", "Your number", value, 1, observer.settings.LARGEST.n, required);

  // With `limited`, it is said here that there is a limit, for nothing else asks for it.
  function ways(pack, timed, limited) {
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const { image, mask, answer } = pack.timing;
    const within = limited ? `; answer within ${answer / 1000} s, later counts as no answer` : "";
    const both = [
      ["timed", "Briefly, as in the laboratory", `each image for ${image} ms, then noise for ${mask} ms${within}`],
      ["untimed", "Without time limit", "nothing flashes; but the people you are compared with saw each image briefly"],
    ];
    if (still) both.reverse();
    return choice("way", "How", both, still || timed === false ? "untimed" : "timed");
  }

  const limit = (pack, checked) => check(
    "limited", `Answer within ${pack.timing.answer / 1000} s, as in the laboratory; later counts as no answer`, checked,
  );

  const keep = () => check("keep", "Keep my answers in this browser until I have saved them", false);

  // Which images do not count, said before anybody has seen one.
  function rule(pack) {
    const { image, tolerance } = pack.timing;
    return `In a class’s result, an image that was on for less than ${image - tolerance} or more than ` +
      `${image + tolerance} ms does not count, nor does a session with more than ` +
      `${observer.chart.percent(pack.mostOff)} of them.`;
  }

  function warning(pack) {
    const { fixation, image, mask } = pack.timing;
    return element("p", {}, element("strong", {}, "Before you start. "),
      `Shown briefly, every image flashes: a dot for ${fixation} ms, the image for ${image} ms, ` +
      `a square of noise for ${mask} ms. If flicker can bring on seizures or migraine in you, ` +
      "choose “without time limit”, where nothing flashes.");
  }

  // Answers that were kept and not saved; `show` gets a session.
  function unsaved(pack, show) {
    return observer.kept.sessions(pack).map(function (session) {
      const line = element("p", { class: "gc-kept" },
        `${session.trials.length} answers of number ${session.options.person} are kept here and not saved. `,
        button("Show and save them", () => show(session)), " ",
        button("Forget them", function () {
          observer.kept.drop(session.text);
          line.remove();
        }));
      return line;
    });
  }

  // A form's answers; those that it does not ask for come from `settings`.
  function values(made, settings) {
    const given = new FormData(made);
    const timed = given.has("way") ? given.get("way") === "timed" : settings.timed;
    const asks = (name) => Boolean(made.querySelector(`[name=${name}]`));
    return {
      block: given.get("block") || settings.block,
      whole: asks("length") ? given.get("length") === "all" : settings.whole,
      timed,
      // The box keeps its tick while it is out of use.
      limited: asks("limited") ? made.querySelector("[name=limited]").checked : settings.limited,
      keep: given.has("keep"),
      seed: Number(asks("seed") ? given.get("seed") : settings.seed),
      person: Number(given.get("person")) || null,
    };
  }

  observer.form = { check, choice, keep, limit, number, person, rule, unsaved, values, warning, ways };
})(window.gcObserver = window.gcObserver || {});
