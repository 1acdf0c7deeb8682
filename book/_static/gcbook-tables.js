/* Tables to sort and to filter: `<table class="gc-sortable">`. Headings become buttons, a text box
   above the table hides the rows that lack one of its words. Without scripts it is a plain table.
   Regions that scroll are framed, so that shades can show on which side there is more. */
(function () {
  "use strict";

  function valueOf(row, column) {
    const cell = row.cells[column];
    if (cell.classList.contains("gc-missing")) return null;
    return cell.dataset.value !== undefined ? Number(cell.dataset.value) : cell.textContent.trim();
  }

  function compare(a, b) {
    if (typeof a === "number" && typeof b === "number") return a - b;
    return String(a).localeCompare(String(b), undefined, { numeric: true });
  }

  function enhance(table) {
    const body = table.tBodies[0];
    const rows = Array.from(body.rows);
    const heads = Array.from(table.tHead.rows[0].cells);
    heads.forEach(function (head, column) {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "gc-sort";
      while (head.firstChild) button.appendChild(head.firstChild);
      head.appendChild(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", function () {
        const down = head.getAttribute("aria-sort") === "ascending";
        heads.forEach((h) => h.setAttribute("aria-sort", "none"));
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const keyed = rows.map((row, i) => ({ row: row, key: valueOf(row, column), i: i }));
        keyed.sort(function (x, y) {
          // Missing values come last in either direction.
          if (x.key === null || y.key === null) return (x.key === null) - (y.key === null) || x.i - y.i;
          return (down ? compare(y.key, x.key) : compare(x.key, y.key)) || x.i - y.i;
        });
        keyed.forEach((k) => body.appendChild(k.row));
      });
    });
    if (rows.length > 5) addFilter(table, rows);
  }

  function addFilter(table, rows) {
    const bar = document.createElement("div");
    bar.className = "gc-filter";
    const label = document.createElement("label");
    label.textContent = "Filter rows ";
    const input = document.createElement("input");
    input.type = "search";
    input.autocomplete = "off";
    label.appendChild(input);
    const count = document.createElement("span");
    count.setAttribute("role", "status");
    bar.append(label, count);
    const region = table.closest(".gc-scroll") || table;
    region.parentNode.insertBefore(bar, region);
    const texts = rows.map((row) => row.textContent.toLowerCase());
    function apply() {
      const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
      let shown = 0;
      rows.forEach(function (row, i) {
        const hit = words.every((word) => texts[i].includes(word));
        row.hidden = !hit;
        shown += hit ? 1 : 0;
      });
      count.textContent = words.length ? shown + " of " + rows.length + " rows" : rows.length + " rows";
    }
    input.addEventListener("input", apply);
    apply();
  }

  function addRegion(table) {
    // A table as pandas writes it: a region of its own, named after its columns.
    const region = document.createElement("div");
    region.className = "gc-scroll gc-fitted";
    region.setAttribute("role", "region");
    region.tabIndex = 0;
    const heads = Array.from(table.querySelectorAll("thead th"), (head) => head.textContent.trim());
    region.setAttribute("aria-label", "Table of " + heads.filter(Boolean).join(", "));
    table.parentNode.insertBefore(region, table);
    region.appendChild(table);
    // The corner above the row numbers heads nothing.
    table.querySelectorAll("thead th:empty").forEach((head) => head.replaceWith(document.createElement("td")));
  }

  function reachFormulas() {
    // A formula wider than a phone scrolls, so the keyboard has to get there.
    document.querySelectorAll('mjx-container[display="true"]').forEach(function (formula) {
      if (formula.scrollWidth > formula.clientWidth) formula.tabIndex = 0;
    });
  }

  function addFrame(region) {
    const frame = document.createElement("div");
    frame.className = "gc-frame";
    region.parentNode.insertBefore(frame, region);
    frame.appendChild(region);
    function shade() {
      const right = region.scrollWidth - region.clientWidth - region.scrollLeft > 2;
      const below = region.scrollHeight - region.clientHeight - region.scrollTop > 2;
      frame.classList.toggle("gc-more-right", right);
      frame.classList.toggle("gc-more-below", below);
    }
    region.addEventListener("scroll", shade, { passive: true });
    // Also when details around it are opened, or rows are filtered.
    const watch = new ResizeObserver(shade);
    watch.observe(region);
    watch.observe(region.firstElementChild);
  }

  function start() {
    document.querySelectorAll("table.gc-sortable").forEach(enhance);
    document.querySelectorAll("div.cell_output table.dataframe").forEach(addRegion);
    document.querySelectorAll(".gc-scroll").forEach(addFrame);
  }

  window.addEventListener("load", function () {
    const startup = window.MathJax && window.MathJax.startup;
    if (startup && startup.promise) startup.promise.then(reachFormulas);
  });

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
