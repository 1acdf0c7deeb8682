/* A class: the trial files of several observers, read in this page and sent nowhere. */
(function (observer) {
  "use strict";

  const { details, element, table } = observer.elements;

  // The numbers of one part: of each observer, of all, and how consistent errors are.
  function summary(pack, part, observed) {
    const { cueMetrics, accuracy, defined, deviation, mean, pairKappas } = observer.statistics;
    const { answersOf, isConflict, pointWithInterval } = observer.results;
    const people = part.observers.filter((other) => other.row === "Humans")
      .map((other) => answersOf(part, other, part.images));
    const own = observed.map((each) => each.trials);
    const rows = observed.map(function (each) {
      const trials = Array.from(each.trials.values());
      const cues = cueMetrics(trials);
      return {
        name: each.name, person: each.person, n: trials.length, timed: each.timed,
        point: pointWithInterval(part, each.person, trials, pack.confidence),
        shapeAccuracy: isConflict(part) ? cues.shapeAccuracy : accuracy(trials),
        textureAccuracy: cues.textureAccuracy,
        kappa: mean(pairKappas([each.trials], people)),
      };
    });
    const all = own.flatMap((trials) => Array.from(trials.values()));
    const values = rows.map((row) => row.point.value);
    // People among themselves, on the images that anybody in the class saw.
    const seen = new Set(own.flatMap((trials) => Array.from(trials.keys())));
    const same = people.map((trials) => new Map(Array.from(trials).filter(([i]) => seen.has(i))));
    return {
      rows,
      pooled: observer.results.point(part, "all", all).value,
      mean: mean(values), deviation: deviation(values),
      low: Math.min(...defined(values)), high: Math.max(...defined(values)),
      people: people.length,
      withPeople: mean(pairKappas(own, people)),
      among: mean(pairKappas(own)),
      peopleAmong: mean(pairKappas(same)),
    };
  }

  function sentences(part, found) {
    const { words } = observer.chart;
    const { measureOf } = observer.results;
    const n = found.rows.length;
    const spread = n > 1
      ? `; over ${n} observers the mean is ${words(found.mean)}, the standard deviation ` +
        `${words(found.deviation)}, the range ${words(found.low)} to ${words(found.high)}` : "";
    const first = `${measureOf(part)} of all answers together: ${words(found.pooled)}${spread}.`;
    if (part.block === "miniature") return [first];
    const among = n > 1 ? `among yourselves ${words(found.among)}, ` : "";
    const second = `Error consistency (mean κ over pairs): with the ${found.people} people of the laboratory ` +
      `${words(found.withPeople)}, ${among}and of these people among themselves, on the same ` +
      `images, ${words(found.peopleAmong)}.`;
    return [first, second];
  }

  function partSection(pack, part, observed) {
    const { words } = observer.chart;
    const {
      counted, figure, imageTable, isConflict, measureOf, otherRows, percent, titleOf,
    } = observer.results;
    const found = summary(pack, part, observed);
    const seen = part.images.filter((image) => observed.some((each) => each.trials.has(image)));
    const rows = [
      { kind: "class", name: "The class", points: found.rows.map((row) => ({
        label: row.person, value: row.point.value,
      })) },
      ...otherRows(part, seen),
    ];
    const conflict = isConflict(part), people = part.block !== "miniature";
    // Of an image, what those in the class answered who saw it.
    const said = (image) => observed.map((each) => each.trials.get(image)).filter(Boolean)
      .map((trial) => trial.response);
    const own = { heading: "The class", of: (image) => counted(part, image, said(image)) };
    const headings = [
      "File", "Observer", "Images", measureOf(part), "Interval",
      ...(conflict ? ["Shape named", "Texture named"] : []), ...(people ? ["κ with people"] : []),
      "Shown",
    ];
    const lines = found.rows.map((row) => [
      row.name, row.person, String(row.n), words(row.point.value),
      `${words(row.point.low)} to ${words(row.point.high)}`,
      ...(conflict ? [percent(row.shapeAccuracy), percent(row.textureAccuracy)] : []),
      ...(people ? [words(row.kappa)] : []),
      row.timed ? "briefly" : "without limit",
    ]);
    return element(
      "section", { class: "gc-part" },
      element("h4", {}, titleOf(part)),
      ...sentences(part, found).map((text) => element("p", { class: "gc-said" }, text)),
      figure(pack, part, rows),
      table("The class, observer by observer", headings, lines),
      details("Image by image", imageTable(part, seen, own)),
    );
  }

  // Files one after another; what is wrong with one does not keep the others from being read.
  async function readAll(pack, files) {
    const observed = [], problems = [];
    for (const file of files) {
      try {
        const one = observer.files.read(pack, file.name, await file.text());
        const twin = observed.find((each) => each.person === one.person && each.part === one.part);
        if (twin) {
          problems.push(`${twin.name} and ${file.name} are both of ${one.person}. Both are counted, ` +
            "as if two people had chosen one number; take one out if they are one person’s.");
        }
        if (one.left) {
          problems.push(`${file.name}: ${one.left} images are not among those of this page, and ` +
            "were left out.");
        }
        observed.push(one);
      } catch (error) {
        problems.push(error.message);
      }
    }
    return { observed, problems };
  }

  function show(box, pack, { observed, problems }) {
    const parts = pack.parts.filter((part) => observed.some((each) => each.part === part));
    const heading = element("h3", { tabindex: "-1" }, "The class");
    box.replaceChildren(
      heading,
      element("p", {}, `${observed.length} ${observed.length === 1 ? "file" : "files"} read.`),
      problems.length
        ? element("ul", { class: "gc-problems" }, problems.map((text) => element("li", {}, text))) : "",
      ...parts.map((part) => partSection(pack, part, observed.filter((o) => o.part === part))),
    );
    heading.focus();
  }

  // Where files are chosen or dropped, and what comes of them below.
  function place(pack) {
    const output = element("div", { class: "gc-class-results" });
    const input = element("input", { type: "file", multiple: true, accept: ".csv,text/csv" });
    const take = async (files) => show(output, pack, await readAll(pack, Array.from(files)));
    input.addEventListener("change", () => take(input.files));
    const target = element(
      "div", { class: "gc-drop" },
      element("label", {}, "CSV files of a class, chosen here or dropped here", input),
    );
    // Beside the target a browser would open the file, and the page with all answers would be gone.
    const holdsFiles = (event) => event.dataTransfer.types.includes("Files");
    document.addEventListener("dragover", (event) => { if (holdsFiles(event)) event.preventDefault(); });
    document.addEventListener("drop", function (event) {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      take(event.dataTransfer.files);
    });
    return element("div", {}, target, output);
  }

  observer.classroom = { place, readAll, summary };
})(window.gcObserver = window.gcObserver || {});
