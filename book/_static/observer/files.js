/* Trial files, in the format of the model-vs-human toolbox: written for one's own answers, read for
   those of a class. Three columns more than the toolbox's say how long image and mask were shown, and
   the seed. */
(function (observer) {
  "use strict";

  const COLUMNS = [
    "subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename",
  ];
  const MEASURED = ["image_ms", "mask_ms"], SEED = "seed";
  const LARGEST = 1e6;

  const twoDigits = (number) => String(number).padStart(2, "0");

  // As the laboratory's files are called, so that an observer counts as a human.
  function nameOf(part, person) {
    const set = part.block === "miniature" ? "miniature-" + part.dataset : part.dataset;
    return set + "_subject-" + twoDigits(person) + "_session_1.csv";
  }

  // Trials of one part, in the order in which they were answered.
  function write(part, trials, { person, seed }) {
    const lines = trials.map(function (trial) {
      const { id, shape } = trial.image;
      const number = String(trial.number).padStart(4, "0");
      const imagename = `${number}_${part.tag}_s${twoDigits(person)}_0_${shape}_00_${id}`;
      return [
        "subject-" + twoDigits(person), 1, trial.number, trial.seconds.toFixed(4), trial.response,
        shape, 0, imagename, trial.imageMs.toFixed(1), trial.maskMs.toFixed(1), seed,
      ].join(",");
    });
    return [[...COLUMNS, ...MEASURED, SEED].join(","), ...lines].join("\n") + "\n";
  }

  // The fields of CSV lines; a field may be quoted, and then hold separators, quotes and line ends.
  function records(text, separator) {
    const rows = [];
    let row = [], field = "", quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const c = text[i];
      if (quoted) {
        if (c !== '"') field += c;
        else if (text[i + 1] === '"') { field += c; i += 1; } else quoted = false;
      } else if (c === '"' && field === "") quoted = true;
      else if (c === separator || c === "\n") {
        row.push(field.replace(/\r$/, ""));
        field = "";
        if (c === "\n") { rows.push(row); row = []; }
      } else field += c;
    }
    if (field !== "" || row.length) rows.push([...row, field]);
    return rows;
  }

  // What is wrong with a file is said with its name and line, and none of it is used.
  function refuse(name, line, expected, found) {
    throw new Error(`${name}, line ${line}: expected ${expected}; found “${found.slice(0, 80)}”.`);
  }

  // The images that a file can be about: the tag in an image's name says which part, or the file's
  // own name does.
  function partFor(pack, name, imagename) {
    const tag = imagename.split("_")[1];
    const own = pack.parts.find((part) => part.tag === tag);
    return own || pack.parts.find((part) => name.startsWith(nameOf(part, 1).split("_")[0] + "_"));
  }

  // A spreadsheet of a country where a comma is the decimal sign separates by semicolons.
  function separatorOf(text) {
    const header = text.slice(0, text.search(/\r?\n|$/));
    return header.includes(";") && !header.includes(",") ? ";" : ",";
  }

  // Milliseconds; NaN for an image that stayed until the answer.
  function milliseconds(name, line, text) {
    if (/^(nan)?$/i.test(text)) return NaN;
    const value = Number(text.replace(",", "."));
    if (!(value >= 0 && value < Infinity)) refuse(name, line, "milliseconds or NaN as " + MEASURED[0], text);
    return value;
  }

  // How an observer was shown the images, by the times in the file: "timed", with the verdict on
  // them, "untimed", or "unknown" where the file has no times.
  function shown(pack, name, times) {
    if (!times.length) return { way: "unknown" };
    const untimed = times.filter(Number.isNaN).length;
    if (untimed === times.length) return { way: "untimed" };
    if (untimed) refuse(name, 2, MEASURED[0] + " for all images or for none", untimed + " without it");
    return Object.assign(
      { way: "timed", median: observer.timing.median(times) }, observer.timing.verdict(pack, times),
    );
  }

  // One observer: { name, person, part, trials: Map of image → trial, shown, seed, left, content }.
  // Images that are not shown here are left out and counted; files of one content are the same.
  function read(pack, name, text) {
    if (text.length > LARGEST) refuse(name, 1, "at most a megabyte of trials", text.slice(0, 20));
    const plain = text.replace(/^\ufeff/, "");
    const [header, ...rows] = records(plain, separatorOf(plain)).filter((r) => r.join("").trim());
    if (!header) refuse(name, 1, "the columns " + COLUMNS.join(", "), "nothing");
    const place = header.map((title) => title.trim().toLowerCase());
    const missing = COLUMNS.filter((column) => column !== "rt" && !place.includes(column));
    if (missing.length) refuse(name, 1, "the columns " + missing.join(", "), header.join(","));
    if (!rows.length) refuse(name, 2, "trials", "a header only");
    const part = partFor(pack, name, rows[0][place.indexOf("imagename")] || "");
    if (!part) refuse(name, 2, "an image of this experiment", rows[0].join(","));
    const known = new Map(part.images.map((image) => [image.id, image]));
    const observed = { name, part, trials: new Map(), left: 0, content: JSON.stringify(rows) };
    const optional = (row, column) => (place.includes(column) ? row[place.indexOf(column)].trim() : null);
    const times = [];
    rows.forEach(function (row, i) {
      if (row.length !== place.length) refuse(name, i + 2, place.length + " fields", row.join(","));
      const value = (column) => row[place.indexOf(column)];
      const response = value("object_response").trim();
      if (response !== pack.noAnswer && !pack.categories.includes(response)) {
        refuse(name, i + 2, `one of the ${pack.categories.length} categories as object_response`, response);
      }
      if (observed.person === undefined) observed.person = value("subj");
      if (value("subj") !== observed.person) refuse(name, i + 2, "one observer", value("subj"));
      const image = known.get(value("imagename").split("_").pop());
      if (!image) { observed.left += 1; return; }
      if (value("category") !== image.shape) {
        refuse(name, i + 2, image.shape + " as category of " + image.id, value("category"));
      }
      if (observed.trials.has(image)) refuse(name, i + 2, "each image once", image.id);
      const given = optional(row, MEASURED[0]);
      const imageMs = given === null ? NaN : milliseconds(name, i + 2, given);
      if (given !== null) times.push(imageMs);
      observed.seed = optional(row, SEED);
      observed.trials.set(image, { image, response, imageMs });
    });
    if (!observed.trials.size) refuse(name, 2, "images of this experiment", "none");
    observed.shown = shown(pack, name, times);
    return observed;
  }

  observer.files = { nameOf, read, records, write };
})(window.gcObserver = window.gcObserver || {});
