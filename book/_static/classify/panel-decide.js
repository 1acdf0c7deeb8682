/* From errors to an answer: sliders that decide anew, sums, errors draw by draw, and the race. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  gc.decidePanel = function (page) {
    const { state, candidates, paper } = page, rule = state.rule;
    const set = (key, value = (x) => x) => function (x) {
      rule[key] = value(x);
      page.decided();
    };
    const ours = (key, whose = "the paper’s") => (value) =>
      value + (value === paper[key] ? `, ${whose}` : "");
    // The paper does not say how its races were run.
    const clark = "as in Clark & Jaini";
    const cutoff = (exponent) => Number((10 ** exponent).toPrecision(1));
    const share = (value) => value.toFixed(2);
    const used = gc.slider("Draws used", [1, 1, 1], 1, String, set("draws"));
    const controls = [
      gc.slider("k of exp(−kt)", [0, 20, 0.5], rule.k, ours("k"), set("k")),
      gc.slider("t above", [0, 0.95, 0.05], rule.from, share, set("from")),
      gc.slider("t up to", [0.05, 1, 0.05], rule.to, share, set("to")),
      used,
      gc.slider("Race: fewest draws", [2, 30, 1], rule.least, ours("least", clark), set("least")),
      gc.slider("Race: p below", [-4, -1, 0.1], Math.log10(rule.p).toFixed(1),
        (x) => ours("p", clark)(cutoff(x)), set("p", cutoff)),
    ];
    const verdict = el("p", { className: "gc-verdict" });
    const sums = el("div", { className: "gc-sums", role: "list" });
    sums.setAttribute("aria-label", "Weighted errors of the categories");
    const errors = el("div", { className: "gc-plot" }), race = el("div", { className: "gc-plot" });
    const raced = el("p", { className: "gc-small" });
    const head = (text) => el("p", { className: "gc-head", textContent: text });
    const wait = gc.waiting("decide",
      el("div", { className: "gc-controls" }, ...controls.map((each) => each.row), verdict),
      head("Weighted error, above the smallest"), sums,
      head("Draw by draw: weighted error minus the mean over the categories"), errors,
      head("The race: mean weighted error, above the leader’s"), race, raced);
    new ResizeObserver(function () {
      if (state.draws.length) drawCharts();
    }).observe(errors);

    // How a category is drawn, and an order in which those that matter are drawn above the others.
    const kind = (label, answer) =>
      page.mark(label) || (label === answer ? "gc-of-answer" : "gc-of-none");
    const inOrder = (answer) => [...candidates.keys()].sort((a, b) =>
      (kind(candidates[a], answer) !== "gc-of-none") - (kind(candidates[b], answer) !== "gc-of-none"));
    const short = (value) => String(Number(value.toPrecision(3))).replace("-", "−");

    function showSums(found) {
      const smallest = Math.min(...found.means), spread = Math.max(...found.means) - smallest;
      sums.replaceChildren(...candidates.map(function (label, y) {
        const best = y === found.answer, fill = el("span", { className: "gc-fill" });
        fill.style.width = found.n && spread ? `${(100 * (found.means[y] - smallest)) / spread}%` : 0;
        const above = found.n ? `+${(100 * (found.means[y] / smallest - 1)).toFixed(1)}%` : "";
        return el("div", { role: "listitem", className: `${page.mark(label)} ${best ? "gc-best" : ""}` },
          el("span", { className: "gc-name", textContent: label }),
          el("span", { className: "gc-track" }, fill),
          el("span", { className: "gc-value", textContent: best ? "answer" : above }));
      }));
    }

    // What all categories have in common in a draw moves no decision, so it is taken off.
    function showErrors(answer) {
      const columns = state.draws.slice(0, rule.draws).map(function ({ t, errors }) {
        const mean = errors.reduce((sum, e) => sum + e, 0) / errors.length;
        return { t: t, values: errors.map((e) => 1000 * gc.weight(t, rule.k) * (e - mean)) };
      });
      const all = columns.flatMap((each) => each.values);
      const range = [Math.min(-1e-3, ...all), Math.max(1e-3, ...all)];
      const plot = gc.axes(errors, {
        height: 260,
        label: `Weighted errors of ${candidates.length} categories against t, a column of dots for each draw`,
        x: {
          range: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: String,
          title: "t of the draw, from clean to noise",
        },
        y: { range: range, ticks: gc.ticks(...range), format: short, title: "in thousandths" },
      });
      for (const [from, to] of [[0, rule.from], [rule.to, 1]]) plot.band("gc-left-out", from, to);
      const shown = state.draws[state.shown];
      plot.upright("gc-shown", shown.t);
      for (const y of inOrder(answer)) {
        const look = kind(candidates[y], answer);
        for (const { t, values } of columns) plot.dot(look, t, values[y], look === "gc-of-none" ? 2 : 4);
      }
    }

    function showRace() {
      const found = gc.race(state.draws, rule), answer = candidates[found.answer];
      const rows = found.after.map(function (means) {
        const best = Math.min(...means.filter((mean) => !Number.isNaN(mean)));
        return means.map((mean) => 100 * (mean / best - 1));
      });
      const n = Math.max(2, rows.length);
      // The first draws are far apart; what comes later decides how much is seen.
      const later = rows.slice(Math.floor(rows.length / 4)).flat().filter((v) => !Number.isNaN(v));
      const most = Math.max(1, ...later);
      const plot = gc.axes(race, {
        height: 280,
        label: "The race: how far each category is above the leader, draw by draw",
        x: {
          range: [1, n], ticks: gc.ticks(1, n).filter(Number.isInteger), format: String,
          title: "draws so far",
        },
        y: {
          range: [most, 0], ticks: gc.ticks(0, most), format: (v) => `${short(v)}%`,
          title: "above the leader",
        },
      });
      for (const y of inOrder(answer)) {
        const look = kind(candidates[y], answer);
        const line = rows.map((row, i) => [i + 1, Math.min(row[y], most)])
          .filter(([, value]) => !Number.isNaN(value));
        if (!line.length) continue;
        plot.line(look, line);
        const [x, value] = line[line.length - 1];
        if (found.dropped[y]) plot.word("gc-out", x, value, "×", { dy: 5, "text-anchor": "middle" });
        if (look !== "gc-of-none") {
          plot.word(look, x, value, candidates[y], { dx: -8, dy: value > 0 ? -6 : 14, "text-anchor": "end" });
        }
      }
      raced.textContent = !found.n ? "" : found.n < rule.least
        ? `No category may be dropped before ${rule.least} draws are in, and ${found.n} count. Run more ` +
          "draws, or lower the number."
        : `Dropped: ${out(found.dropped) || "none"}. The race answers ${page.withCue(answer)} after ` +
          `${found.n} draws.`;
    }

    const out = (dropped) => candidates.flatMap(
      (label, y) => (dropped[y] ? [`${label} after ${dropped[y]}`] : [])).join(", ");

    function drawCharts() {
      showErrors(candidates[gc.weighed(state.draws, rule).answer]);
      showRace();
    }

    return function show() {
      wait(state.draws.length ? "" : null);
      if (!state.draws.length) return;
      used.set(Math.min(rule.draws, state.draws.length), state.draws.length);
      verdict.textContent = `With these settings: ${page.sentence(rule)}. With the paper’s weight and ` +
        `all draws: ${page.answer({ ...paper, draws: state.draws.length })}.`;
      showSums(gc.weighed(state.draws, rule));
      drawCharts();
    };
  };
})();
