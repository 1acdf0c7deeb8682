/* Elements and controls, each with its label. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});

  // An element: attributes where a name has a dash (or is `role` or `for`), else properties.
  function el(tag, props = {}, ...children) {
    const made = document.createElement(tag);
    for (const [key, value] of Object.entries(props)) {
      if (key.includes("-") || key === "role" || key === "for") made.setAttribute(key, value);
      else made[key] = value;
    }
    made.append(...children);
    return made;
  }

  const button = (text, act) =>
    el("button", { type: "button", textContent: text, onclick: act });

  let ids = 0;

  // A slider over [from, to, step]: `show` says a value in words, `act` takes a new one.
  function slider(text, bounds, value, show, act) {
    const id = `gc-slider-${++ids}`, now = el("span", { className: "gc-now", "aria-hidden": "true" });
    const input = el("input", { type: "range", id: id });
    [input.min, input.max, input.step] = bounds;
    input.value = value;
    function say() {
      now.textContent = show(Number(input.value));
      input.setAttribute("aria-valuetext", now.textContent);
    }
    input.addEventListener("input", function () {
      say();
      act(Number(input.value));
    });
    say();
    const label = el("label", { for: id, textContent: text });
    return {
      row: el("div", { className: "gc-slider" }, label, input, now),
      value: () => Number(input.value),
      // From elsewhere: another value, and how far the slider goes.
      set: function (value, most) {
        input.max = most;
        input.value = value;
        say();
      },
    };
  }

  // A list to choose from: options are [value, shown].
  function choice(text, options, value, act) {
    const id = `gc-choice-${++ids}`, select = el("select", { id: id });
    for (const [key, shown] of options) select.append(new Option(shown, key));
    select.value = value;
    select.addEventListener("change", () => act(select.value));
    const label = el("label", { for: id, textContent: text });
    return { row: el("div", { className: "gc-slider" }, label, select), value: () => select.value };
  }

  const row = (...children) => el("div", { className: "gc-row" }, ...children);

  // One of several buttons is chosen: `chosen` is its text or name.
  function press(buttons, chosen) {
    for (const each of buttons) {
      each.setAttribute("aria-pressed", String((each.dataset.name || each.textContent) === chosen));
    }
  }

  // A picture with a caption.
  function shot(caption) {
    const canvas = el("canvas", { role: "img" }), text = el("figcaption", {}, caption);
    return { box: el("figure", {}, canvas, text), canvas: canvas, text: text };
  }

  // A part of the page that says what to do first as long as there is nothing to show, or, told
  // null, shows nothing at all: another part has said it.
  function waiting(name, ...children) {
    const first = el("p", { className: "gc-small" }), rest = el("div", {}, ...children);
    document.querySelector(`[data-classify="${name}"]`).replaceChildren(first, rest);
    return function (what) {
      first.textContent = what;
      first.hidden = !what;
      rest.hidden = what !== "";
    };
  }

  Object.assign(gc, {
    el: el, button: button, slider: slider, choice: choice, row: row, press: press, shot: shot,
    waiting: waiting,
  });
})();
