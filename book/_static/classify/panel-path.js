/* A conflict at random, and a guided path: four selected pictures, each with a question before the run
   and what to see after it. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  // The cue that each network names with 16 draws of seed 0, the paper's weight and the contrast of
  // training; `equal` is what the generative classifier names with equal weights.
  gc.PATH = [
    {
      title: "The paper’s finding", id: "keyboard10-car-0",
      generative: "shape", cnn: "texture", equal: "shape",
      ask: "A keyboard with the texture of cars. Which network names the keyboard?",
      seen: "The generative classifier names the shape, the ResNet the texture. In this small world, such " +
        "pictures are rare.",
    },
    {
      title: "The weights", id: "bottle2-clock-0",
      generative: "texture", cnn: "texture", equal: "shape",
      ask: "A bottle with the texture of clocks. What do the networks say, and what if all noise levels " +
        "count alike?",
      seen: "Both name the texture. Set k to 0 below: now the generative classifier names the shape.",
    },
    {
      title: "No conflict", id: "bicycle7-oven-0",
      generative: "shape", cnn: "shape", equal: "shape",
      ask: "A bicycle with the texture of ovens. Will the texture win again?",
      seen: "Both name the shape: thin parts leave little room for a texture.",
    },
    {
      title: "A failure", id: "elephant1-bear-0",
      generative: "texture", cnn: "texture", equal: "texture",
      ask: "An elephant with the texture of bears. Does a k exist at which the generative classifier finds " +
        "the elephant?",
      seen: "Both networks name the texture, and the generative classifier does so with k = 0, too.",
    },
  ];

  let at = -1;

  gc.pathPanel = function (page) {
    const { generative, cnn, n } = page.stored();
    const counts = ([shape, texture]) => `the shape of ${shape} and the texture of ${texture}`;
    const another = gc.button("Another conflict at random", () => go(-1, page.another));
    const of_all = el("p", {}, `Of ${n} such conflicts, ${page.diffusion} names ${counts(generative)}, ` +
      `${page.cnn} ${counts(cnn)}.`);
    const row = gc.row(...gc.PATH.map((step, i) =>
      gc.button(`${i + 1}. ${step.title}`, () => go(i, () => page.show(step.id)))));
    row.setAttribute("role", "group");
    row.setAttribute("aria-label", "Four selected pictures");
    const said = el("p", { role: "status" });

    // The picture that is shown may be another one by now; then no step is marked.
    function show() {
      const step = gc.PATH[at], here = step && page.id() === step.id;
      [...row.children].forEach((each, i) => each.setAttribute("aria-pressed", String(here && i === at)));
      const { seed, draws, contrast, busy } = page.state;
      const done = here && !busy && !seed && draws.length === 16 && contrast === gc.middle(page.world);
      const text = here ? `Selected, not drawn at random. ${step.ask} ${done ? step.seen : ""}`
        : page.isStored() ? "This conflict was drawn at random, and its errors are stored: what the " +
          "networks say stands below." : "";
      if (said.textContent !== text) said.textContent = text;
      said.hidden = !text;
    }

    function go(i, act) {
      at = i;
      act();
      const buttons = document.querySelectorAll('[data-classify="path"] button');
      buttons[i + 1].focus({ preventScroll: true });
    }

    document.querySelector('[data-classify="path"]').replaceChildren(
      of_all, gc.row(another), el("p", { textContent: "Or one of four selected examples:" }), row, said);
    return show;
  };
})();
