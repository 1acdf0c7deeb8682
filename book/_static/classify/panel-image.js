/* The image: a silhouette or an outline of the reader's, a texture, its contrast, a scene. */
(function () {
  "use strict";

  const gc = window.gcClassify, el = gc.el;

  // The middle of the contrasts in training, in the logarithm, in which they are drawn evenly.
  gc.middle = ({ texture_ratio: [low, high] }) => Math.round(20 * Math.sqrt(low * high)) / 20;

  gc.imagePanel = function (page) {
    const { state, kept, shapes, world, labels, candidates } = page;
    const [low, high] = world.texture_ratio;
    state.contrast = gc.middle(world);

    const picture = el("canvas", { className: "gc-image", role: "img" });
    const caption = el("p", { className: "gc-small" });
    const code = el("code"), python = el("p", { className: "gc-small" }, "The same image in Python: ", code);
    const thumbs = el("div", { className: "gc-thumbs", role: "group", "aria-label": "Silhouettes" });
    kept.field = kept.field || gc.outlineField((mask, number) => kept.drawn(mask, number));
    kept.drawn = page.drawn;
    const field = kept.field;
    const set = (key) => function (value) {
      state[key] = value;
      // An answer is to a picture; of a drawing it says what is drawn, in whatever texture.
      if (state.shape !== page.own && key !== "contrast") state.yours = "";
      page.changed();
    };

    function thumbnail(name) {
      const mask = shapes.get(name), canvas = el("canvas"), side = Math.sqrt(mask.length);
      gc.paint(canvas, (i) => Array(3).fill(255 - mask[i]), side);
      const made = gc.button("", () => set("shape")(name));
      made.append(canvas);
      made.dataset.name = name;
      made.setAttribute("aria-label", name);
      return made;
    }
    function chooseCategory(category) {
      const own = category === page.own;
      const names = own ? [] : [...shapes.keys()].filter((name) => page.categoryOf(name) === category);
      thumbs.replaceChildren(...names.map(thumbnail));
      field.hidden = !own;
      return own ? page.own : names[0];
    }

    const category = gc.choice("Shape", [
      ...candidates.map((label) => [label, label]), [page.own, "an outline that you draw"],
    ], state.shape === page.own ? page.own : page.categoryOf(state.shape),
    (value) => set("shape")(chooseCategory(value)));
    const texture = gc.choice("Texture of a",
      labels.map((label, i) => [label, `${label} (${world.textures[i]})`]),
      state.texture, set("texture"));
    const contrast = gc.slider("Texture’s contrast", [0, 1.5, 0.05], state.contrast,
      (value) => value.toFixed(2) + (value < low || value > high ? ", not in training" : ""),
      set("contrast"));
    const scene = gc.slider("Scene", [0, 20, 1], state.scene, String, set("scene"));

    // Contrast alone is quick: the rest of a scene is kept.
    let known = {};
    function composed() {
      const mask = state.shape === page.own ? kept.outline : shapes.get(state.shape), id = page.id();
      if (!mask) return null;
      if (known.id !== id || known.mask !== mask) {
        known = { id: id, mask: mask, scene: gc.scene(mask, id, world, labels) };
      }
      return gc.compose(known.scene, state.contrast);
    }

    function show() {
      state.image = composed();
      gc.press(thumbs.children, state.shape);
      const own = state.shape === page.own, shape = own ? "your outline" : state.shape;
      const says = `${shape}, texture of a ${state.texture}, contrast ${state.contrast}, ` +
        `scene ${state.scene}`;
      gc.paint(picture, state.image ? gc.grey(state.image) : () => [128, 128, 128]);
      picture.setAttribute("aria-label", state.image ? `The image: ${says}` : "No image yet");
      caption.textContent = state.image ? `${page.id()}: ${says}.` : kept.curves
        ? "This outline is too small. Draw a larger one, or clear the field and begin again."
        : "Draw a closed outline in the field. A second curve inside the first makes a hole.";
      code.textContent =
        `compose_stage(find_silhouette("${page.id()}"), "${page.id()}", ${state.contrast})`;
      python.hidden = own;
    }

    document.querySelector('[data-classify="image"]').replaceChildren(
      el("div", { className: "gc-two" },
        el("div", {}, picture, caption),
        el("div", {}, category.row, thumbs, field, texture.row, contrast.row, scene.row)),
      python);
    chooseCategory(category.value());
    return show;
  };
})();
