/* Ways to read a page: findings folded until a prediction is typed, or, from the page for teachers, figures
   as slides and a worksheet.

   All three only hide what the page says anyway. What is typed stays in this browser. */
(function () {
  "use strict";

  const root = document.documentElement;
  const SWITCH = "gcbook-predict-first";
  const TYPED = "gcbook-prediction ";
  const page = location.pathname.split("/").pop();

  // Where a browser keeps nothing, the page still works until it is left.
  const kept = new Map();
  function recall(key) {
    try { return localStorage.getItem(key); } catch { return kept.get(key) || null; }
  }
  function keep(key, value) {
    try { localStorage.setItem(key, value); } catch { kept.set(key, value); }
  }
  function forget() {
    try {
      Object.keys(localStorage).filter((key) => key.startsWith(TYPED)).forEach((key) => localStorage.removeItem(key));
    } catch { kept.clear(); }
  }

  function element(name, attributes, ...children) {
    const made = document.createElement(name);
    Object.entries(attributes).forEach(([key, value]) => made.setAttribute(key, value));
    made.append(...children);
    return made;
  }

  // The half of a title that says what was found gets an element of its own.
  function markFinding(heading) {
    const texts = document.createTreeWalker(heading, NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
      const text = texts.currentNode;
      const cut = text.data.includes(": ") ? text.data.indexOf(": ") : text.data.indexOf(", ");
      if (cut < 0 || !text.data.slice(0, cut).trim()) continue;
      const tail = text.splitText(cut);
      const finding = element("span", { class: "gc-second-half" });
      tail.replaceWith(finding);
      finding.append(tail);
      return;
    }
  }

  // A form for one prediction; `open` is told whether the finding may be seen.
  function ask(key, id, label, controls, open) {
    const field = element("textarea", { id: id, rows: "2", placeholder: " " });
    const show = element("button", { type: "submit", "aria-expanded": "false", "aria-controls": controls }, "Show the finding");
    const said = element("p", { role: "status" });
    const form = element("form", { class: "gc-guess" }, element("label", { for: id }, label), field, show, said);
    function settle(opened) {
      show.setAttribute("aria-expanded", String(opened));
      show.textContent = opened ? "Fold the finding" : "Show the finding";
      open(opened, field.value.trim());
    }
    field.value = recall(TYPED + key) || "";
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      const opened = show.getAttribute("aria-expanded") === "true";
      said.textContent = "";
      if (!opened && !field.value.trim()) {
        said.textContent = "Write down what you expect first.";
        field.focus();
        return;
      }
      keep(TYPED + key, field.value.trim());
      settle(!opened);
    });
    form.restore = function () {
      field.value = recall(TYPED + key) || "";
      settle(Boolean(field.value));
    };
    form.reveal = () => settle(true);
    form.restore();
    return form;
  }

  function yours() {
    const words = element("q", {});
    const note = element("p", { class: "gc-guessed" }, element("strong", {}, "You predicted: "), words);
    note.say = function (opened, text) {
      words.textContent = text;
      note.hidden = !opened || !text;
    };
    return note;
  }

  function foldPage(article, question) {
    const short = article.querySelector(".gc-short");
    const note = yours();
    if (short) {
      short.id = short.id || "gc-short";
      const both = element("div", { class: "gc-compare" });
      short.before(both);
      both.append(note, short);
    } else {
      question.after(note);
    }
    const form = ask(page, "gc-guess-page", "Your prediction", short ? short.id : "gc-guess-page", function (opened, text) {
      root.classList.toggle("gc-answered", opened);
      note.say(opened, text);
    });
    question.append(form);
    return form;
  }

  function foldCaption(finding, number) {
    const caption = finding.closest("figcaption");
    const note = yours();
    finding.id = finding.id || "gc-finding-" + number;
    caption.prepend(note);
    const figure = (finding.closest("figure") || caption).id || String(number);
    const form = ask(page + " " + figure, "gc-guess-" + number, "What does it show?", finding.id, function (opened, text) {
      finding.classList.toggle("gc-folded", !opened);
      note.say(opened, text);
    });
    caption.append(form);
    return form;
  }

  function slides(article, heading) {
    const shown = [heading, ...article.querySelectorAll(".gc-predict, .gc-short"), ...Array.from(article.querySelectorAll("figure"), (each) => each.closest("div.cell") || each)];
    shown.forEach((each) => each.classList.add("gc-slide"));
    function go(step) {
      const tops = shown.filter((each) => each.offsetHeight).map((each) => each.getBoundingClientRect().top);
      const seen = shown.filter((each) => each.offsetHeight);
      // The slide that is nearest to the top is the one that is shown.
      const now = tops.reduce((best, top, at) => (Math.abs(top) < Math.abs(tops[best]) ? at : best), 0);
      const next = seen[Math.min(Math.max(now + step, 0), seen.length - 1)];
      next.scrollIntoView({ block: "start" });
    }
    document.addEventListener("keydown", function (event) {
      if (!root.classList.contains("gc-slides")) return;
      if (event.key === "Escape") leave();
      if (event.target.closest("input, select, textarea, button, svg, [tabindex='0']")) return;
      const step = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }[event.key];
      if (!step) return;
      event.preventDefault();
      go(step);
    });
    function leave() {
      root.classList.remove("gc-slides");
      start.focus();
    }
    const end = element("button", { type: "button", class: "gc-slides-end", "aria-label": "Leave the slides" }, "×");
    end.addEventListener("click", leave);
    document.body.append(end);
    const start = element("button", { type: "button", title: "Arrow keys turn, Escape leaves" }, "Slides");
    start.addEventListener("click", function () {
      root.classList.add("gc-slides");
      start.blur();
      scrollTo(0, 0);
    });
    return start;
  }

  function worksheet() {
    const print = element("button", { type: "button" }, "Print a worksheet");
    print.addEventListener("click", function () {
      root.classList.add("gc-worksheet");
      window.print();
    });
    window.addEventListener("afterprint", () => root.classList.remove("gc-worksheet"));
    return print;
  }

  function start() {
    const titles = document.querySelectorAll(
      ".bd-article h1, .bd-sidebar-primary nav a, .prev-next-title, .bd-breadcrumbs li",
    );
    titles.forEach(markFinding);
    const article = document.querySelector(".bd-article");
    const question = article && article.querySelector(".gc-predict");
    if (!question) return;
    const whole = document.title;
    const heading = article.querySelector("h1");
    const findings = article.querySelectorAll("figcaption .caption-text > strong:first-child");
    const forms = [foldPage(article, question), ...Array.from(findings, foldCaption)];

    // A link to a place of the page leads there; figures still ask what they show.
    const place = document.getElementById(location.hash.slice(1));
    if (place && question.compareDocumentPosition(place) & Node.DOCUMENT_POSITION_FOLLOWING) forms[0].reveal();

    const toggle = element("button", { type: "button" }, "Predict first");
    const again = element("button", { type: "button" }, "Forget my predictions");
    function settle() {
      const on = root.classList.contains("gc-predicting");
      toggle.setAttribute("aria-pressed", String(on));
      again.hidden = !on;
      document.title = on && !root.classList.contains("gc-answered") ? whole.split(/[:,] /)[0] : whole;
    }
    toggle.addEventListener("click", function () {
      keep(SWITCH, root.classList.toggle("gc-predicting") ? "on" : "off");
      settle();
    });
    again.addEventListener("click", function () {
      forget();
      forms.forEach((each) => each.restore());
      settle();
    });
    forms[0].addEventListener("submit", settle);
    const bar = element("div", { class: "gc-reading", role: "group", "aria-label": "Ways to read this page" }, toggle, again);
    if (asked.has("teach") && article.querySelector("figure")) bar.append(slides(article, heading), worksheet());
    question.before(bar);
    settle();
  }

  // Links for a class open a page folded, `?predict`, or with slides and worksheet, `?teach`.
  const asked = new URLSearchParams(location.search);
  if (asked.has("predict")) keep(SWITCH, "on");
  if (recall(SWITCH) === "on") root.classList.add("gc-predicting", "gc-settling");
  function begin() {
    try { start(); } finally { root.classList.remove("gc-settling"); }
  }
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
  else begin();
})();
