/* A class: the trial files of several observers, read in this page and sent nowhere. */
(function (observer) {
  "use strict";

  const { details, element, table } = observer.elements;
  const WAYS = { timed: "Shown briefly", untimed: "Without time limit", unknown: "Times not recorded" };
  const SHUFFLES = 1000;

  // What counts of one observer by the rule that was said before: of a session with too many images
  // off their time nothing, else all images but those.
  function counted(pack, { shown, trials }) {
    const all = Array.from(trials.values());
    if (shown.way !== "timed") return all;
    if (shown.word === "unusable") return [];
    return all.filter((trial) => !observer.timing.isOff(pack, trial.imageMs));
  }

  function lineOf(pack, part, each, people) {
    const { accuracy, cueMetrics, mean, pairKappas } = observer.statistics;
    const { isConflict, pointWithInterval } = observer.results;
    const trials = counted(pack, each);
    const cues = cueMetrics(trials);
    const own = new Map(trials.map((trial) => [trial.image, trial]));
    return {
      name: each.name, person: each.person, shown: each.shown, seen: each.trials.size,
      n: trials.length, own,
      point: pointWithInterval(part, each.person, trials, pack.confidence),
      shapeAccuracy: isConflict(part) ? cues.shapeAccuracy : accuracy(trials),
      textureAccuracy: cues.textureAccuracy,
      kappa: mean(pairKappas([own], people)),
    };
  }

  // Whether an answer is a hit, and whether it counts, in the measure of a part.
  function outcome(part, { image, response }) {
    const hit = Number(response === image.shape);
    const counts = observer.results.isConflict(part) ? hit || Number(response === image.texture) : 1;
    return [hit, counts];
  }

  // Those who were shown the images in one way.
  function group(pack, part, way, lines, people) {
    const {
      chanceDeviations, defined, deviation, mean, meanWithInterval, pairKappas, quantile,
    } = observer.statistics;
    const owns = lines.map((line) => line.own);
    const values = defined(lines.map((line) => line.point.value));
    const tail = (1 - pack.confidence) / 2;
    const chance = values.length > 1 ? chanceDeviations(
      owns.map((own) => new Map(Array.from(own, ([image, trial]) => [image, outcome(part, trial)]))),
      observer.design.generator(0), SHUFFLES,
    ) : [];
    // People among themselves, on the images that anybody here saw.
    const seen = new Set(owns.flatMap((own) => Array.from(own.keys())));
    const same = people.map((trials) => new Map(Array.from(trials).filter(([image]) => seen.has(image))));
    return {
      way, lines, values,
      pooled: observer.results.point(part, "all", owns.flatMap((own) => Array.from(own.values()))).value,
      ...meanWithInterval(values, pack.confidence),
      deviation: deviation(values),
      chance: { mean: mean(chance), low: quantile(chance, tail), high: quantile(chance, 1 - tail) },
      least: Math.min(...values), most: Math.max(...values),
      people: people.length,
      withPeople: mean(pairKappas(owns, people)),
      among: mean(pairKappas(owns)),
      peopleAmong: mean(pairKappas(same)),
    };
  }

  function summary(pack, part, observed) {
    const { answersOf } = observer.results;
    const people = part.observers.filter((other) => other.row === "Humans")
      .map((other) => answersOf(part, other, part.images));
    const lines = observed.map((each) => lineOf(pack, part, each, people));
    const groups = Object.keys(WAYS)
      .map((way) => [way, lines.filter((line) => line.n && line.shown.way === way)])
      .filter(([, own]) => own.length)
      .map(([way, own]) => group(pack, part, way, own, people));
    return { lines, groups };
  }

  const spanned = (low, high) => `${observer.chart.words(low)} to ${observer.chart.words(high)}`;

  function sentences(pack, part, found) {
    const { words } = observer.chart;
    const n = found.values.length, level = observer.chart.percent(pack.confidence);
    const first = `${WAYS[found.way]}, ${n} ${n === 1 ? "observer" : "observers"}: ` + (n > 1
      ? `the mean ${observer.results.measureOf(part).toLowerCase()} is ${words(found.mean)} (${level} interval ` +
        `over observers ${spanned(found.low, found.high)}), the standard deviation ${words(found.deviation)}, ` +
        `the range ${spanned(found.least, found.most)}. ` + (Number.isNaN(found.chance.mean) ? ""
        : `Chance alone would make a standard deviation of ${words(found.chance.mean)} ` +
          `(${level}: ${spanned(found.chance.low, found.chance.high)}). `) : "") +
      `All answers together: ${words(found.pooled)}.`;
    if (part.block === "miniature") return [first];
    const among = n > 1 ? `among yourselves ${words(found.among)}, ` : "";
    const second = `Error consistency (mean κ over pairs): with the ${found.people} people of the laboratory ` +
      `${words(found.withPeople)}, ${among}and of these people among themselves, on the same ` +
      `images, ${words(found.peopleAmong)}.`;
    return [first, second];
  }

  // What the time limit does, where there are two groups of at least two.
  function compared(pack, groups) {
    const [timed, untimed] = ["timed", "untimed"].map((way) => groups.find((each) => each.way === way));
    if (!timed || !untimed || Math.min(timed.values.length, untimed.values.length) < 2) return [];
    const { value, low, high } = observer.statistics.difference(timed.values, untimed.values, pack.confidence);
    return [`Briefly less without time limit: ${observer.chart.words(value)} ` +
      `(${observer.chart.percent(pack.confidence)} interval ${spanned(low, high)}).`];
  }

  // How the images were shown, and what of it does not count.
  function shownIn({ shown }) {
    if (shown.way !== "timed") return shown.way === "untimed" ? "without limit" : "not recorded";
    const off = shown.off ? `; ${shown.off} off` : "";
    return `${Math.round(shown.median)} ms${off}${shown.word === "unusable" ? ": left out" : ""}`;
  }

  function partSection(pack, part, observed) {
    const { percent, words } = observer.chart;
    const { figure, imageTable, isConflict, measureOf, otherRows, titleOf } = observer.results;
    const { lines, groups } = summary(pack, part, observed);
    const counts = groups.flatMap((each) => each.lines);
    const seen = part.images.filter((image) => counts.some((line) => line.own.has(image)));
    const rows = groups.map((each) => ({
      kind: "class", name: "The class, " + WAYS[each.way].toLowerCase(),
      points: each.lines.map((line) => ({ label: line.person, value: line.point.value })),
    }));
    const conflict = isConflict(part), people = part.block !== "miniature";
    // Of an image, what those in the class answered who saw it.
    const said = (image) => counts.map((line) => line.own.get(image)).filter(Boolean)
      .map((trial) => trial.response);
    const own = { heading: "The class", of: (image) => observer.results.counted(part, image, said(image)) };
    const headings = [
      "File", "Observer", "Images", "Shown", measureOf(part), "Interval",
      ...(conflict ? ["Shape named", "Texture named"] : []), ...(people ? ["κ with people"] : []),
    ];
    const everybody = table("The class, observer by observer", headings, lines.map((line) => [
      line.name, line.person, line.n === line.seen ? String(line.n) : `${line.n} of ${line.seen}`,
      shownIn(line), words(line.point.value), spanned(line.point.low, line.point.high),
      ...(conflict ? [percent(line.shapeAccuracy), percent(line.textureAccuracy)] : []),
      ...(people ? [words(line.kappa)] : []),
    ]));
    return element(
      "section", { class: "gc-part" },
      element("h4", {}, titleOf(part)),
      ...[...groups.flatMap((each) => sentences(pack, part, each)), ...compared(pack, groups)]
        .map((text) => element("p", { class: "gc-said" }, text)),
      element("p", {}, observer.form.rule(pack)),
      ...(counts.length ? [figure(pack, part, [...rows, ...otherRows(part, seen)])] : []),
      everybody,
      ...(counts.length ? [details("Image by image", imageTable(part, seen, own))] : []),
    );
  }

  // What to say of a file beside those before it, and whether it is another one.
  function beside(observed, one, problems) {
    const twins = observed.filter((each) => each.person === one.person && each.part === one.part);
    const same = twins.find((twin) => twin.content === one.content);
    if (same) {
      problems.push(`${one.name} is the same as ${same.name}, and counts once.`);
      return false;
    }
    if (twins.length) problems.push(`${twins[0].name} and ${one.name} are both of ${one.person}. Both are counted, ` +
      "as if two people had chosen one number; take one out if they are one person’s.");
    return true;
  }

  // Files one after another; what is wrong with one does not keep the others from being read.
  async function readAll(pack, files) {
    const observed = [], problems = [];
    for (const file of files) {
      try {
        const one = observer.files.read(pack, file.name, await file.text());
        if (!beside(observed, one, problems)) continue;
        if (one.left) {
          problems.push(`${file.name}: ${one.left} images are not among those of this page, and ` +
            "were left out.");
        }
        observed.push(one);
      } catch (error) {
        problems.push(error.message);
      }
    }
    const seeds = Array.from(new Set(observed.map((each) => each.seed).filter(Boolean)));
    if (seeds.length > 1) {
      problems.push(`There are several seeds: ${seeds.join(", ")}. Of a short run they choose the images.`);
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
