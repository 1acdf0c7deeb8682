/* Dots on a line: a row a kind of observers, a dot an observer, with its interval where it has one.

   Equal values are stacked. The drawing is as wide as its place and is drawn again when that
   changes; colours come with the data, and follow the theme by the style sheet. */
(function (observer) {
  "use strict";

  const { drawn, element } = observer.elements;
  const RADIUS = 4.5, NAME = 20, GAP = 8, MARGIN = 14;

  // As the book prints numbers: a proper minus, and none before a zero.
  function words(value) {
    return Number.isNaN(value)
      ? "undefined" : value.toFixed(2).replace(/^-0\.00$/, "0.00").replace("-", "−");
  }

  const percent = (value) => (Number.isNaN(value) ? "–" : Math.round(100 * value) + "%");

  // Places of the dots of a row: from left to right, each as low as there is room.
  function stacked(points, x) {
    const tops = [];
    return points.slice().sort((a, b) => a.value - b.value).map(function (point) {
      const column = Math.round(x(point.value) / (2 * RADIUS));
      tops[column] = (tops[column] || 0) + 1;
      return { point, cx: x(point.value), level: tops[column] - 1 };
    });
  }

  function mark(kind, cx, cy, r) {
    // Colour is never the only sign: people are diamonds, as everywhere in the book.
    return kind === "diamond"
      ? drawn("path", { d: `M${cx} ${cy - 1.3 * r}l${1.3 * r} ${1.3 * r}l${-1.3 * r} ${1.3 * r}l${-1.3 * r} ${-1.3 * r}z` })
      : drawn("circle", { cx, cy, r });
  }

  function row(each, pack, x, top) {
    const colors = pack.rows[each.kind];
    const human = ["you", "class", "Humans"].includes(each.kind);
    const group = drawn("g", {
      class: "gc-dots-row", style: `--light: ${colors.light}; --dark: ${colors.dark}`,
    });
    group.append(drawn("text", { x: MARGIN - 4, y: top + 12 }, each.name));
    const dots = stacked(each.points.filter((p) => !Number.isNaN(p.value)), x);
    const levels = Math.max(1, ...dots.map((dot) => dot.level + 1));
    const foot = top + NAME + (levels - 0.5) * 2 * RADIUS;
    for (const { point, cx, level } of dots) {
      const cy = foot - level * 2 * RADIUS;
      if (point.low !== undefined) {
        group.append(drawn("line", { x1: x(point.low), x2: x(point.high), y1: cy, y2: cy }));
      }
      const size = each.kind === "you" ? 1.4 * RADIUS : 0.9 * RADIUS;
      const dot = mark(human ? "diamond" : "circle", cx, cy, size);
      dot.append(drawn("title", {}, `${point.label}: ${words(point.value)}`));
      group.append(dot);
    }
    return { group, bottom: foot + RADIUS + GAP };
  }

  function draw(rows, pack, axis, width) {
    const x = (value) => MARGIN + value * (width - 2 * MARGIN);
    const made = [];
    let top = 0;
    for (const each of rows) {
      const { group, bottom } = row(each, pack, x, top);
      made.push(group);
      top = bottom;
    }
    const grid = [0, 0.25, 0.5, 0.75, 1].flatMap((value) => [
      drawn("line", { class: "gc-dots-grid", x1: x(value), x2: x(value), y1: 0, y2: top }),
      drawn("text", { x: x(value), y: top + 14, "text-anchor": "middle" }, String(value)),
    ]);
    const title = drawn("text", { x: width / 2, y: top + 32, "text-anchor": "middle" }, axis);
    return drawn(
      "svg", { width, height: top + 38, viewBox: `0 0 ${width} ${top + 38}`, "aria-hidden": "true" },
      ...grid, ...made, title,
    );
  }

  // Rows are { name, kind, points: [{ label, value, low, high }] }, values from 0 to 1. What is drawn
  // has to be in words beside it: the drawing is hidden from screen readers.
  function dots(rows, pack, axis) {
    const box = element("div", { class: "gc-dots" });
    new ResizeObserver(function () {
      const width = Math.floor(box.clientWidth);
      if (width > 50 && width !== box.drawnWidth) {
        box.drawnWidth = width;
        box.replaceChildren(draw(rows, pack, axis, width));
      }
    }).observe(box);
    return box;
  }

  observer.chart = { dots, percent, words };
})(window.gcObserver = window.gcObserver || {});
