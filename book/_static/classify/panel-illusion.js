/* Two prompts, one noise: the image is noised and restored under each, and the two are compared. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.illusionPanel = function (page) {
    const { state, labels } = page, keep = () => {};
    const prompts = [
      ["First prompt: a", page.shapeIs() || labels[0]], ["Second prompt: a", state.texture],
    ].map(
      ([text, label]) => gc.choice(text, labels.map((each) => [each, each]), label, keep));
    const strength = gc.slider(
      "Strength", [0.1, 1, 0.05], 0.6, (value) => `t = ${value.toFixed(2)}`, keep);
    const start = gc.button("Reconstruct", () => page.reconstruct(
      prompts.map((each) => labels.indexOf(each.value())), strength.value()));
    start.className = "gc-main";
    const cancelButton = gc.button("Cancel", function () {
      page.stop();
      start.focus();
    });
    const bar = el("progress", { max: 1, "aria-label": "Progress of the reconstruction" });
    const said = el("p", { role: "status", className: "gc-small" });
    const shots = ["the image", "", "", "difference"].map(gc.shot);
    const results = el("div", { className: "gc-shots gc-large" }, ...shots.map((each) => each.box));
    const wait = gc.waiting("illusion", ...prompts.map((each) => each.row), strength.row,
      gc.row(start, cancelButton, bar), said, results);

    function show() {
      wait(state.models && state.image ? "" : state.failed || null);
      bar.hidden = cancelButton.hidden = state.busy !== "reconstruct";
      bar.value = state.share;
      results.hidden = !state.pair;
      if (!state.pair) {
        said.textContent = "";
        return;
      }
      // Under what it was made, not what the lists say by now.
      const { labels: made, strength: t, images } = state.pair, difference = gc.difference(...images);
      const colours = [gc.grey(state.image), ...images.map(gc.channels), difference.colour];
      made.forEach((label, i) => { shots[i + 1].text.textContent = `a ${label}`; });
      shots.forEach((each, i) =>
        gc.paint(each.canvas, colours[i]).setAttribute("aria-label", each.text.textContent));
      said.textContent = `From t = ${t.toFixed(2)}. Purple: lighter as a ${made[0]}. Green: lighter as ` +
        `a ${made[1]}. The two differ by ${(255 * difference.mean).toFixed(1)} of 255 grey levels on average.`;
    }
    return show;
  };
})();
