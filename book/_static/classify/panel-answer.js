/* Answers: the reader's own, and those of the networks, which are loaded and run here. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.answerPanel = function (page) {
    const { state, diffusion, cnn, candidates } = page;

    const yours = el("div", { className: "gc-row", role: "group", "aria-label": "Your answer" },
      ...candidates.map((label) => gc.button(label, () => page.answered(label))));
    const loadButton = gc.button(`Load the networks (${(page.bytes / 1e6).toFixed(1)} MB)`, load);
    const runButton = gc.button("Run", page.run);
    loadButton.className = runButton.className = "gc-main";
    const cancelButton = gc.button("Cancel", function () {
      page.stop();
      // A button that is hidden takes the focus with it.
      runButton.focus();
    });
    const bar = el("progress", { max: 1, "aria-label": "Progress" });
    const message = el("p", { className: "gc-small" }), failed = el("p", { role: "alert" });
    const repeat = el("input", { type: "checkbox", id: "gc-repeat" });
    repeat.addEventListener("change", () => { state.repeat = repeat.checked; });
    const wanted = gc.choice("Draws", [8, 16, 32, 64].map((n) => [n, String(n)]), state.wanted,
      function (value) { state.wanted = Number(value); });
    const seed = gc.slider("Seed of the noise", [0, 20, 1], state.seed, String, function (value) {
      state.seed = value;
      page.changed();
    });
    const controls = el("div", {},
      gc.row(wanted.row, runButton, cancelButton, bar),
      seed.row,
      gc.row(repeat, el("label", { for: "gc-repeat", textContent: "Run again when the image changes" })));

    async function load() {
      loadButton.disabled = true;
      state.failed = "";
      show();
      message.textContent = "Loading and starting the networks …";
      try {
        await page.load();
        // Who has gone on in the meantime is not called back.
        if (document.activeElement === document.body) runButton.focus({ preventScroll: true });
      } catch (error) {
        state.failed = `The networks could not be loaded: ${error.message}.`;
        show();
      }
      loadButton.disabled = false;
    }

    const cells = {};
    const who = {
      generative: `${diffusion}, generative`, cnn: `${cnn}, discriminative`, you: "You",
    };
    const answers = el("table", { className: "gc-said" },
      el("caption", { textContent: "Who says what" }),
      el("tbody", {}, ...Object.entries(who).map(function ([key, title]) {
        cells[key] = el("td");
        return el("tr", {}, el("th", { scope: "row", textContent: title }), cells[key]);
      })));
    // What the table shows, for those who hear it, once a run is over.
    const heard = el("p", { role: "status", className: "gc-heard" });

    function show() {
      const said = page.sentence(state.rule);
      cells.generative.textContent = state.busy === "run" && state.draws.length ? `so far ${said}` : said;
      cells.cnn.textContent = page.classified();
      cells.you.textContent = state.yours ? page.withCue(state.yours) : "no answer yet";
      gc.press(yours.children, state.yours);
      loadButton.hidden = Boolean(state.models);
      controls.hidden = !state.models;
      runButton.disabled = !state.image;
      bar.hidden = cancelButton.hidden = state.busy !== "run";
      bar.value = state.share;
      failed.textContent = state.failed;
      message.textContent = state.told || (state.models ? page.first() : "");
      const told = state.busy || !state.draws.length ? "" : `The generative classifier says ${said}.`;
      if (heard.textContent !== told) heard.textContent = told;
    }

    document.querySelector('[data-classify="answer"]').replaceChildren(
      el("p", { textContent: "What is it? Answer before you look at what the networks say." }), yours,
      gc.row(loadButton), controls, failed, message, answers, heard);
    return show;
  };
})();
