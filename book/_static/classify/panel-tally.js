/* A tally of the pictures that were run: how often each observer named the shape. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.tallyPanel = function (page) {
    const { kept, diffusion, cnn, published } = page;
    const body = el("tbody");
    const table = el("table", { className: "gc-said gc-tally" },
      el("caption", { textContent: "Your pictures so far, by the cue that was named" }),
      el("thead", {}, el("tr", {}, ...["", "shape", "texture", "neither", "shape bias"].map(
        (text) => el("th", { scope: "col", textContent: text })))),
      body);
    const wait = gc.waiting("tally", table);

    function row(title, counts, bias) {
      return el("tr", {}, el("th", { scope: "row", textContent: title }),
        ...[...counts, bias].map((value) => el("td", { textContent: String(value) })));
    }

    return function show() {
      // A picture counts once it was run to the end, if its two cues are of different categories.
      const run = [...kept.said.values()].filter(
        (each) => each.generative && each.cnn && each.shape && each.shape !== each.texture);
      const counted = (title, answers) => {
        const counts = ["shape", "texture"].map(
          (cue) => answers.filter(([each, said]) => said === each[cue]).length);
        const conflict = counts[0] + counts[1];
        return row(title, [...counts, answers.length - conflict],
          conflict ? `${Math.round((100 * counts[0]) / conflict)}%` : "–");
      };
      const yours = run.filter((each) => each.you && !each.own).map((each) => [each, each.you]);
      const networks = [["generative", diffusion], ["cnn", cnn]]
        .map(([who, title]) => [title, run.map((each) => [each, each[who]])]);
      body.replaceChildren(
        ...[["You", yours], ...networks].filter(([, answers]) => answers.length)
          .map(([title, answers]) => counted(title, answers)),
        row(`${published.model}, in the paper`, ["", "", ""], published.shape_bias));
      wait(run.length ? "" : "No picture has been run to the end yet.");
    };
  };
})();
