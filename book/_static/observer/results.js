/* What came out: the numbers of one observer, among those who saw the very same images. */
(function (observer) {
  "use strict";

  const { button, details, element, save, table } = observer.elements;
  const { dots, percent, words } = observer.chart;
  const DATASETS = { "cue-conflict": "Cue conflicts", silhouette: "Silhouettes", edge: "Edges" };

  const titleOf = (part) => DATASETS[part.dataset] + (part.block === "miniature" ? " of the miniature world" : "");
  const isConflict = (part) => Boolean(part.images[0].texture);

  // What another observer answered to these images: a Map of image → trial.
  function answersOf(part, other, images) {
    const places = new Map(part.images.map((image, i) => [image, i]));
    return new Map(images.map((image) => [
      image, { image, response: other.answers[places.get(image)] },
    ]));
  }

  // A point of a figure: shape bias of cue conflicts, else accuracy.
  function point(part, label, trials) {
    const { accuracy, cueMetrics } = observer.statistics;
    const value = isConflict(part) ? cueMetrics(trials).shapeBias : accuracy(trials);
    return { label, value };
  }

  // The same with its interval, which is of the trials that count in it.
  function pointWithInterval(part, label, trials, confidence) {
    const { jeffreys, cueMetrics } = observer.statistics;
    const cues = cueMetrics(trials);
    const right = trials.filter((trial) => trial.response === trial.image.shape).length;
    const [hits, n] = isConflict(part)
      ? [cues.shape, cues.shape + cues.texture] : [right, trials.length];
    const [low, high] = jeffreys(hits, n, confidence);
    return Object.assign(point(part, label, trials), { low, high, hits, n });
  }

  // The others, a row a kind, on these images.
  function otherRows(part, images) {
    const kinds = Array.from(new Set(part.observers.map((other) => other.row)));
    return kinds.map((kind) => ({
      kind,
      name: kind === "Humans" ? "People" : kind,
      points: part.observers.filter((other) => other.row === kind).map((other) => point(
        part, other.label, Array.from(answersOf(part, other, images).values()),
      )),
    }));
  }

  const measureOf = (part) => (isConflict(part) ? "Shape bias" : "Accuracy");

  function figure(pack, part, rows) {
    const axis = isConflict(part) ? "Shape bias (0: texture, 1: shape)" : "Accuracy";
    const listed = rows.flatMap((row) => row.points.map((p) => [row.name, p.label, words(p.value)]));
    return element(
      "div", {},
      dots(rows, pack, axis),
      details(
        "The numbers of this figure",
        table(`${measureOf(part)}, observer by observer`, ["Kind", "Observer", measureOf(part)], listed),
      ),
    );
  }

  function sentence(part, trials, you, confidence) {
    const { cueMetrics } = observer.statistics;
    const interval = `${percent(confidence)} interval ${words(you.low)} to ${words(you.high)}`;
    if (!isConflict(part)) {
      return `You named ${you.hits} of ${you.n}: an accuracy of ${words(you.value)} (${interval}).`;
    }
    const cues = cueMetrics(trials);
    const shares = `Of all ${cues.n} images you named the shape of ${percent(cues.shapeAccuracy)} ` +
      `and the texture of ${percent(cues.textureAccuracy)}.`;
    return you.n
      ? `Your shape bias is ${words(you.value)} (${interval}): of ${you.n} answers that named the ` +
        `shape or the texture, ${you.hits} named the shape. ${shares}`
      : `You named neither shape nor texture, so there is no shape bias. ${shares}`;
  }

  // How many answers to an image named its shape, and its texture.
  function counted(part, image, said) {
    const named = (category) => said.filter((response) => response === category).length;
    return isConflict(part)
      ? `${named(image.shape)} shape, ${named(image.texture)} texture, of ${said.length}`
      : `${named(image.shape)} of ${said.length}`;
  }

  function described(image) {
    return image.texture
      ? `${image.shape} in the texture of ${image.texture}` : `outline of ${image.shape}`;
  }

  // What the others answered to an image, a list a kind.
  function othersSaid(part, image) {
    const place = part.images.indexOf(image);
    const said = (rows) => part.observers.filter((o) => rows(o.row)).map((o) => o.answers[place]);
    return part.block === "miniature"
      ? { Miniatures: said(() => true) }
      : { People: said((row) => row === "Humans"), Networks: said((row) => row === "Networks") };
  }

  // Image by image, with words for whoever cannot see it. `own` is one more column: its heading,
  // and a function of an image.
  function imageTable(part, images, own) {
    const conflict = isConflict(part);
    const rows = images.map((image) => [
      element("img", { src: image.picture, alt: described(image), width: 64, height: 64 }),
      image.shape,
      ...(conflict ? [image.texture] : []),
      ...(own ? [own.of(image)] : []),
      ...Object.values(othersSaid(part, image)).map((said) => counted(part, image, said)),
    ]);
    const headings = [
      "Image", "Shape", ...(conflict ? ["Texture"] : []), ...(own ? [own.heading] : []),
      ...Object.keys(othersSaid(part, images[0])),
    ];
    const box = table(`${titleOf(part)}, image by image`, headings, rows);
    box.classList.add("gc-images");
    box.classList.toggle("gc-pixels", part.block === "miniature");
    return box;
  }

  function partSection(pack, part, trials) {
    const images = trials.map((trial) => trial.image);
    const you = pointWithInterval(part, "You", trials, pack.confidence);
    const rows = [{ kind: "you", name: "You", points: [you] }, ...otherRows(part, images)];
    const said = new Map(trials.map((trial) => [trial.image, trial.response]));
    const spoken = (response) => (response === pack.noAnswer ? "no answer" : response);
    const own = { heading: "You", of: (image) => spoken(said.get(image)) };
    return element(
      "section", { class: "gc-part" },
      element("h4", {}, titleOf(part)),
      element("p", { class: "gc-said" }, sentence(part, trials, you, pack.confidence)),
      figure(pack, part, rows),
      details("Image by image", imageTable(part, images, own)),
    );
  }

  // The parts of a session, each with its trials.
  function partsWith(pack, { options, trials }) {
    return observer.design.partsOf(pack, options.block)
      .map((part) => [part, trials.filter((trial) => trial.part === part)])
      .filter(([, own]) => own.length);
  }

  // A button a file, named by `called`; `saved` is called when all files have been saved.
  function saving(pack, session, called, saved) {
    const files = partsWith(pack, session);
    const open = new Set(files.map(([part]) => part));
    const buttons = files.map(function ([part, trials], i) {
      const name = observer.files.nameOf(part, session.options.person);
      return button(called(name, i, files.length), function (event) {
        save(name, observer.files.write(part, trials, session.options));
        event.currentTarget.classList.remove("gc-main");
        open.delete(part);
        if (!open.size) saved();
      }, { class: "gc-main gc-save" });
    });
    return element("p", { class: "gc-controls" }, buttons);
  }

  const CONSEQUENCES = {
    good: "every image was on time",
    usable: "these images do not count in a class’s result",
    unusable: "this session does not count in a class’s result. Close other programs or try another browser",
  };

  function timingSentence(pack, trials, period) {
    const { range, verdict } = observer.timing;
    const times = trials.map((trial) => trial.imageMs);
    const image = range(times), mask = range(trials.map((trial) => trial.maskMs));
    const { off, word } = verdict(pack, times);
    const spell = (ms) => `${Math.round(ms.median)} ms (${Math.round(ms.low)} to ${Math.round(ms.high)})`;
    const frames = Math.round(image.median / period);
    return [
      element("strong", {}, `Timing: ${word}. `),
      `${off} of ${trials.length} images were off their time by more than ${pack.timing.tolerance} ms: ` +
      `${CONSEQUENCES[word]}. The image was on for ${spell(image)} or ${frames} frames, the noise for ` +
      `${spell(mask)}: medians, with the shortest and the longest. Your screen shows a frame every ` +
      `${period.toFixed(1)} ms.`,
    ];
  }

  // All of a session, after which `more` stands.
  function report(pack, { options, trials, period }, ...more) {
    const sections = partsWith(pack, { options, trials })
      .map(([part, own]) => partSection(pack, part, own));
    const how = options.timed
      ? timingSentence(pack, trials, period) : ["You had all the time you wanted."];
    const note = options.block === "miniature"
      ? " No one’s answers to these images are published, so you are compared with the miniatures alone."
      : options.timed ? "" : ` The people below saw each image for ${pack.timing.image} ms.`;
    return element(
      "div", { class: "gc-results" },
      element("p", {}, `${trials.length} trials, seed ${options.seed}. `, ...how, note),
      ...sections,
      ...more,
    );
  }

  // The same with its files to save; `again` leads back to the start, in two clicks while answers
  // would be lost.
  function show(box, pack, session, saved, again) {
    const heading = element("h3", { tabindex: "-1" }, "Your results");
    const back = button("Back to the start", function () {
      if (!("unsaved" in box.dataset) || "asked" in back.dataset) return again();
      back.dataset.asked = "";
      back.textContent = "Not saved. Forget these answers?";
      return undefined;
    });
    box.replaceChildren(
      heading,
      saving(pack, session, (name) => "Save " + name, saved),
      report(pack, session, element("p", {}, back)),
    );
    heading.focus();
  }

  observer.results = {
    answersOf, counted, figure, imageTable, isConflict, measureOf, otherRows, point,
    pointWithInterval, report, saving, show, titleOf,
  };
})(window.gcObserver = window.gcObserver || {});
