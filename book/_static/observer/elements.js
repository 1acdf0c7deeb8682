/* HTML and SVG elements. Text is set as text and never parsed, whoever wrote it. */
(function (observer) {
  "use strict";

  const SVG = "http://www.w3.org/2000/svg";

  function fill(node, attributes, children) {
    for (const [name, value] of Object.entries(attributes)) {
      if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
      else if (value === true) node.setAttribute(name, "");
      else if (value !== false && value !== null) node.setAttribute(name, value);
    }
    node.append(...children.flat().filter((child) => child !== null));
    return node;
  }

  // An element: `element("p", { class: "x", onclick: f }, "text", other)`.
  function element(tag, attributes, ...children) {
    return fill(document.createElement(tag), attributes || {}, children);
  }

  function drawn(tag, attributes, ...children) {
    return fill(document.createElementNS(SVG, tag), attributes, children);
  }

  function button(text, onclick, attributes) {
    return element("button", Object.assign({ type: "button", onclick }, attributes), text);
  }

  // A table in a region that scrolls by itself and can be reached with the keyboard.
  function table(name, headings, rows) {
    const cell = (tag) => (content) => element(tag, tag === "th" ? { scope: "col" } : {}, content);
    const head = element("thead", {}, element("tr", {}, headings.map(cell("th"))));
    const body = element("tbody", {}, rows.map((row) => element("tr", {}, row.map(cell("td")))));
    return element(
      "div", { class: "gc-scroll", role: "region", tabindex: "0", "aria-label": name },
      element("table", { class: "gc-table" }, head, body),
    );
  }

  function details(summary, ...children) {
    return element("details", {}, element("summary", {}, summary), ...children);
  }

  // A file to save; nothing is sent anywhere.
  function save(name, text) {
    const link = element("a", {
      href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: name,
    });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  observer.elements = { button, details, drawn, element, save, table };
})(window.gcObserver = window.gcObserver || {});
