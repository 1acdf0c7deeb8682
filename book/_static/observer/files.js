/* Trial files, in the format of the model-vs-human toolbox: written for one's own answers, read for
   those of a class. Two columns more than the toolbox's say how long image and mask were shown. */
(function (observer) {
  "use strict";

  const COLUMNS = [
    "subj", "session", "trial", "rt", "object_response", "category", "condition", "imagename",
  ];
  const MEASURED = ["image_ms", "mask_ms"];
  const LARGEST = 1e6;

  const twoDigits = (number) => String(number).padStart(2, "0");

  // As the laboratory's files are called, so that an observer counts as a human.
  function nameOf(part, person) {
    const set = part.block === "miniature" ? "miniature-" + part.dataset : part.dataset;
    return set + "_subject-" + twoDigits(person) + "_session_1.csv";
  }

  // Trials of one part, in the order in which they were answered.
  function write(part, trials, person) {
    const lines = trials.map(function (trial) {
      const { id, shape } = trial.image;
      const number = String(trial.number).padStart(4, "0");
      const imagename = `${number}_${part.tag}_s${twoDigits(person)}_0_${shape}_00_${id}`;
      return [
        "subject-" + twoDigits(person), 1, trial.number, trial.seconds.toFixed(4), trial.response,
        shape, 0, imagename, trial.imageMs.toFixed(1), trial.maskMs.toFixed(1),
      ].join(",");
    });
    return [[...COLUMNS, ...MEASURED].join(","), ...lines].join("\n") + "\n";
  }

  // The fields of CSV lines; a field may be quoted, and then hold commas, quotes and line ends.
  function records(text) {
    const rows = [];
    let row = [], field = "", quoted = false;
    for (let i = 0; i < text.length; i += 1) {
      const c = text[i];
      if (quoted) {
        if (c !== '"') field += c;
        else if (text[i + 1] === '"') { field += c; i += 1; } else quoted = false;
      } else if (c === '"' && field === "") quoted = true;
      else if (c === "," || c === "\n") {
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

  // One observer: { name, person, part, trials: Map of image → trial, timed, left }. Images that are
  // not shown here are left out and counted.
  function read(pack, name, text) {
    if (text.length > LARGEST) refuse(name, 1, "at most a megabyte of trials", text.slice(0, 20));
    const [header, ...rows] = records(text.replace(/^\ufeff/, "")).filter((r) => r.join("").trim());
    if (!header) refuse(name, 1, "the columns " + COLUMNS.join(", "), "nothing");
    const place = header.map((title) => title.trim().toLowerCase());
    const missing = COLUMNS.filter((column) => column !== "rt" && !place.includes(column));
    if (missing.length) refuse(name, 1, "the columns " + missing.join(", "), header.join(","));
    if (!rows.length) refuse(name, 2, "trials", "a header only");
    const part = partFor(pack, name, rows[0][place.indexOf("imagename")] || "");
    if (!part) refuse(name, 2, "an image of this experiment", rows[0].join(","));
    const known = new Map(part.images.map((image) => [image.id, image]));
    const observed = { name, part, trials: new Map(), timed: true, left: 0 };
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
      if (place.includes(MEASURED[0]) && Number.isNaN(Number(value(MEASURED[0])))) {
        observed.timed = false;
      }
      observed.trials.set(image, { image, response });
    });
    if (!observed.trials.size) refuse(name, 2, "images of this experiment", "none");
    return observed;
  }

  observer.files = { nameOf, read, records, write };
})(window.gcObserver = window.gcObserver || {});
