/* Two prompts, one noise: the image is noised and restored under each, and the two are compared. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.illusionPanel = function (page) {
    const { state, labels } = page, forget = () => { state.pair = null; show(); };
    const prompts = [["First prompt: a", "elephant"], ["Second prompt: a", "clock"]].map(
      ([text, label]) => gc.choice(text, labels.map((each) => [each, each]), label, forget));
    const strength = gc.slider(
      "Strength", [0.1, 1, 0.05], 0.6, (value) => `t = ${value.toFixed(2)}`, forget);
    const start = gc.button("Reconstruct", reconstruct);
    start.className = "gc-main";
    const said = el("p", { role: "status", className: "gc-small" });
    const shots = ["the image", "", "", "difference"].map(gc.shot);
    const results = el("div", { className: "gc-shots gc-large" }, ...shots.map((each) => each.box));
    const wait = gc.waiting("illusion",
      ...prompts.map((each) => each.row), strength.row, gc.row(start), said, results);

    async function reconstruct() {
      const focused = document.activeElement === start;
      start.disabled = true;
      const asked = prompts.map((each) => labels.indexOf(each.value()));
      state.pair = null;
      await page.reconstruct(asked, strength.value(), function (done, all) {
        said.textContent = `Step ${done} of ${all}`;
      });
      show();
      // A button that is disabled loses the focus.
      if (focused && document.activeElement === document.body) start.focus({ preventScroll: true });
    }

    function show() {
      wait(state.models && state.image ? "" : null);
      start.disabled = !state.image;
      results.hidden = !state.pair;
      said.textContent = "";
      if (!state.pair) return;
      const difference = gc.difference(...state.pair);
      const colours = [gc.grey(state.image), ...state.pair.map(gc.channels), difference.colour];
      prompts.forEach((each, i) => { shots[i + 1].text.textContent = `a ${each.value()}`; });
      shots.forEach((each, i) =>
        gc.paint(each.canvas, colours[i]).setAttribute("aria-label", each.text.textContent));
      said.textContent = "Purple: lighter under the first prompt. Green: lighter under the second. The two " +
        `differ by ${(255 * difference.mean).toFixed(1)} of 255 grey levels on average.`;
    }
    return show;
  };
})();
