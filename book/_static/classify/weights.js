/* Weights that the reader sets: what decide.js answers under them, on images that go with a page.

   The page's pack has the raw errors (gcbook/chapters/weighting/page.py). */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;
  const PLAIN = "in-distribution", CONFLICT = "cue-conflict", SHOWN = 6;

  // ---------------------------------------------------------------- numbers

  const bytes = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;

  // A set's images: places of shape and texture among the labels (-1: none), and draws.
  function unpacked({ shape, texture, draws, thousandths, scales, excess }, classes) {
    const [t, steps] = [thousandths, excess].map((text) => new Uint16Array(bytes(text)));
    const scale = new Float32Array(bytes(scales));
    return shape.map((own, image) => ({
      shape: own, texture: texture[image],
      draws: Array.from({ length: draws }, function (_, i) {
        const at = image * draws + i;
        const errors = Array.from(steps.subarray(at * classes, (at + 1) * classes),
          (step) => (scale[at] * step) / 65535);
        return { t: t[at] / 1000, errors: errors };
      }),
    }));
  }

  const answers = (images, rule) => images.map((image) => gc.weighed(image.draws, rule).answer);

  // Shares of the images on which something is decided: [measure, share, of how many].
  function shares(sets, rule) {
    const count = (images, found, named) =>
      images.filter((image, i) => found[i] >= 0 && named(image, found[i])).length;
    const [plain, conflicts] = [PLAIN, CONFLICT].map((name) => [sets[name], answers(sets[name], rule)]);
    const any = () => true, shape = (image, y) => y === image.shape, texture = (image, y) => y === image.texture;
    const byShape = count(...conflicts, shape), byTexture = count(...conflicts, texture);
    return [
      ["Accuracy", count(...plain, shape), count(...plain, any)],
      ["Shape named", byShape, count(...conflicts, any)],
      ["Texture named", byTexture, count(...conflicts, any)],
      ["Shape bias", byShape, byShape + byTexture],
    ].map(([name, some, all]) => [name, all ? some / all : NaN, all]);
  }

  gc.weights = { unpacked: unpacked, answers: answers, shares: shares };

  // ---------------------------------------------------------------- what is shown

  const decimals = (value) => (Number.isNaN(value) ? "–" : value.toFixed(2));

  function show(box, { labels, k, paper, models }) {
    const whole = models.map(({ name, pictures, sets }) => ({
      name: name, pictures: pictures,
      sets: Object.fromEntries(
        Object.entries(sets).map(([set, packed]) => [set, unpacked(packed, labels.length)])),
    }));
    const most = models[0].sets[CONFLICT].draws;
    const rule = { k: k, from: 0, to: 1, draws: most };
    const papers = { k: paper, from: 0, to: 1, draws: most };
    let model = whole[0];

    const set = (key) => function (value) {
      rule[key] = value;
      update();
    };
    const controls = [
      gc.choice("Model", whole.map((each, i) => [String(i), each.name]), "0", function (value) {
        model = whole[Number(value)];
        update();
      }),
      gc.slider("k of exp(−kt)", [0, 20, 0.5], k, (x) => x + (x === paper ? ", the paper’s" : ""), set("k")),
      gc.slider("t from", [0, 0.95, 0.05], 0, decimals, set("from")),
      gc.slider("t up to", [0.05, 1, 0.05], 1, decimals, set("to")),
      gc.slider("Draws used", [1, most, 1], most, String, set("draws")),
    ];
    const verdict = el("p", { className: "gc-verdict", role: "status" });
    const weight = el("div", { className: "gc-plot" });
    const list = (label) => el("div", { className: "gc-sums gc-measures", role: "list", "aria-label": label });
    const measures = list("What comes out, as set here and under the paper’s weight");
    const samples = el("div", { className: "gc-shots gc-samples" });
    const head = (text) => el("p", { className: "gc-head", textContent: text });
    box.replaceChildren(
      el("div", { className: "gc-controls" }, ...controls.map((each) => each.row), verdict),
      head("What comes out"), measures,
      el("p", { className: "gc-small", textContent: "Upright marks: under the paper’s weight, with all draws." }),
      head("The weight over t (dashed: the paper’s), and one image’s draws"), weight,
      head("Answers to six cue conflicts (below each: its shape, and the texture that it has)"), samples);
    new ResizeObserver(showWeight).observe(weight);

    function showMeasures() {
      const own = shares(model.sets, rule), theirs = shares(model.sets, papers);
      measures.replaceChildren(...own.map(function ([name, share, all], i) {
        const fill = el("span", { className: "gc-fill" }), tick = el("span", { className: "gc-tick" });
        fill.style.width = Number.isNaN(share) ? 0 : `${100 * share}%`;
        tick.style.left = `${100 * theirs[i][1]}%`;
        const heard = el("span", { className: "gc-heard" }, `, under the paper’s weight ${decimals(theirs[i][1])}`);
        return el("div", { role: "listitem" },
          el("span", { className: "gc-name", textContent: name }),
          el("span", { className: "gc-track" }, fill, tick),
          el("span", { className: "gc-value" }, `${decimals(share)} of ${all}`, heard));
      }));
      const [accuracy, , , bias] = own, [before, , , biasBefore] = theirs;
      verdict.textContent = Number.isNaN(accuracy[1])
        ? "No draw has its t in this range: nothing is decided."
        : `Shape bias ${decimals(bias[1])}, accuracy ${decimals(accuracy[1])}. Under the paper’s weight: ` +
          `shape bias ${decimals(biasBefore[1])}, accuracy ${decimals(before[1])}.`;
    }

    function showWeight() {
      const plot = gc.axes(weight, {
        height: 170, label: `The weight exp(−${rule.k}t) over t, counted from ${rule.from} to ${rule.to}`,
        x: {
          range: [0, 1], ticks: [0, 0.2, 0.4, 0.6, 0.8, 1], format: String,
          title: "t, from clean to noise",
        },
        y: { range: [0, 1], ticks: [0, 0.5, 1], format: String, title: "weight" },
      });
      for (const [from, to] of [[0, rule.from], [rule.to, 1]]) plot.band("gc-left-out", from, to);
      const curve = (slope) => Array.from({ length: 101 }, (_, i) => [i / 100, gc.weight(i / 100, slope)]);
      plot.line("gc-papers", curve(paper));
      plot.line("gc-of-answer", curve(rule.k));
      model.sets[CONFLICT][0].draws.slice(0, rule.draws).forEach(function ({ t }) {
        plot.dot(t > rule.from && t <= rule.to ? "gc-of-answer" : "", t, gc.weight(t, rule.k), 4);
      });
    }

    function showSamples() {
      const shown = model.sets[CONFLICT].slice(0, SHOWN), found = answers(shown, rule);
      samples.replaceChildren(...shown.map(function ({ shape, texture }, i) {
        const cue = found[i] < 0 ? "" : found[i] === shape ? "shape" : found[i] === texture ? "texture" : "";
        const answer = found[i] < 0 ? "no draw counts" : `${labels[found[i]]}, ${cue ? `the ${cue}` : "neither"}`;
        const picture = el("img", {
          src: model.pictures[i], alt: `Shape of ${labels[shape]}, texture of ${labels[texture]}`,
        });
        const shows = el("span", { className: "gc-shows" }, `${labels[shape]} as ${labels[texture]}`);
        return el("figure", { className: cue ? `gc-of-${cue}` : "" }, picture,
          el("figcaption", {}, answer, shows));
      }));
    }

    function update() {
      showMeasures();
      showWeight();
      showSamples();
    }
    update();
  }

  const box = document.querySelector('[data-classify="weights"]');
  const pack = document.querySelector('script.gc-pack[data-name="weights"]');
  if (!box || !pack) return;
  const style = document.createElement("link");
  style.rel = "stylesheet";
  style.href = new URL("classify.css", document.currentScript.src).href;
  document.head.append(style);
  // In the built book the pack is a file of its own, which a script further down may load.
  function begin() {
    const data = pack.dataset.file
      ? window.gcbookLoad(pack.dataset.file) : Promise.resolve().then(() => JSON.parse(pack.textContent));
    data.then((loaded) => show(box, loaded), function (error) {
      console.error("gcbook: the weights could not be loaded:", error);
    });
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
