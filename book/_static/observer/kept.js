/* What must not be lost: a browser asks before it leaves answers that are not saved, and, if the
   observer agreed, keeps them until they are. */
(function (observer) {
  "use strict";

  const KEY = "gcbook-observer";
  const NUMBERS = ["number", "seconds", "imageMs", "maskMs"];

  // What is kept, a string a session. A browser may keep nothing, or give back anything.
  function strings() {
    try {
      const kept = JSON.parse(localStorage.getItem(KEY));
      return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
    } catch {
      return [];
    }
  }

  function store(kept) {
    try {
      if (kept.length) localStorage.setItem(KEY, JSON.stringify(kept));
      else localStorage.removeItem(KEY);
    } catch { /* The file can still be saved. */ }
  }

  const drop = (text) => store(strings().filter((each) => each !== text));

  function spelled(options, trials, period) {
    const rows = trials.map((trial) => [
      trial.part.dataset, trial.image.id, trial.response, ...NUMBERS.map((name) => trial[name]),
    ]);
    return JSON.stringify({ options, period, rows });
  }

  // A session { text, options, period, trials }, or null where its images are not those of this page.
  function restored(pack, text) {
    try {
      const { options, period, rows } = JSON.parse(text);
      if (![options.person, options.seed].every(Number.isInteger)) throw new Error("unknown");
      const parts = observer.design.partsOf(pack, options.block);
      const trials = rows.map(function ([dataset, id, response, ...numbers]) {
        const part = parts.find((each) => each.dataset === dataset);
        const image = part.images.find((each) => each.id === id);
        if (!image || ![...pack.categories, pack.noAnswer].includes(response)) throw new Error("unknown");
        // JSON has null for NaN.
        const measured = NUMBERS.map((name, i) => [name, numbers[i] === null ? NaN : Number(numbers[i])]);
        return Object.assign({ part, image, response }, Object.fromEntries(measured));
      });
      return trials.length ? { text, options, period: Number(period), trials } : null;
    } catch {
      return null;
    }
  }

  const sessions = (pack) => strings().map((text) => restored(pack, text)).filter(Boolean);

  // From now on these answers are unsaved; the function that comes back says that they are saved.
  function hold(box, { text, options, period, trials }) {
    const kept = text || (options.keep ? spelled(options, trials, period) : "");
    if (kept && !text) store([...strings(), kept]);
    box.dataset.unsaved = "";
    return function () {
      delete box.dataset.unsaved;
      if (kept) drop(kept);
    };
  }

  function guard(box) {
    addEventListener("beforeunload", function (event) {
      if (box.querySelector(".gc-session") || "unsaved" in box.dataset) event.preventDefault();
    });
  }

  observer.kept = { drop, guard, hold, sessions };
})(window.gcObserver = window.gcObserver || {});
