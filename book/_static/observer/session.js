/* A session: fixation, image, mask, answer, over and over; or, untimed, image and answer.

   What is interrupted, by the pause button, Escape or a hidden page, is not counted: the image is
   shown again at the end. There is no feedback, and nothing is kept but the trials in this list:
   { part, image, number, response, seconds, imageMs, maskMs }. */
(function (observer) {
  "use strict";

  const { button, element } = observer.elements;
  const SIDE = 224;
  // Measured before the first trial, while one looks at the dot: about a second.
  const FRAMES = 60;
  const GREY = "#808080";
  // By their place on the keyboard, whatever is printed on them.
  const KEYS = [
    "Digit1", "Digit2", "Digit3", "Digit4", "KeyQ", "KeyW", "KeyE", "KeyR",
    "KeyA", "KeyS", "KeyD", "KeyF", "KeyZ", "KeyX", "KeyC", "KeyV",
  ];

  // Decoded before the first trial, so that drawing one takes no time.
  function decoded(plan) {
    return Promise.all(plan.map(async function ({ image }) {
      const picture = new Image();
      picture.src = image.picture;
      await picture.decode();
      return [image, picture];
    })).then((pairs) => new Map(pairs));
  }

  // What is printed on the keys, where the browser knows it.
  async function keyLabels() {
    const plain = new Map(KEYS.map((code) => [code, code.slice(-1).toLowerCase()]));
    try {
      const map = await navigator.keyboard.getLayoutMap();
      return new Map(KEYS.map((code) => [code, map.get(code) || plain.get(code)]));
    } catch {
      return plain;
    }
  }

  function fixate(context) {
    context.fillStyle = GREY;
    context.fillRect(0, 0, SIDE, SIDE);
    context.fillStyle = "#000";
    context.fillRect(SIDE / 2 - 3, SIDE / 2 - 3, 6, 6);
  }

  // `options` are { timed, limited, seed, practice }; `done` gets the trials, or null if it was abandoned, and
  // the time from frame to frame.
  async function run(box, pack, plan, options, done) {
    const { timing, mask, design } = observer;
    const noise = design.generator(options.seed + 1);
    const queue = plan.slice(), trials = [];
    let current = null, attempt = 0, limit = 0, period = NaN, pictures = null;

    const canvas = element("canvas", {
      width: SIDE, height: SIDE, role: "img",
      "aria-label": "An image to name; what it shows is the question",
    });
    const context = canvas.getContext("2d");
    const labels = await keyLabels();
    const grid = element("div", { class: "gc-answers", role: "group", "aria-label": "What was it?" });
    const progress = element("p", { class: "gc-progress", role: "status" });
    const screen = element("div", { class: "gc-screen" + (options.timed ? "" : " gc-untimed") });
    const pauseButton = button("Pause", () => pause(), { disabled: true });
    const controls = element("p", { class: "gc-controls" }, pauseButton, button("Abandon", abandon));
    const paused = element(
      "div", { class: "gc-paused", hidden: true },
      element("p", {}, "Paused. The interrupted image comes again at the end. " +
        "Abandoning forgets your answers."),
      button("Go on", goOn, { class: "gc-main" }),
    );
    const stage = element("div", { class: "gc-session", tabindex: "-1" }, progress, screen, paused, controls);
    pack.categories.forEach(function (category, i) {
      const key = labels.get(KEYS[i]);
      grid.append(button("", (event) => answer(category, event.timeStamp), {
        "aria-keyshortcuts": key,
      }));
      // Its name is what is seen on it, key included.
      grid.lastChild.append(element("span", {}, category), " ", element("kbd", {}, key.toUpperCase()));
    });
    screen.append(canvas, grid);
    box.replaceChildren(stage);
    stage.focus();
    stage.scrollIntoView({ block: "nearest" });

    function show(asked) {
      grid.style.visibility = asked ? "visible" : "hidden";
      if (options.timed) canvas.style.visibility = asked ? "hidden" : "visible";
    }

    function draw(image) {
      const picture = pictures.get(image);
      // Of an image of few pixels each is seen as one.
      context.imageSmoothingEnabled = picture.naturalWidth > 100;
      context.drawImage(picture, 0, 0, SIDE, SIDE);
    }

    function ask(time, measured) {
      current.onset = time;
      current.measured = measured;
      show(true);
      if (options.timed && options.limited) {
        limit = setTimeout(() => answer(pack.noAnswer, NaN), pack.timing.answer);
      }
    }

    async function next() {
      if (!queue.length) return finish(trials);
      attempt += 1;
      const own = attempt;
      current = Object.assign({}, queue.shift());
      const { image } = current;
      progress.textContent = `${options.practice ? "Practice" : "Image"} ${trials.length + 1} of ${plan.length}`;
      if (!options.timed) {
        draw(image);
        return ask(performance.now(), null);
      }
      show(false);
      fixate(context);
      const patch = mask.mask(noise, SIDE);
      const steps = [
        { ms: pack.timing.fixation, draw: () => fixate(context) },
        { ms: pack.timing.image, draw: () => draw(image) },
        { ms: pack.timing.mask, draw: () => context.putImageData(patch, 0, 0) },
      ];
      let end = 0;
      const asked = (time) => { end = time; show(true); };
      const measured = await timing.present(steps, period, asked, () => own !== attempt);
      if (measured && own === attempt) ask(end, measured);
    }

    function answer(response, time) {
      if (!current || current.onset === undefined) return;
      clearTimeout(limit);
      const { part, image, onset, measured } = current;
      const [, shown, masked] = measured || [];
      trials.push({
        part, image, response,
        number: trials.length + 1,
        seconds: (time - onset) / 1000,
        imageMs: shown ? shown.ms : NaN,
        maskMs: masked ? masked.ms : NaN,
      });
      current = null;
      // A button that is hidden takes the focus with it.
      stage.focus({ preventScroll: true });
      next();
    }

    function pause() {
      if (pauseButton.disabled || !paused.hidden) return;
      clearTimeout(limit);
      attempt += 1;
      if (current) queue.push({ part: current.part, image: current.image });
      current = null;
      screen.hidden = pauseButton.hidden = true;
      paused.hidden = false;
      paused.querySelector("button").focus();
    }

    function goOn() {
      screen.hidden = pauseButton.hidden = false;
      paused.hidden = true;
      stage.focus();
      next();
    }

    const hide = () => { if (document.hidden) pause(); };
    // Escape leaves full screen, and is not told to the page.
    const shrink = () => { if (!document.fullscreenElement) pause(); };
    // A phone that is turned has moved the image out of sight.
    const turn = () => stage.scrollIntoView({ block: "nearest" });

    function finish(result) {
      attempt += 1;
      clearTimeout(limit);
      document.removeEventListener("visibilitychange", hide);
      document.removeEventListener("fullscreenchange", shrink);
      removeEventListener("resize", turn);
      done(result, period);
    }

    // What has been answered is not lost by one click: the first one pauses.
    function abandon() {
      if (trials.length && paused.hidden) return pause();
      current = null;
      finish(null);
    }

    function step(from, by) {
      const buttons = Array.from(grid.children);
      const at = buttons.indexOf(from);
      const to = buttons[at < 0 ? 0 : at + by];
      if (to) to.focus();
    }

    const ARROWS = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -4, ArrowDown: 4 };
    stage.addEventListener("keydown", function (event) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.repeat) {
        // A key that is held answers once.
        if (grid.contains(event.target) && event.key !== "Tab") event.preventDefault();
        return;
      }
      const key = KEYS.indexOf(event.code);
      if (event.key === "Escape") pause();
      else if (current && current.onset !== undefined && key >= 0) {
        answer(pack.categories[key], event.timeStamp);
      } else if (current && ARROWS[event.key]) step(document.activeElement, ARROWS[event.key]);
      else return;
      event.preventDefault();
      event.stopPropagation();
    });
    document.addEventListener("visibilitychange", hide);
    document.addEventListener("fullscreenchange", shrink);
    addEventListener("resize", turn);
    if (options.timed) {
      progress.textContent = "Look at the dot";
      show(false);
      fixate(context);
      period = await timing.framePeriod(FRAMES);
    }
    pictures = await decoded(plan);
    pauseButton.disabled = false;
    // It may have been abandoned in the meantime.
    if (stage.isConnected) next();
  }

  observer.session = { run };
})(window.gcObserver = window.gcObserver || {});
