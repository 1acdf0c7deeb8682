/* The page "Run a generative classifier": what its panels share.

   An image is composed at once (compose.js). Networks are loaded when the reader asks (network.js);
   a run keeps the raw errors of every draw, and sliders decide anew from these (decide.js). */
(function () {
  "use strict";

  const gc = window.gcClassify;
  const FOLDER = document.querySelector("[data-networks]").dataset.networks;
  const PAPER = { k: 7, from: 0, to: 1, least: 20, p: 2e-3 };
  const STEPS = 20;

  // What outlives another picture of the path: the reader's drawing, the networks that are loaded,
  // and what they said of each image that was run.
  const kept = { outline: null, curves: 0, models: null, said: new Map() };

  // What the reader asked for last: it ends as soon as something else is asked, or nothing.
  let asked = new AbortController();

  // Cue conflicts whose errors ship, by name: draws as the networks here would make them with seed 0,
  // without pictures, and the category that the ResNet names.
  const stored = new Map();

  async function unpackStored({ ids, times, named, errors }) {
    const bytes = await window.gcbookUnpacked(errors);
    const all = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
    const draws = times[0].length, size = all.length / ids.length / draws;
    ids.forEach((id, i) => stored.set(id, {
      named: named[i],
      draws: times[i].map(function (t, j) {
        const at = (i * draws + j) * size;
        return { t: t, errors: Array.from(all.subarray(at, at + size)) };
      }),
    }));
  }

  const anyStored = () => [...stored.keys()][Math.floor(Math.random() * stored.size)];

  function makePage(index, shapes, chosen) {
    const { world, diffusion, cnn } = index, about = index.models[diffusion];
    const labels = about.labels, candidates = labels.slice(0, about.candidates);
    const state = {
      // The image, and what it is made of.
      shape: "", texture: "", scene: 0, contrast: 0, image: null,
      // What was asked of the networks, and what they gave.
      seed: 0, wanted: 16, repeat: false, models: kept.models,
      // "run" or "reconstruct" while it lasts, how far it is, and how the last one ended if not well.
      busy: "", share: 0, told: "", failed: "",
      draws: [], shown: 0, log_p: null, named: "", pair: null,
      // How it is decided, and what the reader says.
      rule: { ...PAPER, draws: 16 }, yours: "",
      ...chosen,
    };
    let soon = 0;

    const page = {
      state: state, kept: kept, shapes: shapes, world: world, diffusion: diffusion, cnn: cnn, labels: labels,
      candidates: candidates, paper: PAPER, published: index.published, own: "drawing1",
      bytes: ["runtime", diffusion, cnn].reduce((sum, name) => sum + index.bytes[name], 0),
      // How many of the stored conflicts each network answers by shape, texture and neither.
      stored: function () {
        const counts = { generative: [0, 0, 0], cnn: [0, 0, 0], n: stored.size };
        for (const [id, { draws, named }] of stored) {
          const [shape, texture] = id.split("-");
          const cues = [page.categoryOf(shape), texture];
          const found = gc.weighed(draws, { ...PAPER, draws: draws.length }).answer;
          for (const [who, label] of [["generative", candidates[found]], ["cnn", named]]) {
            counts[who][cues.includes(label) ? cues.indexOf(label) : 2] += 1;
          }
        }
        return counts;
      },
      isStored: () => stored.has(page.id()),
      another: () => page.show(anyStored()),
      show: function (id) {
        const [shape, texture, scene] = id.split("-");
        page.restart({
          shape: shape, texture: texture, scene: Number(scene), yours: "", seed: 0, wanted: 16,
        });
      },
      // All controls are made anew, for another picture.
      restart: function (more) {
        page.cancel();
        makePage(index, shapes, more);
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
        if (!state.log_p) return state.named ? page.withCue(state.named) : "not asked yet";
        const best = state.log_p.indexOf(Math.max(...state.log_p)), label = index.models[cnn].labels[best];
        return `${page.withCue(label)}, with a probability of ${Math.exp(state.log_p[best]).toFixed(2)}`;
      },

      // ---------------------------------------------------------------- what happens

      // The image has changed: what was found for another one goes.
      changed: function () {
        page.cancel();
        Object.assign(state, { draws: [], log_p: null, named: "", pair: null, told: "" });
        panels.image();
        const found = !state.seed && state.contrast === gc.middle(world) && stored.get(page.id());
        if (found) {
          Object.assign(state, { draws: found.draws, named: found.named, shown: 0 });
          state.rule.draws = found.draws.length;
          noteGenerative();
          note("cnn", found.named);
        }
        page.decided();
        if (!state.image || !state.models) return;
        classify();
        // The generative classifier is asked when the hand rests.
        if (state.repeat) soon = setTimeout(page.run, 400);
      },
      answered: function (label) {
        state.yours = state.yours === label ? "" : label;
        if (state.image) note("you", state.yours);
        page.decided();
      },
      drawn: function (mask, curves) {
        Object.assign(kept, { outline: mask, curves: curves });
        for (const key of [...kept.said.keys()]) {
          if (kept.said.get(key).own) kept.said.delete(key);
        }
        page.changed();
      },
      decided: function () {
        for (const name of ["answer", "draw", "decide", "illusion", "tally", "path"]) panels[name]();
      },
      // Ends what runs and what waits. A result that the worker still sends is thrown away.
      cancel: function () {
        clearTimeout(soon);
        asked.abort();
        state.busy = "";
      },
      stop: function () {
        const { busy, draws } = state;
        page.cancel();
        state.told = busy === "run" ? `Cancelled after ${draws.length} draws.` : "Cancelled.";
        page.decided();
      },
      fail: function (error) {
        gc.quit();
        kept.models = null;
        page.cancel();
        Object.assign(state, { models: null, draws: [], log_p: null, pair: null, told: "" });
        state.failed = `The networks stopped with an error (${error.message}), and what they had begun ` +
          "is thrown away. Load them again to go on.";
        page.decided();
      },

      load: async function () {
        try {
          const models = { diffusion: await gc.load(FOLDER, diffusion, about) };
          models.cnn = await gc.load(FOLDER, cnn, index.models[cnn]);
          kept.models = models;
        } catch (error) {
          gc.quit();
          kept.models = null;
          throw error;
        }
        gc.page.ready();  // by now it may be another one
      },
      ready: function () {
        Object.assign(state, { models: kept.models, failed: "" });
        page.decided();
        if (state.image) classify();
      },

      run: () => task("run", async function (still) {
        const { image, seed, wanted } = state, id = page.id(), begun = performance.now();
        state.draws = [];
        state.rule.draws = wanted;
        page.decided();
        while (state.draws.length < wanted) {
          state.draws.push(await still(gc.draw(state.models.diffusion, image, id, seed, state.draws.length)));
          state.shown = state.draws.length - 1;
          state.share = state.draws.length / wanted;
          page.decided();
        }
        const seconds = (performance.now() - begun) / 1000, n = wanted * candidates.length;
        state.told = `${wanted} draws, ${n} network evaluations in ${seconds.toFixed(1)} s: ` +
          `${Math.round(n / seconds)} a second.`;
        noteGenerative();
      }),

      // What comes of it says itself under which prompts it was made.
      reconstruct: (asked, strength) => task("reconstruct", async function (still) {
        const { image, seed } = state, id = page.id();
        state.pair = null;
        const images = await still(gc.reconstruct(state.models.diffusion, image, id, seed, asked, strength,
          STEPS, function (done, all) {
            still();
            state.share = done / all;
            panels.illusion();
          }));
        state.pair = { labels: asked.map((label) => labels[label]), strength: strength, images: images };
      }),
    };

    // Everything that runs ends in a result, is cancelled, or says what went wrong. `still` gives a
    // promise's value as long as nobody has asked for something else.
    async function task(name, work) {
      if (!state.image || !state.models) return;
      page.cancel();
      const { signal } = (asked = new AbortController());
      const given_up = new Promise((_, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
      given_up.catch(() => {});
      const still = function (promise) {
        signal.throwIfAborted();
        return Promise.race([promise, given_up]);
      };
      Object.assign(state, { busy: name, share: 0, told: "" });
      page.decided();
      try {
        await work(still);
      } catch (error) {
        if (!signal.aborted) page.fail(error);
      }
      if (signal.aborted) return;
      state.busy = "";
      page.decided();
    }

    function noteGenerative() {
      const rule = { ...PAPER, draws: state.draws.length };
      note("generative", candidates[gc.weighed(state.draws, rule).answer]);
    }

    function note(who, label) {
      const key = `${page.id()} ${state.contrast}`;
      const own = state.shape === page.own;
      kept.said.set(key, {
        ...kept.said.get(key), [who]: label, own: own, texture: state.texture,
        shape: page.shapeIs(),
      });
    }

    // The discriminative network takes one evaluation, so it is asked at every change.
    async function classify() {
      const image = state.image;
      try {
        const log_p = await gc.named(state.models.cnn, image);
        if (image !== state.image || gc.page !== page) return;
        state.log_p = log_p;
        note("cnn", index.models[cnn].labels[log_p.indexOf(Math.max(...log_p))]);
        page.decided();
      } catch (error) {
        if (gc.page === page && state.models) page.fail(error);
      }
    }

    const panels = {
      image: gc.imagePanel(page), answer: gc.answerPanel(page), draw: gc.drawPanel(page),
      decide: gc.decidePanel(page), illusion: gc.illusionPanel(page), tally: gc.tallyPanel(page),
      path: gc.pathPanel(page),
    };
    gc.page = page;
    page.changed();
  }

  async function start() {
    const [index, silhouettes, conflicts] = await Promise.all(
      ["index.js", "silhouettes.js", "conflicts.js"].map((name) => window.gcbookLoad(FOLDER + name)));
    await unpackStored(conflicts);
    const size = silhouettes.side ** 2, pixels = await window.gcbookUnpacked(silhouettes.pixels);
    const shapes = new Map(silhouettes.names.map(
      (name, i) => [name, pixels.subarray(i * size, (i + 1) * size)]));
    const [shape, texture, scene] = anyStored().split("-");
    makePage(index, shapes, { shape, texture, scene: Number(scene) });
  }

  start().catch(function (error) {
    document.querySelector('[data-classify="image"]').textContent =
      `This page could not be started: ${error.message}.`;
  });
})();
