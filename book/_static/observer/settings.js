/* What an address asks for: `?seed=7&n=12&set=cue&images=80&way=timed&limit=on`, or the same words in
   the page's own file. What is not understood is said, for another seed would be another experiment. */
(function (observer) {
  "use strict";

  const LARGEST = { seed: 2 ** 32 - 2, n: 99 };
  const SETS = { photographs: "photographs", cue: "photographs", drawings: "drawings", miniature: "miniature" };

  function whole(name, text, least) {
    const value = /^\d{1,10}$/.test(text) ? Number(text) : NaN;
    if (value >= least && value <= LARGEST[name]) return value;
    throw new Error(`expected a whole number from ${least} to ${LARGEST[name]}`);
  }

  function among(choices, text) {
    if (Object.hasOwn(choices, text)) return choices[text];
    throw new Error("expected " + Object.keys(choices).join(", "));
  }

  const READERS = {
    seed: (text) => ({ seed: whole("seed", text, 0) }),
    n: (text) => ({ person: whole("n", text, 1) }),
    set: (text) => ({ block: among(SETS, text) }),
    way: (text) => ({ timed: among({ timed: true, untimed: false }, text) }),
    limit: (text) => ({ limited: among({ on: true, off: false }, text) }),
    images(text, pack, block) {
      const [few, all] = observer.design.lengths(pack, block);
      return { whole: among({ [few]: false, [all]: true, few: false, all: true }, text) };
    },
  };

  // The settings among { seed, person, block, whole, timed, limited } that `text` has, and in
  // `problems` a sentence for each word that is not understood.
  function read(pack, text) {
    const found = {}, problems = [];
    // How many images there are depends on the set.
    const words = Array.from(new URLSearchParams(text)).sort(([a], [b]) => (a === "images") - (b === "images"));
    for (const [name, value] of words) {
      try {
        if (!Object.hasOwn(READERS, name)) throw new Error("expected " + Object.keys(READERS).join(", "));
        Object.assign(found, READERS[name](value, pack, found.block || pack.parts[0].block));
      } catch (error) {
        problems.push(`“${name}=${value}”: ${error.message}.`);
      }
    }
    return { found, problems };
  }

  // The words for settings, as an address has them.
  function write({ seed, block, whole: every, timed, limited }) {
    return new URLSearchParams({
      seed, set: block, images: every ? "all" : "few",
      way: timed ? "timed" : "untimed", ...(timed ? { limit: limited ? "on" : "off" } : {}),
    }).toString();
  }

  observer.settings = { LARGEST, read, write };
})(window.gcObserver = window.gcObserver || {});
