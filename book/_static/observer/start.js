/* The door of the experiment: a button that says how much it loads, and loads it.

   All the rest, scripts, style, images and answers, comes only then. Scripts are classic ones, for a
   page that was opened from a disk may load no modules; each adds one noun to `gcObserver`. */
(function () {
  "use strict";

  const MODULES = [
    "elements", "design", "settings", "timing", "mask", "statistics", "files", "chart", "kept", "form",
    "session", "results", "classroom", "page",
  ];
  const base = document.currentScript.src;
  const box = document.querySelector(".gc-observer");
  const pack = box && box.querySelector("script.gc-pack");
  // In a notebook the data are not in a file of their own, and there are no scripts.
  if (!pack || !pack.dataset.file) return;

  const closed = box.querySelector(".gc-observer-closed");
  const button = document.createElement("button");
  button.type = "button";
  // The style of the experiment is not loaded yet.
  button.className = "gc-observer-open sd-btn sd-btn-outline-primary";
  button.textContent = "Load the experiment (" + box.dataset.megabytes + " MB)";
  closed.replaceWith(button);

  function style() {
    const link = document.createElement("link");
    link.rel = "stylesheet";
    link.href = new URL("observer.css", base).href;
    return new Promise(function (resolve, reject) {
      link.onload = resolve;
      link.onerror = () => reject(new Error("could not load " + link.href));
      document.head.appendChild(link);
    });
  }

  function open() {
    button.disabled = true;
    button.textContent = "Loading …";
    // One after another, for each uses what those before it have added.
    const scripts = MODULES.reduce(
      (before, name) => before.then(() => window.gcbookLoad(new URL(name + ".js", base).href)),
      Promise.resolve(),
    );
    Promise.all([window.gcbookLoad(pack.dataset.file), style(), scripts]).then(
      ([loaded]) => window.gcObserver.page.open(box, loaded),
      function (error) {
        button.disabled = false;
        button.textContent = "It could not be loaded; try again";
        console.error("gcbook: the experiment could not be loaded:", error);
      },
    );
  }

  button.addEventListener("click", open);
})();
