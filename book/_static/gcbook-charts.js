/* Interactive charts of the book. A classic script, so that it runs from file:// too.

   A chart is `<div class="gc-chart" data-spec="file"><img …></div>`, or has its specification in a
   `<script type="application/json">` where a page is one file. When it comes near the viewport, Vega
   (one file beside this one) is loaded once and the chart is drawn in place of its image. It is drawn
   again, with what the reader has chosen, when the theme or the width changes. */
(function () {
  "use strict";

  const script = document.currentScript;
  const vegaUrl = script && script.src ? new URL("vendor/vega.js", script.src).href : "";
  const NARROW = 560;
  const PANEL = 160;
  const MANY = 100;
  // Pixels of what is written on a narrow screen; on a wide one gcbook.charts.theme says it.
  const SMALL = 13;
  const DARK = {
    ink: "#e6e8eb", muted: "#b4bac2", line: "#8b929b", grid: "#363d47", view: "#4a525d",
  };

  // ---------------------------------------------------------------- loading

  let loading = null;
  function loadVega() {
    if (window.vegaEmbed) return Promise.resolve();
    if (!loading) {
      loading = new Promise(function (resolve, reject) {
        const tag = document.createElement("script");
        tag.src = vegaUrl;
        tag.onload = resolve;
        tag.onerror = function () { reject(new Error("could not load " + vegaUrl)); };
        document.head.appendChild(tag);
      });
    }
    return loading;
  }

  function loadSpec(box, chart) {
    if (chart.spec) return Promise.resolve();
    return window.gcbookLoad(box.dataset.spec).then(function (spec) {
      chart.spec = JSON.stringify(spec);
    });
  }

  // When styles and fonts are there, and the page has its final widths.
  function laidOut() {
    const loaded = document.readyState === "complete" ? Promise.resolve()
      : new Promise((done) => window.addEventListener("load", done, { once: true }));
    return loaded.then(() => document.fonts.ready)
      .then(() => new Promise((done) => requestAnimationFrame(done)));
  }

  const isDark = () => document.documentElement.dataset.theme === "dark";

  // ---------------------------------------------------------------- specification

  const isObject = (x) => x !== null && typeof x === "object" && !Array.isArray(x);

  function merge(base, over) {
    const out = Object.assign({}, base);
    for (const key of Object.keys(over)) {
      out[key] = isObject(out[key]) && isObject(over[key]) ? merge(out[key], over[key]) : over[key];
    }
    return out;
  }

  function recolour(node, twins) {
    if (typeof node === "string") {
      const color = node.toLowerCase();
      return Object.hasOwn(twins, color) ? twins[color] : node;
    }
    if (Array.isArray(node)) return node.map((x) => recolour(x, twins));
    if (!isObject(node)) return node;
    const out = {};
    for (const key of Object.keys(node)) {
      // Data and names stay as they are: a colour there may be a category, or somebody's name.
      out[key] = ["datasets", "usermeta", "values", "params"].includes(key)
        ? node[key] : recolour(node[key], twins);
    }
    return out;
  }

  function darkConfig() {
    const axis = {
      labelColor: DARK.ink, titleColor: DARK.ink, domainColor: DARK.line,
      tickColor: DARK.line, gridColor: DARK.grid,
    };
    return {
      axis: axis,
      legend: { labelColor: DARK.ink, titleColor: DARK.ink },
      header: { labelColor: DARK.ink, titleColor: DARK.ink },
      title: { color: DARK.ink, subtitleColor: DARK.muted },
      view: { stroke: DARK.view },
      text: { color: DARK.ink },
    };
  }

  function narrowConfig(width) {
    const labels = Math.max(70, Math.round(width * 0.37));
    const text = { labelFontSize: SMALL, titleFontSize: SMALL };
    return {
      axis: text,
      axisY: { labelLimit: labels },
      header: text,
      legend: {
        labelFontSize: SMALL,
        titleLimit: width - 20,
        titleFontSize: SMALL,
        orient: "bottom",
        symbolDirection: "vertical",
        gradientDirection: "horizontal",
        columns: width < 420 ? 2 : 3,
        labelLimit: Math.round(width / 2) - 30,
        symbolLimit: 60,
        // Several legends below a narrow chart stand on top of each other.
        layout: { bottom: { anchor: "start", direction: "vertical", margin: 8 } },
        columnPadding: 2,
        labelOffset: 2,
      },
      title: { limit: width, fontSize: SMALL },
      text: { fontSize: SMALL },
    };
  }

  // What gcbook.charts.names writes at an axis whose values are ids.
  const NAME_OF_TICK = "names[datum.value]";

  // Names of one family differ at their ends ("RegNetY-32GF"): what is left out is in the middle.
  function shortLabel(label, pixels) {
    // Of names with capitals and digits.
    const most = Math.floor(pixels / (0.66 * SMALL));
    const last = Math.floor(most / 2);
    return `length(${label}) > ${most} ? slice(${label}, 0, ${most - last - 1}) + '…' + ` +
      `slice(${label}, -${last}) : ${label}`;
  }

  // What a chart says of its own labels and legends is meant for a wide screen.
  function narrowEncodings(node, config) {
    if (Array.isArray(node)) node.forEach((x) => narrowEncodings(x, config));
    else if (isObject(node)) {
      const y = node.encoding && node.encoding.y;
      if (isObject(y) && isObject(y.axis) && y.axis.labelLimit !== undefined) {
        y.axis.labelLimit = config.axisY.labelLimit;
      }
      if (isObject(y) && y.axis !== null) {
        const label = (y.axis && y.axis.labelExpr) || "datum.label";
        const names = y.type === "nominal" || y.type === "ordinal";
        // Of a place, its name is looked up in a list.
        if ((names && (label === "datum.label" || label === NAME_OF_TICK)) ||
            /\[datum\.value\]$/.test(label)) {
          y.axis = Object.assign({}, y.axis, {
            labelExpr: shortLabel(label, config.axisY.labelLimit),
          });
        }
      }
      if (isObject(node.legend)) {
        ["orient", "columns", "labelLimit", "symbolLimit"].forEach(function (key) {
          if (node.legend[key] !== undefined) node.legend[key] = config.legend[key];
        });
      }
      for (const key of Object.keys(node)) {
        if (key !== "datasets" && key !== "values" && key !== "config") {
          narrowEncodings(node[key], config);
        }
      }
    }
  }

  // The child of a facet or concatenation, whose width decides the width of the whole.
  function children(spec) {
    if (spec.spec) return [spec.spec];
    return spec.concat || spec.hconcat || spec.vconcat || [];
  }

  function isComposed(spec) {
    return children(spec).length > 0;
  }

  function encodedFacet(spec) {
    const e = spec.encoding || {};
    return e.facet || e.column || null;
  }

  function columnsOf(spec) {
    if (spec.vconcat) return 1;
    if (spec.hconcat) return spec.hconcat.length;
    if (spec.columns) return Math.min(spec.columns, spec.concat ? spec.concat.length : Infinity);
    if (spec.concat) return spec.concat.length;
    const facet = encodedFacet(spec);
    return (facet && facet.columns) || 0;
  }

  const widthOf = (child) => (typeof child.width === "number" ? child.width : 200);

  function setColumns(spec, n) {
    if (spec.hconcat) {
      spec.concat = spec.hconcat;
      delete spec.hconcat;
    }
    if (spec.spec || spec.concat) spec.columns = n;
    else if (encodedFacet(spec) && spec.encoding.facet) spec.encoding.facet.columns = n;
  }

  function eachView(spec, visit) {
    const kids = children(spec);
    if (!kids.length) { visit(spec); return; }
    kids.forEach((kid) => eachView(kid, visit));
  }

  function prepare(original, width, change) {
    let spec = JSON.parse(original);
    const meta = spec.usermeta || {};
    let config = spec.config || {};
    if (width < NARROW) {
      const narrow = narrowConfig(width);
      config = merge(config, narrow);
      narrowEncodings(spec, narrow);
    }
    if (isDark()) {
      config = merge(config, darkConfig());
      if (meta.dark) {
        spec = recolour(spec, meta.dark);
        config = recolour(config, meta.dark);
      }
    }
    spec.config = config;
    spec.background = "transparent";
    if (spec.width === "container") {
      spec.width = width;
      spec.autosize = { type: "fit-x", contains: "padding" };
      // A grid of pictures shrinks with the width, and must leave no blank below.
      if (meta.square) spec.height = Math.min(spec.height, width);
      return spec;
    }
    const columns = columnsOf(spec);
    const first = isComposed(spec) ? children(spec)[0] : spec;
    if (columns > 1) {
      // Panels may shrink to what is left of PANEL beside their axis; then columns give way.
      const most = Math.floor(width / Math.min(widthOf(first) + 45, PANEL)) - change.fewer;
      const fits = Math.max(1, most);
      if (fits < columns) setColumns(spec, fits);
    }
    if (change.by) {
      eachView(spec, function (view) {
        if (typeof view.width === "number" || view.width === undefined) {
          view.width = Math.max(60, Math.round(widthOf(view) + change.by));
        }
      });
    }
    return spec;
  }

  // ---------------------------------------------------------------- what the reader has chosen

  function namesOf(node, found) {
    if (Array.isArray(node)) node.forEach((x) => namesOf(x, found));
    else if (isObject(node)) {
      if (Array.isArray(node.params)) node.params.forEach((p) => found.add(p.name));
      for (const key of Object.keys(node)) {
        if (key !== "datasets" && key !== "values") namesOf(node[key], found);
      }
    }
    return found;
  }

  function boundSignals(vega, found) {
    (vega.signals || []).forEach((s) => { if (s.bind) found.add(s.name); });
    (vega.marks || []).forEach((m) => boundSignals(m, found));
    return found;
  }

  function remember(result) {
    const bound = boundSignals(result.vgSpec, new Set());
    const state = result.view.getState({
      signals: (name) => bound.has(name),
      data: (name) => /_store$/.test(name),
    });
    return { signals: state.signals || {}, data: state.data || {} };
  }

  function restore(view, state) {
    for (const name of Object.keys(state.signals)) {
      try { view.signal(name, state.signals[name]); } catch (e) { /* gone with its panel */ }
    }
    return view.runAsync().then(function () {
      for (const name of Object.keys(state.data)) {
        try { view.data(name, state.data[name]); } catch (e) { /* gone with its panel */ }
      }
      return view.runAsync();
    });
  }

  // ---------------------------------------------------------------- drawing

  const charts = new Map();

  function draw(box) {
    const chart = charts.get(box);
    if (!chart || chart.drawing) return;
    if (box.clientWidth < 50) return;
    chart.drawing = true;
    // The page may still be laid out, or a theme be chosen, while its parts are loaded.
    Promise.all([loadVega(), loadSpec(box, chart), laidOut()])
      .then(function () {
        chart.width = Math.floor(box.clientWidth);
        chart.dark = isDark();
        return attempt(box, chart, chart.width, { by: 0, fewer: 0 }, 4);
      })
      .catch(function (error) {
        // The image stays; the reason goes to the console.
        console.error("gcbook: a chart could not be drawn:", error);
      })
      .finally(function () {
        chart.drawing = false;
        // Whatever changed while it was drawn, its width among it.
        if (chart.result) refresh(box);
      });
  }

  function attempt(box, chart, width, change, triesLeft) {
    const host = document.createElement("div");
    host.className = "gc-live gc-measuring";
    box.appendChild(host);
    const spec = prepare(chart.spec, width, change);
    return window.vegaEmbed(host, spec, {
      actions: false, renderer: "svg", mode: "vega-lite", logLevel: 1, patch: finish,
      tooltip: { theme: isDark() ? "dark" : "light" },
    }).then(function (result) {
      const next = triesLeft > 0 ? better(spec, host, width, change) : null;
      if (next) {
        result.finalize();
        host.remove();
        return attempt(box, chart, width, next, triesLeft - 1);
      }
      const state = chart.result ? remember(chart.result) : null;
      return (state ? restore(result.view, state) : Promise.resolve())
        .then(() => show(box, chart, host, result));
    });
  }

  // How to draw a chart that is not as wide as its line; null if it is, or as near as can be.
  function better(spec, host, width, change) {
    const columns = columnsOf(spec);
    if (spec.autosize && spec.width === width) return null;
    const drawn = host.querySelector("svg");
    const size = drawn ? Number(drawn.getAttribute("width")) : width;
    const step = Math.floor((width - size) / Math.max(1, columns));
    const panel = widthOf(isComposed(spec) ? children(spec)[0] : spec);
    if (size > width && panel + step < 60 && columns > 1) {
      return { by: 0, fewer: change.fewer + 1 };
    }
    // Too wide: narrower panels. Too narrow: panels that share the line, within reason.
    const wanted = Math.min(change.by + step, panel - change.by);
    const worth = size > width || (columns > 0 && step > 12 && wanted > change.by);
    return worth && wanted !== change.by ? { by: wanted, fewer: change.fewer } : null;
  }

  function show(box, chart, host, result) {
    const focused = focusPath(chart.host);
    if (chart.result) chart.result.finalize();
    if (chart.host) chart.host.remove();
    chart.result = result;
    chart.host = host;
    host.classList.remove("gc-measuring");
    box.classList.add("gc-drawn");
    nameControls(host);
    namePositions(host, (result.spec.usermeta || {}).positions || {});
    tipOnTap(host);
    refocus(host, focused);
    box.dispatchEvent(new CustomEvent("gc-drawn", { bubbles: true }));
  }

  // Finish what Vega-Lite compiled: it writes black into legends of shape and opacity, whatever the
  // theme, and gives no name to a group of marks, which then has none while nothing is selected.
  // With many marks a screen reader is better served by the description and the data table.
  function finish(vega) {
    const many = (vega.data || []).some((d) => Array.isArray(d.values) && d.values.length > MANY);
    const ink = (node) => {
      if (Array.isArray(node)) node.forEach(ink);
      else if (isObject(node)) {
        if (node.value === "black" || node.value === "#000000") node.value = DARK.ink;
        Object.values(node).forEach(ink);
      }
    };
    // Vega passes over what an axis or a legend says of itself, and reads out the values of its scale.
    const speak = (part, guide) => {
      if (!guide.description) return;
      const spoken = { update: { description: { value: guide.description } } };
      guide.encode = merge(guide.encode || {}, { [part]: spoken });
    };
    const visit = (group) => {
      (group.axes || []).forEach((axis) => speak("axis", axis));
      (group.legends || []).forEach((legend) => speak("legend", legend));
      if (isDark()) (group.legends || []).forEach(ink);
      (group.marks || []).forEach(function (mark) {
        if (mark.type === "group") visit(mark);
        else if (many) mark.aria = false;
        else if (!mark.description) mark.description = mark.type + " marks";
      });
    };
    visit(vega);
    return vega;
  }

  // A finger does not hover. Vega shows what a mark stands for when a pointer moves over it, and hides
  // it when the pointer leaves, which a finger does as soon as it is lifted; so a tap is followed by
  // a move. And a tip that would stick out of a narrow screen is moved back into it.
  function tipOnTap(host) {
    let finger = false;
    host.addEventListener("pointerdown", function (event) { finger = event.pointerType === "touch"; });
    host.addEventListener("click", function (event) {
      if (!finger || !event.target.closest("svg")) return;
      event.target.dispatchEvent(new PointerEvent("pointermove", {
        bubbles: true, view: window, clientX: event.clientX, clientY: event.clientY,
      }));
    });
    host.addEventListener("pointermove", () => requestAnimationFrame(keepTipInside));
  }

  const tip = () => document.getElementById("vg-tooltip-element");

  function keepTipInside() {
    const shown = tip();
    if (!shown || !shown.classList.contains("visible")) return;
    const at = shown.getBoundingClientRect();
    const most = document.documentElement.clientWidth - 4 - at.width;
    const left = Math.max(4, Math.min(at.left, most));
    if (Math.abs(left - at.left) > 0.5) shown.style.left = left + "px";
  }

  function focusPath(host) {
    if (!host || !host.contains(document.activeElement)) return -1;
    return focusable(host).indexOf(document.activeElement);
  }

  function refocus(host, index) {
    const target = focusable(host)[index];
    if (target) target.focus();
  }

  const focusable = (host) => Array.from(host.querySelectorAll("input, select, [tabindex='0']"));

  function nameControls(host) {
    host.querySelectorAll(".vega-bind").forEach(function (bind) {
      const label = bind.querySelector(".vega-bind-name");
      const name = (label ? label.textContent : "").trim() || "Chart setting";
      const inputs = bind.querySelectorAll("input, select");
      if (inputs.length === 1) inputs[0].setAttribute("aria-label", name);
      else if (inputs.length > 1) {
        bind.setAttribute("role", "group");
        bind.setAttribute("aria-label", name);
      }
    });
  }

  // A slider that counts positions shows what each of them stands for.
  function namePositions(host, positions) {
    host.querySelectorAll(".vega-bind input[type=range]").forEach(function (input) {
      const said = positions[input.name];
      const shown = input.nextElementSibling;
      if (!said || !shown) return;
      const say = function () {
        const words = said[Math.round((input.value - input.min) / (input.step || 1))] || "";
        shown.textContent = words;
        input.setAttribute("aria-valuetext", words);
      };
      // After Vega's own listeners, which write the number.
      input.addEventListener("input", say);
      input.addEventListener("change", say);
      say();
    });
  }

  function refresh(box) {
    const chart = charts.get(box);
    if (!chart || !chart.seen) return;
    const changed = Math.abs(Math.floor(box.clientWidth) - (chart.width || 0)) > 1;
    if (changed || chart.dark !== isDark()) draw(box);
  }

  function start() {
    const boxes = Array.from(document.querySelectorAll(".gc-chart"));
    const near = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) {
        if (!entry.isIntersecting) return;
        near.unobserve(entry.target);
        charts.get(entry.target).seen = true;
        refresh(entry.target);
      });
    }, { rootMargin: "600px 0px" });
    let timer = 0;
    const resized = new ResizeObserver(function () {
      clearTimeout(timer);
      timer = setTimeout(() => boxes.forEach(refresh), 150);
    });
    document.addEventListener("pointerdown", function (event) {
      if (tip() && !event.target.closest(".gc-live")) tip().classList.remove("visible");
    });
    boxes.forEach(function (box) {
      const source = box.querySelector('script[type="application/json"]');
      if (!source && !box.dataset.spec) return;
      charts.set(box, source ? { spec: source.textContent } : {});
      near.observe(box);
      resized.observe(box);
    });
    new MutationObserver(() => boxes.forEach(refresh)).observe(document.documentElement, {
      attributes: true, attributeFilter: ["data-theme"],
    });
  }

  // Paper is light, whatever the screen is.
  const root = document.documentElement.dataset;
  let onScreen;
  window.addEventListener("beforeprint", function () {
    onScreen = root.theme;
    root.theme = "light";
  });
  window.addEventListener("afterprint", function () { root.theme = onScreen; });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
