/* Files beside a page, read as scripts: a page that was opened from a disk may not fetch, but it may
   run scripts. Each such file says `gcbookTake(value)`. */
(function () {
  "use strict";

  const waiting = new Map();

  window.gcbookTake = function (value) {
    const tag = document.currentScript;
    if (tag && waiting.has(tag.src)) waiting.get(tag.src).value = value;
  };

  // The value of a file, once it is there.
  window.gcbookLoad = function (path) {
    const url = new URL(path, document.baseURI).href;
    if (waiting.has(url)) return waiting.get(url).promise;
    const entry = {};
    entry.promise = new Promise(function (resolve, reject) {
      const tag = document.createElement("script");
      tag.src = url;
      tag.onload = function () { resolve(entry.value); };
      tag.onerror = function () {
        waiting.delete(url);
        reject(new Error("could not load " + url));
      };
      waiting.set(url, entry);
      document.head.appendChild(tag);
    });
    return entry.promise;
  };

  // From a disk a link to a file opens it; its text has to be handed over to be saved.
  if (location.protocol !== "file:") return;
  document.addEventListener("click", function (event) {
    const link = event.target.closest("a[download]");
    if (!link || !link.href.startsWith("file:")) return;
    event.preventDefault();
    window.gcbookLoad(link.href + ".js").then(function (text) {
      const saved = document.createElement("a");
      saved.href = URL.createObjectURL(new Blob([text], { type: "text/plain" }));
      saved.download = link.download || decodeURIComponent(link.pathname.split("/").pop());
      saved.click();
      setTimeout(() => URL.revokeObjectURL(saved.href), 60000);
    }, () => { location.href = link.href; });
  });
})();
