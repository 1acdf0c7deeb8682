/* Small pictures and charts: canvases of 32 × 32 pixels, and SVG with two axes. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const SIDE = 32;
  const MARGIN = { left: 54, right: 14, top: 12, bottom: 44 };

  // ---------------------------------------------------------------- pictures

  // Shows values on a canvas: colour(i) gives [r, g, b], 0 to 255, of pixel i.
  function paint(canvas, colour, side = SIDE) {
    canvas.width = canvas.height = side;
    const context = canvas.getContext("2d"), pixels = context.createImageData(side, side);
    for (let i = 0; i < side * side; i++) pixels.data.set([...colour(i), 255], 4 * i);
    context.putImageData(pixels, 0, 0);
    return canvas;
  }

  const grey = (values) => (i) => [values[i], values[i], values[i]];

  // Three channels in [-1, 1], one after another, as colours.
  function channels(x) {
    const size = x.length / 3;
    return (i) => [0, 1, 2].map((c) => 127.5 * (Math.min(1, Math.max(-1, x[c * size + i])) + 1));
  }

  // First minus second, mean over channels: purple where the first is lighter, green where the
  // second is; the largest difference has the full colour.
  function difference(first, second) {
    const size = first.length / 3, values = Float64Array.from({ length: size }, (_, i) =>
      [0, 1, 2].reduce((sum, c) => sum + (first[c * size + i] - second[c * size + i]) / 6, 0));
    const largest = values.reduce((most, x) => Math.max(most, Math.abs(x)), 0) || 1;
    const purple = [118, 42, 131], green = [27, 120, 55], white = [247, 247, 247];
    return {
      mean: values.reduce((sum, x) => sum + Math.abs(x), 0) / size,
      colour: function (i) {
        const share = values[i] / largest, full = share > 0 ? purple : green;
        return white.map((w, c) => w + Math.abs(share) * (full[c] - w));
      },
    };
  }

  // ---------------------------------------------------------------- charts

  // Draws two axes into a box, anew each time. An axis has a range, ticks, their format, and a
  // title. Returns what draws marks, each with a class that gives its look.
  function axes(box, { x, y, height, label }) {
    const width = Math.max(280, Math.floor(box.clientWidth));
    const [left, right] = [MARGIN.left, width - MARGIN.right];
    const [top, bottom] = [MARGIN.top, height - MARGIN.bottom];
    const scale = ({ range }, from, to) => (value) =>
      from + ((value - range[0]) / (range[1] - range[0])) * (to - from);
    const across = scale(x, left, right), down = scale(y, bottom, top);

    function add(parent, tag, attributes, text = "") {
      const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.textContent = text;
      return parent.appendChild(made);
    }
    box.replaceChildren();
    const root = add(box, "svg", { width: width, height: height, role: "img", "aria-label": label });
    const text = (at, words) => add(root, "text", { "text-anchor": "middle", ...at }, words);
    for (const tick of x.ticks) text({ x: across(tick), y: bottom + 18 }, x.format(tick));
    for (const tick of y.ticks) {
      add(root, "line", { class: "grid", x1: left, x2: right, y1: down(tick), y2: down(tick) });
      text({ x: left - 7, y: down(tick) + 4, "text-anchor": "end" }, y.format(tick));
    }
    text({ x: (left + right) / 2, y: height - 8 }, x.title);
    text({ transform: `translate(12 ${(top + bottom) / 2}) rotate(-90)` }, y.title);

    return {
      dot: (look, px, py, r) => add(root, "circle", { class: look, cx: across(px), cy: down(py), r: r }),
      line: (look, points) => add(root, "polyline",
        { class: look, points: points.map(([px, py]) => `${across(px)},${down(py)}`).join(" ") }),
      upright: (look, px) =>
        add(root, "line", { class: look, x1: across(px), x2: across(px), y1: top, y2: bottom }),
      band: (look, from, to) => add(root, "rect", {
        class: look, x: across(from), width: Math.max(0, across(to) - across(from)),
        y: top, height: bottom - top,
      }),
      word: (look, px, py, words, more) => text({ class: look, x: across(px), y: down(py), ...more }, words),
    };
  }

  // About four round numbers from low to high.
  function ticks(low, high) {
    const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((times) => times * power).find((each) => each >= rough);
    const first = Math.ceil(low / step - 1e-9), last = Math.floor(high / step + 1e-9);
    return Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  }

  Object.assign(gc, {
    paint: paint, grey: grey, channels: channels, difference: difference, axes: axes, ticks: ticks,
  });
})();
