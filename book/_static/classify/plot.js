/* Small pictures and charts: canvases of 32 × 32 pixels, and SVG with two axes. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const SIDE = 32, NS = "http://www.w3.org/2000/svg";

  // An element: properties, attributes (with a dash), listeners, and children.
  function el(tag, props = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (key.includes("-") || key === "role" || key === "for") made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...children);
    return made;
  }

  function svg(tag, attributes = {}, text = "") {
    const made = document.createElementNS(NS, tag);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.textContent = text;
    return made;
  }

  // A canvas that shows values: colour(i) gives [r, g, b], 0 to 255, of pixel i.
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

  // A chart in a box: axes with ticks, and the scales to draw with. Drawn anew each time.
  function axes(box, { x, y, height, label }) {
    const width = Math.max(280, Math.floor(box.clientWidth)), left = 54, bottom = 44, top = 12, right = 14;
    const root = svg("svg", { viewBox: `0 0 ${width} ${height}`, width: width, height: height, role: "img" });
    root.setAttribute("aria-label", label);
    const scale = (axis, from, to) => (value) =>
      from + ((value - axis.range[0]) / (axis.range[1] - axis.range[0])) * (to - from);
    const across = scale(x, left, width - right), down = scale(y, height - bottom, top);
    const add = (tag, attributes, text) => root.appendChild(svg(tag, attributes, text));
    for (const tick of x.ticks) {
      add("text", { x: across(tick), y: height - bottom + 18, "text-anchor": "middle" }, x.format(tick));
    }
    for (const tick of y.ticks) {
      add("line", { class: "grid", x1: left, x2: width - right, y1: down(tick), y2: down(tick) });
      add("text", { x: left - 7, y: down(tick) + 4, "text-anchor": "end" }, y.format(tick));
    }
    add("text", { x: (left + width - right) / 2, y: height - 8, "text-anchor": "middle" }, x.title);
    const middle = (top + height - bottom) / 2;
    add("text", { x: 12, y: middle, "text-anchor": "middle", transform: `rotate(-90 12 ${middle})` }, y.title);
    box.replaceChildren(root);
    return { add: add, across: across, down: down, top: top, bottom: height - bottom, left: left, right: width - right };
  }

  // About four round numbers from low to high.
  function ticks(low, high) {
    const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough));
    const step = [1, 2, 5, 10].map((m) => m * power).find((each) => each >= rough);
    const found = [];
    for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; i++) found.push(i * step);
    return found;
  }

  Object.assign(gc, {
    el: el, paint: paint, grey: grey, channels: channels, difference: difference, axes: axes, ticks: ticks,
  });
})();
