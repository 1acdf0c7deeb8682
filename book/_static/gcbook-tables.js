/* Tables to sort and to filter: `<table class="gc-sortable">`. Headings become buttons, a text box
   above the table hides the rows that lack one of its words. Without scripts it is a plain table. */
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

  function start() {
    document.querySelectorAll("table.gc-sortable").forEach(enhance);
  }

  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
})();
