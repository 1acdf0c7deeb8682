/* The page "Run a generative classifier": what its panels share.

   An image is composed at once (compose.js). Networks are loaded when the reader asks (network.js);
   a run keeps the raw errors of every draw, and sliders decide anew from these (decide.js). */
(function () {
  "use strict";

  const gc = window.gcClassify;
  const FOLDER = document.querySelector("[data-networks]").dataset.networks;
  const PAPER = { k: 7, from: 0, to: 1, least: 20, p: 2e-3 };
  const STEPS = 20;

  const pause = () => new Promise((resolve) => setTimeout(resolve, 0));

  // One task at a time: the runtime takes one call after another.
  let last = Promise.resolve();
  function inTurn(task) {
    last = last.then(task, task);
    return last;
  }

  function makePage(index, shapes, world) {
    const { diffusion, cnn } = world, about = index.models[diffusion];
    const labels = about.labels, candidates = labels.slice(0, about.candidates);
    const state = {
      // The image, and what it is made of.
      shape: "", texture: "", scene: 0, contrast: 0, outline: null, image: null,
      // What was asked of the networks, and what they gave.
      seed: 0, wanted: 16, repeat: false, models: null, busy: false, seconds: 0,
      draws: [], shown: 0, log_p: null, pair: null,
      // How it is decided, and what the reader says.
      rule: { ...PAPER, draws: 16 }, yours: "",
    };
    let stopped = false, soon = 0;

    const page = {
      state: state, shapes: shapes, world: world, worlds: index.worlds, labels: labels,
      candidates: candidates, paper: PAPER, own: "drawing1",
      bytes: ["runtime", diffusion, cnn].reduce((sum, name) => sum + index.bytes[name], 0),
      changeWorld: function (name) {
        page.cancel();
        makePage(index, shapes, index.worlds.find((each) => each.world === name));
      },

      // ---------------------------------------------------------------- words

      id: () => `${state.shape}-${state.texture}-${state.scene}`,
      categoryOf: (name) => name.replace(/\d+$/, ""),
      // What an outline of the reader's shows, the reader alone can tell.
      shapeIs: () => (state.shape === page.own ? state.yours : page.categoryOf(state.shape)),
      cues: (label) => [["shape", page.shapeIs()], ["texture", state.texture]]
        .filter(([, category]) => category === label).map(([cue]) => cue),
      mark: (label) => (page.cues(label).length ? `gc-of-${page.cues(label)[0]}` : ""),
      withCue: (label) => label + (page.cues(label).length ? ` (the ${page.cues(label).join(" and ")})` : ""),
      first: () => (state.image ? "" : "Draw an outline first, above."),

      answer: (rule) => page.withCue(candidates[gc.weighed(state.draws, rule).answer]),
      sentence: function (rule) {
        const { answer, means } = gc.weighed(state.draws, rule);
        if (!state.draws.length) return "not asked yet";
        if (answer < 0) return "nothing: no draw has its t in this range";
        const second = [...means.keys()].sort((a, b) => means[a] - means[b])[1];
        const behind = (100 * (means[second] / means[answer] - 1)).toFixed(1);
        return `${page.withCue(candidates[answer])}; second is ${page.withCue(candidates[second])}, ` +
          `its weighted error ${behind}% larger`;
      },
      classified: function () {
        if (!state.log_p) return "not asked yet";
        const best = state.log_p.indexOf(Math.max(...state.log_p)), label = index.models[cnn].labels[best];
        return `${page.withCue(label)}, with a probability of ${Math.exp(state.log_p[best]).toFixed(2)}`;
      },

      // ---------------------------------------------------------------- what happens

      // The image has changed: what was found for another one goes.
      changed: function () {
        page.cancel();
        Object.assign(state, { draws: [], log_p: null, pair: null, seconds: 0 });
        panels.image();
        page.decided();
        if (!state.image || !state.models) return;
        classify();
        clearTimeout(soon);
        // The generative classifier is asked when the hand rests.
        if (state.repeat) soon = setTimeout(page.run, 400);
      },
      decided: function () {
        for (const name of ["answer", "draw", "decide", "illusion"]) panels[name]();
      },
      cancel: () => { stopped = true; },

      load: async function () {
        await pause();
        const models = { diffusion: await gc.load(FOLDER, diffusion, about) };
        await pause();
        models.cnn = await gc.load(FOLDER, cnn, index.models[cnn]);
        state.models = models;
        page.decided();
        if (state.image) classify();
      },

      run: function () {
        if (!state.image) return Promise.resolve();
        page.cancel();
        return inTurn(async function () {
          const { image, seed, wanted } = state, id = page.id(), begun = performance.now();
          stopped = false;
          Object.assign(state, { busy: true, draws: [], seconds: 0 });
          state.rule.draws = wanted;
          page.decided();
          while (state.draws.length < wanted) {
            const draw = await gc.draw(state.models.diffusion, image, id, seed, state.draws.length);
            if (stopped) break;
            state.draws.push(draw);
            state.shown = state.draws.length - 1;
            page.decided();
            // Between two draws the page takes what the reader does.
            await pause();
          }
          state.busy = false;
          if (image === state.image) state.seconds = (performance.now() - begun) / 1000;
          page.decided();
        });
      },

      reconstruct: function (asked, strength, tell) {
        page.cancel();
        return inTurn(async function () {
          const image = state.image;
          const found = await gc.reconstruct(state.models.diffusion, image, page.id(), state.seed, asked,
            strength, STEPS, async function (done, all) {
              tell(done, all);
              await pause();
              return image === state.image;
            });
          if (image === state.image) state.pair = found;
        });
      },
    };

    // The discriminative network takes one evaluation, so it is asked at every change.
    function classify() {
      const image = state.image;
      inTurn(async function () {
        if (image !== state.image) return;
        const log_p = await gc.named(state.models.cnn, image);
        if (image !== state.image) return;
        state.log_p = log_p;
        panels.answer();
      });
    }

    const panels = {
      image: gc.imagePanel(page), answer: gc.answerPanel(page), draw: gc.drawPanel(page),
      decide: gc.decidePanel(page), illusion: gc.illusionPanel(page),
    };
    gc.page = page;
    page.changed();
  }

  async function start() {
    const [index, silhouettes] = await Promise.all(
      ["index.js", "silhouettes.js"].map((name) => window.gcbookLoad(FOLDER + name)));
    const size = silhouettes.side ** 2, pixels = await gc.unpacked(silhouettes.pixels);
    const shapes = new Map(silhouettes.names.map(
      (name, i) => [name, pixels.subarray(i * size, (i + 1) * size)]));
    makePage(index, shapes, index.worlds[0]);
  }

  start().catch(function (error) {
    document.querySelector('[data-classify="image"]').textContent =
      `This page could not be started: ${error.message}.`;
  });
})();
