/* Inside a draw: the noised image, and its reconstruction under every prompt. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.drawPanel = function (page) {
    const { state, candidates } = page;
    // The slider goes through the draws from little noise to much.
    const byTime = () => [...state.draws.keys()].sort((a, b) => state.draws[a].t - state.draws[b].t);
    const which = gc.slider("Draw, by its t", [1, 1, 1], 1, function (value) {
      const number = byTime()[value - 1];
      return number === undefined ? "" : `t = ${state.draws[number].t.toFixed(3)}, draw ${number + 1}`;
    }, function (value) {
      state.shown = byTime()[value - 1];
      page.decided();
    });
    const image = gc.shot("image"), noised = gc.shot(""), restored = candidates.map(gc.shot);
    const wait = gc.waiting("draw", which.row,
      el("div", { className: "gc-shots" }, image.box, noised.box),
      el("div", { className: "gc-shots" }, ...restored.map((each) => each.box)));

    return function show() {
      const draw = state.draws[state.shown], made = draw && draw.restored;
      wait(made ? "" : page.first() ||
        `Pictures are made live: ${state.models ? "run" : "load and run"} the networks above.`);
      if (!made) return;
      which.set(byTime().indexOf(state.shown) + 1, state.draws.length);
      gc.paint(image.canvas, gc.grey(state.image)).setAttribute("aria-label", "The image");
      gc.paint(noised.canvas, gc.channels(draw.noised)).setAttribute("aria-label", "The noised image");
      noised.text.textContent = `t = ${draw.t.toFixed(3)}`;
      const best = draw.errors.indexOf(Math.min(...draw.errors));
      restored.forEach(function (each, y) {
        const label = candidates[y], error = (1000 * draw.errors[y]).toFixed(2);
        gc.paint(each.canvas, gc.channels(draw.restored[y]))
          .setAttribute("aria-label", `Reconstruction under the prompt of a ${label}`);
        each.box.className = `${page.mark(label)} ${y === best ? "gc-best" : ""}`;
        each.text.replaceChildren(label, el("br"), y === best ? `${error} least` : error);
      });
    };
  };
})();
