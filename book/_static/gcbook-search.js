/* The search, by Sphinx. */
(function () {
  "use strict";
  if (typeof DOCUMENTATION_OPTIONS === "undefined") return;

  // A page opened from a file may not read other files, so there are no excerpts.
  if (location.protocol === "file:") DOCUMENTATION_OPTIONS.SHOW_SEARCH_SUMMARY = false;

  // Sphinx's own scores, and first of all the chapter whose title begins with what is looked for.
  const asked = (new URLSearchParams(location.search).get("q") || "").toLowerCase().trim();
  window.Scorer = {
    score: function ([, title, anchor, , score]) {
      const found = title.replace(/<span.*?<\/span>/, "").toLowerCase();
      if (!asked || anchor || !found.startsWith(asked)) return score;
      return score + (found.slice(asked.length).match(/^(:|$)/) ? 200 : 100);
    },
    objNameMatch: 11,
    objPartialMatch: 6,
    objPrio: { 0: 15, 1: 5, 2: -5 },
    objPrioDefault: 0,
    title: 15,
    partialTitle: 7,
    term: 5,
    partialTerm: 2,
  };
})();
