/* The networks: onnxruntime-web (wasm, one thread) and the graphs and weights of the miniatures.

   Equations as in gcbook/classifiers/diffusion.py: x_t = α_t x + σ_t ε; the network predicts a
   velocity, so the clean image is x̂ = α_t x_t - σ_t v, clipped to [-1, 1]. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const CHANNELS = 3, SIDE = 32, ELEMENTS = CHANNELS * SIDE * SIDE;

  // ---------------------------------------------------------------- loading

  // What runs in the worker, after the runtime's own text: the sessions.
  function host() {
    const sessions = new Map();
    return {
      start: function ({ glue, wasm }) {
        const settings = self.ort.env.wasm;
        settings.numThreads = 1;
        settings.wasmBinary = wasm;
        settings.wasmPaths = { mjs: glue };
      },
      load: async function ({ name, graph, weights }) {
        sessions.set(name, await self.ort.InferenceSession.create(graph, {
          executionProviders: ["wasm"],
          externalData: [{ path: "weights", data: weights }],
          logSeverityLevel: 3,
        }));
      },
      run: async function ({ name, feeds }) {
        const tensors = Object.entries(feeds).map(([key, each]) => [key, new self.ort.Tensor(...each)]);
        const found = await sessions.get(name).run(Object.fromEntries(tensors));
        return Object.fromEntries(Object.entries(found).map(([key, each]) => [key, each.data]));
      },
    };
  }

  // A worker with the runtime in it. It gets its module as a data URL, for in WebKit a worker of a
  // page from a disk may not load a blob.
  async function openRuntime(folder) {
    const packed = await window.gcbookLoad(folder + "runtime.js");
    const [main, glue, wasm] = await Promise.all(packed.map(window.gcbookUnpacked));
    const { call, end } = window.gcbookWorker([main], host);
    const text = new TextDecoder().decode(glue);
    await call("start", { glue: "data:text/javascript," + encodeURIComponent(text), wasm: wasm });
    return { call: call, end: end };
  }

  let runtime = null;

  // Ends the runtime with all its networks: after an error nothing in it can be relied on.
  function quit() {
    if (runtime) runtime.then(({ end }) => end("the runtime was ended"), () => {});
    runtime = null;
  }

  // A network that is ready to run. Its graph says where in the file of weights each one lies.
  async function load(folder, name, about) {
    const { call } = await (runtime = runtime || openRuntime(folder));
    const packed = await window.gcbookLoad(folder + name + ".js");
    const [graph, weights] = await Promise.all([packed.graph, packed.weights].map(window.gcbookUnpacked));
    await call("load", { name: name, graph: graph, weights: weights });
    // Feeds are [type, values, dimensions]; what comes out are values.
    const session = { run: (feeds) => call("run", { name: name, feeds: feeds }) };
    return { name: name, about: about, session: session };
  }

  // ---------------------------------------------------------------- the diffusion model

  // Step i of T at a time: t lies in (i/T, (i + 1)/T].
  function step(model, t) {
    const steps = model.about.schedule.length;
    return Math.min(steps - 1, Math.max(0, Math.ceil(t * steps - 2e-4) - 1));
  }

  function schedule(model, t) {
    const i = step(model, t), kept = model.about.schedule[i];
    return {
      t: (i + 1) / model.about.schedule.length,
      step: i,
      alpha: Math.fround(Math.sqrt(kept)),
      sigma: Math.fround(Math.sqrt(1 - kept)),
    };
  }

  // Grey levels 0 to 255 as the network's image, three channels in [-1, 1].
  function scaled(image) {
    const x = new Float32Array(ELEMENTS);
    for (let i = 0; i < ELEMENTS; i++) x[i] = 2 * Math.fround(image[i % image.length] / 255) - 1;
    return x;
  }

  // x_t = α x + σ ε
  const noised = (x, noise, at) =>
    x.map((value, i) => Math.fround(at.alpha * value) + Math.fround(at.sigma * noise[i]));

  // Clean images x̂ = α x_t - σ v(x_t, y, t) that noised images imply, one a label.
  async function denoise(model, images, at, labels) {
    const many = new Float32Array(labels.length * ELEMENTS);
    images.forEach((image, i) => many.set(image, i * ELEMENTS));
    const n = labels.length;
    const { v } = await model.session.run({
      x: ["float32", many, [n, CHANNELS, SIDE, SIDE]],
      t: ["int64", BigInt64Array.from(labels, () => BigInt(at.step)), [n]],
      label: ["int64", BigInt64Array.from(labels, BigInt), [n]],
    });
    return labels.map(function (_, i) {
      const velocity = v.subarray(i * ELEMENTS, (i + 1) * ELEMENTS);
      return images[i].map(function (value, j) {
        const clean = Math.fround(at.alpha * value) - Math.fround(at.sigma * velocity[j]);
        return Math.min(1, Math.max(-1, clean));
      });
    });
  }

  // One draw: a time, its noise, the reconstruction under every class, and the errors
  // e_y = (1/d) Σ (x - x̂_y)².
  async function draw(model, image, id, seed, number) {
    const x = scaled(image), at = schedule(model, gc.random.time(seed, id, number));
    const x_t = noised(x, gc.random.noise(seed, id, number, ELEMENTS), at);
    const labels = Array.from({ length: model.about.candidates }, (_, y) => y);
    const restored = await denoise(model, labels.map(() => x_t), at, labels);
    const errors = restored.map(
      (clean) => clean.reduce((sum, value, i) => sum + (x[i] - value) ** 2, 0) / ELEMENTS);
    return { t: at.t, noised: x_t, restored: restored, errors: errors };
  }

  // Image to image, as gcbook/illusions/reconstruct.py: noise to t = strength, then steps of DDIM
  // back to a clean image under each label's prompt, all from the same noise.
  async function reconstruct(model, image, id, seed, labels, strength, steps, progress) {
    const x = scaled(image), noise = gc.random.noise(seed, id, 0, ELEMENTS);
    const count = Math.max(1, halfEven(strength * steps));
    const times = Array.from({ length: count + 1 }, (_, i) => strength * (1 - i / count));
    let at = schedule(model, times[0]);
    let current = labels.map(() => noised(x, noise, at));
    for (let i = 0; i < count; i++) {
      const clean = await denoise(model, current, at, labels);
      progress(i + 1, count);
      if (i + 1 === count) return clean;
      const then = schedule(model, times[i + 1]);
      // The noise that the guess implies, ε̂ = (x_t - α x̂) / σ, leads to the next, smaller time.
      current = current.map((x_t, n) => x_t.map((value, j) =>
        then.alpha * clean[n][j] + (then.sigma * (value - at.alpha * clean[n][j])) / at.sigma));
      at = then;
    }
  }

  // Python rounds halves to even.
  const halfEven = (x) => (x % 1 === 0.5 ? 2 * Math.round(x / 2) : Math.round(x));

  // ---------------------------------------------------------------- the classifier

  // Log-probabilities of the categories.
  async function named(model, image) {
    const pixels = Float32Array.from({ length: ELEMENTS }, (_, i) => image[i % image.length] / 255);
    const { log_p } = await model.session.run({
      pixels: ["float32", pixels, [1, CHANNELS, SIDE, SIDE]],
    });
    return Array.from(log_p);
  }

  Object.assign(gc, { load: load, quit: quit, draw: draw, reconstruct: reconstruct, named: named });
})();
