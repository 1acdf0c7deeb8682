/* The page "Run a generative classifier": controls, and what they change.

   An image is composed at once (compose.js). Networks are loaded when the reader asks (network.js);
   a run keeps every draw's raw errors, and sliders decide anew from these (decide.js). */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;
  const FOLDER = "../_static/networks/";
  const OWN = "drawing";
  const PAPER = { k: 7, from: 0, to: 1, least: 20, p: 2e-3 };
  const STEPS = 20;

  const pause = () => new Promise((resolve) => setTimeout(resolve, 0));
  const part = (name) => document.querySelector(`[data-classify="${name}"]`);

  async function start() {
    const [index, silhouettes] = await Promise.all(
      ["index.js", "silhouettes.js"].map((name) => window.gcbookLoad(FOLDER + name)));
    const size = silhouettes.side ** 2, pixels = await gc.unpacked(silhouettes.pixels);
    const shapes = new Map(silhouettes.names.map(
      (name, i) => [name, pixels.subarray(i * size, (i + 1) * size)]));
    const page = makePage(index, shapes);
    window.gcClassify.page = page;
    page.changeImage();
  }

  function makePage(index, shapes) {
    const state = {
      world: index.worlds[0], shape: "", texture: "", scene: 0, contrast: 0, seed: 0,
      outline: null, image: null, yours: "", draws: [], shown: 0, named: null,
      wanted: 8, rule: { ...PAPER, draws: 8 }, models: null, busy: false, cancelled: false,
    };
    const about = () => index.models[state.world.diffusion];
    const labels = () => about().labels, candidates = () => labels().slice(0, about().candidates);
    const id = () => `${state.shape}-${state.texture}-${state.scene}`;
    const cue = (label) => {
      const is = [label === state.shape.replace(/\d+$/, ""), label === state.texture];
      return is[0] && is[1] ? "shape and texture" : is[0] ? "shape" : is[1] ? "texture" : "";
    };
    const withCue = (label) => (cue(label) ? `${label} (the ${cue(label)})` : label);

    // ---------------------------------------------------------------- controls

    let ids = 0;
    function slider(text, bounds, value, show, act) {
      const name = `gc-slider-${++ids}`, said = el("span", { className: "gc-now", "aria-hidden": "true" });
      const input = el("input", { type: "range", id: name });
      [input.min, input.max, input.step] = bounds;
      input.value = value;
      const row = el("div", { className: "gc-slider" },
        el("label", { for: name, textContent: text }), input, said);
      const say = function () {
        said.textContent = show(Number(input.value));
        input.setAttribute("aria-valuetext", said.textContent);
      };
      input.addEventListener("input", function () { say(); act(Number(input.value)); });
      say();
      return { row: row, input: input, say: say };
    }
    function choice(text, options, value, act) {
      const name = `gc-choice-${++ids}`, select = el("select", { id: name });
      for (const [key, shown] of options) select.append(new Option(shown, key));
      select.value = value;
      select.addEventListener("change", () => act(select.value));
      const row = el("div", { className: "gc-slider" }, el("label", { for: name, textContent: text }), select);
      return { row: row, select: select };
    }
    const button = (text, act) => el("button", { type: "button", textContent: text, onclick: act });

    // Parts that show nothing before there is something to show say what to do first.
    const later = new Map();
    function fill(name, ...children) {
      const first = el("p", { className: "gc-small" }), rest = el("div", {}, ...children);
      part(name).replaceChildren(first, rest);
      later.set(name, { first: first, rest: rest });
    }
    function showLater() {
      for (const [name, { first, rest }] of later) {
        first.textContent = !state.models ? "Load the networks first, above."
          : name !== "illusion" && !state.draws.length ? "Run the generative classifier first, above." : "";
        first.hidden = !first.textContent;
        rest.hidden = !first.hidden;
      }
    }

    // ---------------------------------------------------------------- the image

    const picture = el("canvas", { className: "gc-image", role: "img" });
    const thumbs = el("div", { className: "gc-thumbs", role: "group", "aria-label": "Silhouettes" });
    const named = el("p", { className: "gc-small" });
    const python = el("code");
    const field = gc.outlineField(function (curves) {
      state.outline = gc.filled(curves);
      changeImage();
    });

    function thumbnail(name) {
      const mask = shapes.get(name), canvas = el("canvas");
      gc.paint(canvas, (i) => {
        const value = mask[2 * (i % 32) + 128 * Math.floor(i / 32)];
        return [255 - value, 255 - value, 255 - value];
      });
      const made = button("", function () { state.shape = name; changeImage(); });
      made.append(canvas);
      made.dataset.name = name;
      made.setAttribute("aria-label", name);
      return made;
    }
    function chooseCategory(category) {
      const own = category === OWN;
      field.hidden = !own;
      thumbs.hidden = own;
      if (own) state.shape = `${OWN}1`;
      else {
        const names = [...shapes.keys()].filter((name) => name.replace(/\d+$/, "") === category);
        thumbs.replaceChildren(...names.map(thumbnail));
        state.shape = names[0];
      }
      changeImage();
    }
    const world = () => state.world.choices;
    const [low, high] = world().texture_ratio;
    state.contrast = Math.round(20 * Math.sqrt(low * high)) / 20;
    state.texture = labels()[10];
    const category = choice("Shape", [
      ...candidates().map((label) => [label, label]), [OWN, "draw an outline yourself"],
    ], labels()[7], chooseCategory);
    const texture = choice("Texture of a",
      labels().map((label, i) => [label, `${label}: ${world().textures[i]}`]), state.texture,
      function (value) { state.texture = value; changeImage(); });
    const contrast = slider("Texture’s contrast", [0, 1.5, 0.05], state.contrast,
      (value) => value.toFixed(2) + (value >= low && value <= high ? "" : " (not in training)"),
      function (value) { state.contrast = value; changeImage(); });
    const scene = slider("Scene", [0, 20, 1], 0, String,
      function (value) { state.scene = value; changeImage(); });
    const worldChoice = index.worlds.length < 2 ? [] : [choice("World",
      index.worlds.map((each) => [each.world, each.world]), state.world.world, function (value) {
        state.world = index.worlds.find((each) => each.world === value);
        state.models = null;
        sayLoad();
        changeImage();
      }).row];

    let prepared = { key: "" };
    function composed() {
      const mask = state.shape === `${OWN}1` ? state.outline : shapes.get(state.shape);
      if (!mask) return null;
      const key = `${id()} ${state.world.world}`;
      if (prepared.key !== key || prepared.mask !== mask) {
        prepared = { key: key, mask: mask, scene: gc.scene(mask, id(), world(), labels()) };
      }
      return gc.compose(prepared.scene, state.contrast);
    }

    let again = 0;
    function changeImage() {
      state.cancelled = true;
      state.image = composed();
      state.draws = [];
      state.named = null;
      for (const each of thumbs.children) {
        each.setAttribute("aria-pressed", String(each.dataset.name === state.shape));
      }
      const shape = state.shape === `${OWN}1` ? "your outline" : state.shape;
      gc.paint(picture, state.image ? gc.grey(state.image) : () => [128, 128, 128]);
      picture.setAttribute("aria-label", state.image
        ? `The image: ${shape} in the texture of a ${state.texture}, contrast ${state.contrast}`
        : "No image yet: draw a closed outline in the field");
      named.textContent = state.image
        ? `Image ${id()}: ${shape}, texture of a ${state.texture}, scene ${state.scene}.`
        : "Draw a closed outline in the field. A second curve inside the first makes a hole.";
      python.textContent = `compose_stage(find_silhouette("${id()}"), "${id()}", ${state.contrast})`;
      python.parentElement.hidden = state.shape === `${OWN}1`;
      showAll();
      if (state.image && state.models) {
        // The classifier takes one evaluation; the generative model is asked when the hand rests.
        nameIt();
        clearTimeout(again);
        if (repeat.checked) again = setTimeout(run, 400);
      }
    }

    part("image").replaceChildren(
      el("div", { className: "gc-two" },
        el("div", {}, picture, named),
        el("div", {}, ...worldChoice, category.row, thumbs, field, texture.row, contrast.row, scene.row)),
      el("p", { className: "gc-small" }, "The same image in Python: ", python));

    // ---------------------------------------------------------------- answers

    const yours = el("div", { className: "gc-row gc-answers", role: "group", "aria-label": "Your answer" },
      ...candidates().map(function (label) {
        const made = button(label, function () {
          state.yours = state.yours === label ? "" : label;
          for (const each of yours.children) {
            each.setAttribute("aria-pressed", String(each.textContent === state.yours));
          }
          showAnswers();
        });
        made.setAttribute("aria-pressed", "false");
        return made;
      }));
    const loadButton = button("", load);
    const runButton = button("Run", () => run());
    const cancelButton = button("Cancel", () => { state.cancelled = true; });
    const bar = el("progress", { max: 1, value: 0, "aria-label": "Progress" });
    const said = el("p", { role: "status", className: "gc-heard" });
    const message = el("p", { className: "gc-small" });
    const repeat = el("input", { type: "checkbox", id: "gc-repeat" });
    const wanted = choice("Draws", [8, 16, 32, 64].map((n) => [n, String(n)]), 8,
      function (value) { state.wanted = Number(value); });
    const seed = slider("Seed of the noise", [0, 20, 1], 0, String, function (value) {
      state.seed = value;
      changeImage();
    });
    const controls = el("div", {},
      el("div", { className: "gc-row" }, wanted.row, runButton, cancelButton, bar),
      seed.row,
      el("div", { className: "gc-row" }, repeat,
        el("label", { for: "gc-repeat", textContent: "Run again when the image changes" })));

    function sayLoad() {
      const files = ["runtime", state.world.diffusion, state.world.cnn];
      const bytes = files.reduce((sum, name) => sum + index.bytes[name], 0);
      loadButton.textContent = `Load the networks (${(bytes / 1e6).toFixed(1)} MB)`;
      loadButton.hidden = Boolean(state.models);
      controls.hidden = !state.models;
      showLater();
    }

    async function load() {
      loadButton.disabled = true;
      const { diffusion, cnn } = state.world;
      try {
        if (!window.DecompressionStream || !window.WebAssembly) {
          throw new Error("expected a browser that has WebAssembly and DecompressionStream, as " +
            "all main ones have since 2023; found one that lacks one of them");
        }
        message.textContent = "Loading and starting the networks …";
        await pause();
        const models = {};
        models.diffusion = await gc.load(FOLDER, diffusion, index.models[diffusion]);
        await pause();
        models.cnn = await gc.load(FOLDER, cnn, index.models[cnn]);
        state.models = models;
        message.textContent = "";
        sayLoad();
        runButton.focus();
        if (state.image) await nameIt();
      } catch (error) {
        message.textContent = `The networks could not be loaded: ${error.message}.`;
      }
      loadButton.disabled = false;
    }

    // One thing at a time: the runtime takes one call after another.
    let waiting = Promise.resolve();
    function inTurn(task) {
      waiting = waiting.then(task, task);
      return waiting;
    }

    function nameIt() {
      const image = state.image;
      return inTurn(async function () {
        if (image !== state.image) return;
        const log_p = await gc.named(state.models.cnn, image);
        if (image === state.image) {
          state.named = log_p;
          showAnswers();
        }
      });
    }

    function run() {
      if (!state.image || !state.models) return Promise.resolve();
      state.cancelled = true;
      return inTurn(async function () {
        const { image, seed, wanted } = state, name = id();
        const begun = performance.now();
        Object.assign(state, { busy: true, cancelled: false, draws: [], shown: 0 });
        state.rule.draws = wanted;
        showRunning(0);
        while (state.draws.length < wanted && !state.cancelled) {
          const draw = await gc.draw(state.models.diffusion, image, name, seed, state.draws.length);
          if (state.cancelled) break;
          state.draws.push(draw);
          state.shown = state.draws.length - 1;
          showRunning(state.draws.length / wanted);
          showAll();
          await pause();
        }
        state.busy = false;
        state.seconds = (performance.now() - begun) / 1000;
        showRunning(1);
        const n = state.draws.length, evaluations = n * candidates().length;
        message.textContent = image !== state.image ? "" :
          `${n} draws, ${evaluations} network evaluations in ${state.seconds.toFixed(1)} s: ` +
          `${Math.round(evaluations / state.seconds)} a second.`;
        showAnswers();
      });
    }

    function showRunning(share) {
      bar.value = share;
      bar.hidden = cancelButton.hidden = !state.busy;
    }

    const rows = {}, verdict = el("p", { className: "gc-verdict" });
    const answers = el("table", { className: "gc-said" }, el("caption", { textContent: "Who says what" }),
      el("tbody", {}, ...[["diffusion", "mini-pixel"], ["cnn", "mini-cnn"], ["you", "You"]].map(
        function ([key, title]) {
          rows[key] = el("td");
          return el("tr", {}, el("th", { scope: "row", textContent: title }), rows[key]);
        })));

    function showAnswers() {
      const found = gc.weighed(state.draws, state.rule), names = candidates();
      let sentence = "";
      if (found.answer >= 0) {
        const order = [...names.keys()].sort((a, b) => found.means[a] - found.means[b]);
        const behind = 100 * (found.means[order[1]] / found.means[order[0]] - 1);
        sentence = `${withCue(names[order[0]])}; second is ${withCue(names[order[1]])}, ` +
          `its weighted error ${behind.toFixed(1)}% larger`;
      }
      rows.diffusion.textContent = sentence ||
        (state.draws.length ? "no draw has its t in this range" : "not asked yet");
      const paper = gc.weighed(state.draws, { ...PAPER, draws: state.draws.length });
      verdict.textContent = paper.answer < 0 ? "" :
        `With these settings: ${sentence || "no draw has its t in this range"}. ` +
        `With the paper’s weight and all draws: ${withCue(names[paper.answer])}.`;
      const best = state.named ? state.named.indexOf(Math.max(...state.named)) : -1;
      rows.cnn.textContent = best < 0 ? "not asked yet" : withCue(
        index.models[state.world.cnn].labels[best]) + `, with a probability of ${Math.exp(state.named[best]).toFixed(2)}`;
      rows.you.textContent = state.yours ? withCue(state.yours) : "not asked yet";
      const told = state.busy ? "" : sentence && `The generative classifier says ${sentence}.`;
      if (said.textContent !== told) said.textContent = told;
    }

    part("answer").replaceChildren(
      el("p", { textContent: "What is it? Answer before you let the networks." }), yours,
      el("div", { className: "gc-row" }, loadButton), controls, message, answers, said);

    // ---------------------------------------------------------------- inside a draw

    const which = slider("Draw", [1, 8, 1], 1,
      (value) => (state.draws[value - 1] ? `${value}, t = ${state.draws[value - 1].t.toFixed(3)}` : ""),
      function (value) { state.shown = value - 1; showDraw(); showErrors(); });
    const figures = [];
    const shot = function (caption) {
      const canvas = el("canvas", { role: "img" }), text = el("figcaption", {}, caption);
      return { box: el("figure", {}, canvas, text), canvas: canvas, text: text };
    };
    const given = [shot("image"), shot("noised")];
    candidates().forEach((label) => figures.push(shot(label)));
    fill("draw", which.row,
      el("div", { className: "gc-shots" }, ...given.map((each) => each.box)),
      el("div", { className: "gc-shots" }, ...figures.map((each) => each.box)));

    function showDraw() {
      const draw = state.draws[state.shown];
      which.input.max = Math.max(1, state.draws.length);
      which.input.value = state.shown + 1;
      which.say();
      if (!draw) return;
      const best = draw.errors.indexOf(Math.min(...draw.errors));
      gc.paint(given[0].canvas, gc.grey(state.image)).setAttribute("aria-label", "The image");
      gc.paint(given[1].canvas, gc.channels(draw.noised)).setAttribute("aria-label", `The image noised at t = ${draw.t}`);
      given[1].text.textContent = `noised, t = ${draw.t.toFixed(3)}`;
      figures.forEach(function (each, y) {
        const label = candidates()[y];
        gc.paint(each.canvas, gc.channels(draw.restored[y])).setAttribute("aria-label", `Reconstruction under the prompt of a ${label}`);
        each.box.className = [y === best ? "gc-best" : "", mark(label)].join(" ");
        each.text.replaceChildren(label, el("br"), (1000 * draw.errors[y]).toFixed(2) + (y === best ? " least" : ""));
      });
    }
    const mark = (label) => ({ shape: "gc-of-shape", texture: "gc-of-texture", "shape and texture": "gc-of-shape" })[cue(label)] || "";

    // ---------------------------------------------------------------- from errors to an answer

    const rule = (key) => (value) => { state.rule[key] = value; decideAnew(); };
    const k = slider("k of exp(−kt)", [0, 20, 0.5], PAPER.k, (v) => v + (v === PAPER.k ? " (the paper’s)" : ""), rule("k"));
    const from = slider("t above", [0, 0.95, 0.05], 0, (v) => v.toFixed(2), rule("from"));
    const to = slider("t up to", [0.05, 1, 0.05], 1, (v) => v.toFixed(2), rule("to"));
    const used = slider("Draws used", [1, 8, 1], 8, String, rule("draws"));
    const least = slider("Race: fewest draws", [2, 30, 1], PAPER.least, (v) => v + (v === PAPER.least ? " (the paper’s)" : ""), rule("least"));
    const cutoff = slider("Race: p below", [-4, -1, 0.1], Math.log10(PAPER.p).toFixed(1), (v) => String(Number((10 ** v).toPrecision(1))),
      (v) => rule("p")(Number((10 ** v).toPrecision(1))));
    const errorsBox = el("div", { className: "gc-plot" }), raceBox = el("div", { className: "gc-plot" });
    const sums = el("div", { className: "gc-sums", role: "list", "aria-label": "Weighted errors of the classes" });
    const raced = el("p", { className: "gc-small" });
    fill("decide",
      el("div", { className: "gc-controls" }, k.row, from.row, to.row, used.row, least.row, cutoff.row, verdict),
      el("p", { className: "gc-head", textContent: "Weighted error of each class, above the smallest" }), sums,
      el("p", { className: "gc-head", textContent: "Draw by draw: weighted error minus the mean over classes" }), errorsBox,
      el("p", { className: "gc-head", textContent: "The race: mean weighted error, above the leader’s" }), raceBox, raced);

    function decideAnew() {
      showSums();
      showErrors();
      showRace();
      showAnswers();
    }

    function showSums() {
      const found = gc.weighed(state.draws, state.rule), names = candidates();
      used.input.max = Math.max(1, state.draws.length);
      used.input.value = state.rule.draws;
      used.say();
      const smallest = Math.min(...found.means), largest = Math.max(...found.means);
      sums.replaceChildren(...names.map(function (label, y) {
        const above = found.n ? 100 * (found.means[y] / smallest - 1) : NaN;
        const width = found.n && largest > smallest ? (100 * (found.means[y] - smallest)) / (largest - smallest) : 0;
        const fill = el("span", { className: "gc-fill" });
        fill.style.width = `${width}%`;
        return el("div", { role: "listitem", className: [mark(label), y === found.answer ? "gc-best" : ""].join(" ") },
          el("span", { className: "gc-name", textContent: label }), el("span", { className: "gc-track" }, fill),
          el("span", { className: "gc-value", textContent: !found.n ? "" : y === found.answer ? "answer" : `+${above.toFixed(1)}%` }));
      }));
    }

    const lineClass = (label, answer) => [mark(label) || (label === answer ? "gc-of-answer" : "gc-of-none")].join(" ");

    // Those that matter are drawn last, above the others.
    const inOrder = (names, answer) => [...names.keys()].sort(
      (a, b) => (lineClass(names[a], answer) !== "gc-of-none") - (lineClass(names[b], answer) !== "gc-of-none"));

    function showErrors() {
      if (!state.draws.length) return;
      const names = candidates(), answer = names[gc.weighed(state.draws, state.rule).answer];
      const rows = state.draws.slice(0, state.rule.draws).map(function (draw) {
        const mean = draw.errors.reduce((sum, e) => sum + e, 0) / draw.errors.length;
        return draw.errors.map((e) => 1000 * gc.weight(draw.t, state.rule.k) * (e - mean));
      });
      const all = rows.flat(), low = Math.min(-1e-3, ...all), high = Math.max(1e-3, ...all);
      const plot = gc.axes(errorsBox, {
        height: 260, label: "Weighted errors of sixteen classes against t, a column of dots for each draw",
        x: { range: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: String, title: "t of the draw, from clean to noise" },
        y: { range: [low, high], ticks: gc.ticks(low, high), format: (v) => String(Number(v.toPrecision(3))), title: "in thousandths" },
      });
      for (const [a, b] of [[0, state.rule.from], [state.rule.to, 1]]) {
        if (b > a) {
          plot.add("rect", { class: "gc-left-out", x: plot.across(a), width: plot.across(b) - plot.across(a), y: plot.top, height: plot.bottom - plot.top });
        }
      }
      const shown = state.draws[state.shown];
      if (shown) plot.add("line", { class: "gc-shown", x1: plot.across(shown.t), x2: plot.across(shown.t), y1: plot.top, y2: plot.bottom });
      for (const y of inOrder(names, answer)) {
        const kind = lineClass(names[y], answer);
        rows.forEach((row, i) => plot.add("circle", {
          class: kind, cx: plot.across(state.draws[i].t), cy: plot.down(row[y]), r: kind === "gc-of-none" ? 2 : 4 }));
      }
    }

    function showRace() {
      if (!state.draws.length) return;
      const names = candidates(), found = gc.race(state.draws, state.rule), answer = names[found.answer];
      const rows = found.after.map(function (means) {
        const best = Math.min(...means.filter((m) => !Number.isNaN(m)));
        return means.map((m) => 100 * (m / best - 1));
      });
      const n = Math.max(2, rows.length);
      const last = rows.slice(Math.floor(rows.length / 4)).flat().filter((v) => !Number.isNaN(v));
      const high = Math.max(1, ...last);
      const plot = gc.axes(raceBox, {
        height: 280, label: "The race: how far each class is above the leader, draw by draw",
        x: { range: [1, n], ticks: gc.ticks(1, n).filter((t) => t % 1 === 0 && t > 0), format: String, title: "draws so far" },
        y: { range: [high, 0], ticks: gc.ticks(0, high), format: (v) => `${Number(v.toPrecision(3))}%`, title: "above the leader" },
      });
      const inside = (v) => plot.down(Math.min(v, high));
      for (const y of inOrder(names, answer)) {
        const kind = lineClass(names[y], answer), at = rows.map((row, i) => [i + 1, row[y]]).filter((p) => !Number.isNaN(p[1]));
        if (!at.length) continue;
        plot.add("polyline", { class: kind, points: at.map(([x, v]) => `${plot.across(x)},${inside(v)}`).join(" ") });
        const [x, v] = at[at.length - 1];
        if (found.dropped[y]) plot.add("text", { class: "gc-out", x: plot.across(x), y: inside(v) + 4, "text-anchor": "middle" }, "×");
        if (kind !== "gc-of-none") plot.add("text", { class: kind, x: plot.across(x) - 6, y: inside(v) + (v > 0 ? -6 : 14), "text-anchor": "end" }, names[y]);
      }
      const out = names.filter((_, y) => found.dropped[y]).map((label) => `${label} after ${found.dropped[names.indexOf(label)]}`);
      raced.textContent = !found.n ? "" : found.n < state.rule.least
        ? `No class may be dropped before ${state.rule.least} draws are in, and ${found.n} count. Run more draws, or lower the number.`
        : `Dropped: ${out.join(", ") || "none"}. The race answers ${answer} after ${found.n} draws.`;
    }

    // ---------------------------------------------------------------- two prompts, one noise

    const pair = ["First prompt: a", "Second prompt: a"].map(
      (text, i) => choice(text, labels().map((label) => [label, label]), labels()[[7, 10][i]], () => showIllusion(null)));
    const strength = slider("Strength", [0.1, 1, 0.05], 0.6, (v) => `t = ${v.toFixed(2)}`, () => showIllusion(null));
    const results = [shot("image"), shot("first"), shot("second"), shot("difference")];
    const illusionSaid = el("p", { role: "status", className: "gc-small" });
    const reconstructButton = button("Reconstruct", reconstruct);
    fill("illusion", pair[0].row, pair[1].row, strength.row,
      el("div", { className: "gc-row" }, reconstructButton), illusionSaid,
      el("div", { className: "gc-shots gc-large" }, ...results.map((each) => each.box)));

    function reconstruct() {
      if (!state.image) return Promise.resolve();
      state.cancelled = true;
      reconstructButton.disabled = true;
      return inTurn(async function () {
        const image = state.image, asked = pair.map((each) => labels().indexOf(each.select.value));
        const found = await gc.reconstruct(state.models.diffusion, image, id(), state.seed, asked,
          Number(strength.input.value), STEPS, async function (done, all) {
            illusionSaid.textContent = `Step ${done} of ${all}`;
            await pause();
            return image === state.image;
          });
        reconstructButton.disabled = false;
        showIllusion(found && image === state.image ? found : null);
      });
    }

    function showIllusion(found) {
      results[0].box.parentElement.hidden = !found;
      state.reconstructed = found;
      if (!found) {
        illusionSaid.textContent = "";
        return;
      }
      const difference = gc.difference(found[0], found[1]);
      const captions = ["the image", ...pair.map((each) => `a ${each.select.value}`), "difference"];
      [gc.grey(state.image), gc.channels(found[0]), gc.channels(found[1]), difference.colour].forEach(
        function (colour, i) {
          gc.paint(results[i].canvas, colour).setAttribute("aria-label", captions[i]);
          results[i].text.textContent = captions[i];
        });
      illusionSaid.textContent = "Purple: lighter under the first prompt. Green: lighter under the " +
        `second. The two differ by ${(255 * difference.mean).toFixed(1)} of 255 grey levels on average.`;
    }

    // ---------------------------------------------------------------- all together

    function showAll() {
      showLater();
      showDraw();
      decideAnew();
      if (!state.draws.length) showIllusion(null);
      runButton.disabled = reconstructButton.disabled = !state.image;
    }

    new ResizeObserver(function () { showErrors(); showRace(); }).observe(errorsBox);
    sayLoad();
    showRunning(0);
    chooseCategory(category.select.value);
    return { state: state, changeImage: changeImage, load: load, run: run, reconstruct: reconstruct };
  }

  start().catch(function (error) {
    part("image").textContent = `This page could not read its files: ${error.message}.`;
  });
})();
