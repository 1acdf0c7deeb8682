/* A field to draw in, by pointer or finger: closed curves, filled by the even-odd rule. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const SIZE = 256;
  // A slip of the finger is no outline: one is at least so wide or high.
  const LEAST = SIZE / 8;

  // A field and its buttons; `changed` is given the mask of the curves, null if they surround nothing or
  // are too small, and their number, whenever one is complete or taken away.
  gc.outlineField = function (changed) {
    const canvas = gc.el("canvas", { className: "gc-field", width: SIZE, height: SIZE, role: "img" });
    canvas.setAttribute("aria-label", "Field to draw an outline in, by pointer or finger");
    const context = canvas.getContext("2d");
    let curves = [], current = null;

    function show() {
      const ink = getComputedStyle(canvas).color;
      context.clearRect(0, 0, SIZE, SIZE);
      context.fillStyle = context.strokeStyle = ink;
      context.lineWidth = 2;
      context.beginPath();
      for (const curve of curves) {
        curve.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
        context.closePath();
      }
      context.globalAlpha = 0.35;
      context.fill("evenodd");
      context.globalAlpha = 1;
      context.stroke();
      if (!current) return;
      context.beginPath();
      current.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
      context.stroke();
    }

    function place(event) {
      const box = canvas.getBoundingClientRect();
      return [event.clientX - box.left, event.clientY - box.top].map(
        (at, k) => Math.min(SIZE, Math.max(0, (at * SIZE) / (k ? box.height : box.width))));
    }
    function end() {
      const drawn = current;
      current = null;
      // A tap draws nothing, and what was found stays.
      if (drawn && drawn.length > 2) keep([...curves, drawn]);
      else show();
    }

    canvas.addEventListener("pointerdown", function (event) {
      event.preventDefault();
      canvas.setPointerCapture(event.pointerId);
      current = [place(event)];
    });
    canvas.addEventListener("pointermove", function (event) {
      if (!current) return;
      const moves = event.getCoalescedEvents ? event.getCoalescedEvents() : [];
      for (const each of moves.length ? moves : [event]) current.push(place(each));
      show();
    });
    canvas.addEventListener("pointerup", end);
    canvas.addEventListener("pointercancel", end);

    function keep(left) {
      curves = left;
      show();
      const all = curves.flat();
      const extent = Math.max(0, ...[0, 1].map((k) =>
        Math.max(...all.map((p) => p[k])) - Math.min(...all.map((p) => p[k]))));
      changed(extent < LEAST ? null : gc.filled(curves), curves.length);
    }
    return gc.el("div", {}, canvas, gc.row(
      gc.button("Take back", () => keep(curves.slice(0, -1))),
      gc.button("Clear", () => keep([]))));
  };
})();
