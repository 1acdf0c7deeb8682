/* The page "The lab in your browser": a notebook's cells, run by Python beside the page (python.js).

   What runs is the notebook that `gcbook course` writes, with its checks. What stands above a cell
   and was changed or never run is run first. */
(function () {
  "use strict";

  const { el, button, row, choice } = window.gcClassify;
  const box = document.querySelector("[data-python]"), FOLDER = box.dataset.python;
  const MOST = 20000;

  // ---------------------------------------------------------------- what is kept

  // What the reader wrote, cell by cell, for another tab may write others; a browser may keep nothing.
  function store(name) {
    const key = (id) => `gcbook-lab-${name}-${id}`;
    const tried = (what) => {
      try { return what(); } catch { return null; }
    };
    return {
      text: (id) => tried(() => localStorage.getItem(key(id))),
      keep: (id, text) => tried(() => localStorage.setItem(key(id), text)),
      drop: (id) => tried(() => localStorage.removeItem(key(id))),
    };
  }

  // ---------------------------------------------------------------- a cell

  // A field to write in; in code a new line begins where the one above did.
  function field(name, text, code, changed) {
    const area = el("textarea", { value: text, "aria-label": name });
    const fit = () => { area.rows = Math.max(3, area.value.split("\n").length + 1); };
    area.addEventListener("input", function () {
      fit();
      changed(area.value);
    });
    fit();
    if (!code) return area;
    Object.assign(area, {
      className: "gc-code", spellcheck: false, wrap: "off", autocapitalize: "off", autocomplete: "off",
    });
    area.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.isComposing) return;
      event.preventDefault();
      if (event.ctrlKey || event.metaKey || event.shiftKey) return;
      const line = area.value.slice(0, area.selectionStart).split("\n").pop();
      const deeper = /:\s*$/.test(line) ? "    " : "";
      document.execCommand("insertText", false, "\n" + line.match(/^ */)[0] + deeper);
    });
    return area;
  }

  const shown = (text) => el("pre", { className: "gc-code", tabIndex: 0, textContent: text });

  // What a cell printed, and how it ended.
  function output() {
    const printed = el("pre", { className: "gc-printed", tabIndex: 0, hidden: true });
    const verdict = el("p", { className: "gc-verdict", role: "status" });
    return {
      parts: [printed, verdict],
      say: function (text, ended = "", state = "") {
        printed.textContent = text.length > MOST ? `${text.slice(0, MOST)}\n… and more` : text;
        printed.hidden = !text;
        verdict.textContent = ended;
        verdict.dataset.state = state;
      },
    };
  }

  const OPEN = ["Not answered yet: a gap is left.", "open"];
  const isGap = (error) => error !== null && error[0] === "NotImplementedError";

  // How a check ended, as `gcbook check` has it.
  function judged(error) {
    if (!error) return ["Passed.", "passed"];
    if (isGap(error)) return OPEN;
    const why = error[0] === "AssertionError" ? error[1] : `${error[0]}: ${error[1]}`;
    return [`Not yet${why ? `: ${why}` : "; see above"}.`, "failed"];
  }

  // ---------------------------------------------------------------- a notebook

  function open(name, { notebook, prose, files }, bytes) {
    const kept = store(name), cells = [], buttons = [], fields = new Map();
    const told = el("p", { className: "gc-small", role: "status" });
    const passed = el("span", { className: "gc-small" });
    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    let python = null, stopping = null;

    function quit() {
      if (python) python.then(({ end }) => end("stopped"), () => {});
      python = null;
      for (const cell of cells) cell.ran = null;
    }

    function counted() {
      const checks = cells.filter((cell) => cell.kind === "check");
      const well = checks.filter((cell) => cell.passed).length;
      passed.textContent = `${well} of ${checks.length} passed`;
    }

    // What a cell said, and what its check said of it, is of the text that it had.
    function forget(cell) {
      for (const each of cells) {
        if (each !== cell && !(each.kind === "check" && each.number === cell.number)) continue;
        each.output.say("");
        each.passed = false;
      }
      counted();
    }

    async function runCell(cell) {
      const code = cell.code();
      const { printed, error } = await (await python).run(code, cell.title);
      Object.assign(cell, { ran: code, error: error });
      // A gap's error says nothing that its reader does not know.
      cell.output.say(printed + (error && !isGap(error) ? error[2] : ""));
    }

    async function work(wanted) {
      const above = cells.slice(0, cells.indexOf(wanted)).filter((cell) => cell.kind !== "check");
      for (const cell of above) {
        if (cell.ran !== cell.code()) await runCell(cell);
      }
      const answer = above.find((cell) => cell.kind === "answer" && cell.number === wanted.number);
      if (answer && answer.error) {
        wanted.output.say("", ...judged(answer.error));
        return;
      }
      await runCell(wanted);
      if (wanted.kind !== "check") {
        const silent = wanted.output.parts[0].hidden;
        if (silent) wanted.output.say("", ...(isGap(wanted.error) ? OPEN : ["Ran without an error."]));
        return;
      }
      const broken = above.find((cell) => cell.kind === "answer" && cell.error && !isGap(cell.error));
      const verdict = wanted.error && broken
        ? [`Not yet: ${broken.title} does not run; mend it first.`, "failed"] : judged(wanted.error);
      wanted.output.say(wanted.output.parts[0].textContent, ...verdict);
      wanted.passed = !wanted.error;
    }

    // Runs a cell, and before it what it needs. Buttons stay where the focus is, and do nothing.
    async function run(wanted) {
      if (stopping) return;
      const halted = new Promise((_, reject) => { stopping = () => reject(new Error("stopped")); });
      for (const each of buttons) each.setAttribute("aria-disabled", "true");
      stop.setAttribute("aria-disabled", "false");
      forget(wanted);
      told.textContent = python ? "Running …" : `Loading Python, ${size} …`;
      python = python || window.gcbookPython(FOLDER, files);
      try {
        await Promise.race([python, halted]);
        told.textContent = "Running …";
        await Promise.race([work(wanted), halted]);
        told.textContent = "Python is ready.";
      } catch (error) {
        quit();
        told.textContent = error.message === "stopped" ? "Stopped. The next run restarts Python."
          : `Python ended: ${error.message}. The next run restarts it.`;
      }
      stopping = null;
      counted();
      for (const each of buttons) each.setAttribute("aria-disabled", "false");
      stop.setAttribute("aria-disabled", "true");
    }

    function add(kind, number, title, code) {
      const made = output(), cell = { kind: kind, number: number, title: title, code: code, output: made };
      cells.push(Object.assign(cell, { ran: null, error: null, passed: false }));
      return cell;
    }

    function runs(text, cell) {
      const made = button(text, () => run(cell));
      buttons.push(made);
      return made;
    }

    function written(id, label, text, code, changed = () => {}) {
      const area = field(label, kept.text(id) ?? text, code, function (now) {
        kept.keep(id, now);
        changed();
      });
      fields.set(id, area);
      return area;
    }

    // A cell that the reader writes; what was written on an earlier visit comes first.
    let bench = null;
    function editable(id, kind, number, title, text) {
      const area = written(id, title[0].toUpperCase() + title.slice(1), text, true, () => forget(cell));
      const cell = add(kind, number, title, () => area.value);
      area.addEventListener("keydown", function (event) {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey || event.shiftKey)) run(cell);
      });
      bench = row(runs(`Run ${title}`, cell));
      return [area, bench, ...cell.output.parts];
    }

    function drawn(cell) {
      if (cell.cell_type === "markdown") {
        const text = el("div");
        text.innerHTML = prose[cell.id];
        return [text];
      }
      const [kind, number] = (cell.metadata.tags || [""])[0].split("-");
      if (kind === "answer") return editable(cell.id, kind, number, `answer ${number}`, cell.source);
      const made = add(kind, number, kind ? `check ${number}` : "data", () => cell.source);
      const { parts } = made.output;
      if (!kind) return [shown(cell.source), row(runs("Load the data", made)), ...parts];
      bench.append(runs(`Check answer ${number}`, made));
      const tests = el("summary", { textContent: `What check ${number} tests` });
      return [...parts, el("details", {}, tests, shown(cell.source))];
    }

    // The notebook with what was written in it.
    function finished() {
      const made = structuredClone(notebook), value = (id) => fields.get(id).value;
      for (const cell of made.cells) {
        if (fields.has(cell.id)) cell.source = value(cell.id);
      }
      const code = { outputs: [], execution_count: null };
      for (const [id, cell] of [["notes", { cell_type: "markdown" }], ["own", { cell_type: "code", ...code }]]) {
        if (value(id)) made.cells.push({ ...cell, id: id, metadata: {}, source: value(id) });
      }
      return `${JSON.stringify(made, null, 1)}\n`;
    }

    function save() {
      const who = student.value.trim().replace(/[^\p{L}\p{N}-]+/gu, "-");
      const text = new Blob([finished()], { type: "application/x-ipynb+json" });
      const file = [name, who].filter(Boolean).join("-");
      const link = el("a", { href: URL.createObjectURL(text), download: `${file}.ipynb` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    const stop = button("Stop", () => stopping && stopping());
    stop.setAttribute("aria-disabled", "true");
    const again = button("Start over", function () {
      if (!window.confirm("Delete your answers in this notebook?")) return;
      for (const id of fields.keys()) kept.drop(id);
      show(name, true);
    });
    const bar = el("div", { className: "gc-controls gc-bar" }, stop, told, passed);
    const body = notebook.cells.flatMap(drawn);
    const notes = written("notes", "What you think", "", false);
    // What is tried out at the end may use everything above it.
    const own = editable("own", "own", "", "your code", "");
    const student = el("input", { type: "text", id: "gc-student", maxLength: 40, autocomplete: "off" });
    const label = el("label", { for: "gc-student", textContent: "Your name or number" });
    const parts = [
      bar, ...body, el("p", { className: "gc-small", textContent: "What you think:" }), notes,
      el("h3", { textContent: "Scratchpad" }), ...own,
      el("h3", { textContent: "Hand in" }), row(label, student, button("Save as notebook", save)), row(again),
    ];
    told.textContent = `The first run loads Python, ${size}.`;
    counted();
    return { parts: parts, stop: () => stopping && stopping(), quit: quit };
  }

  // ---------------------------------------------------------------- the page

  let current = null, index = null;

  async function typeset(node) {
    if (!node.textContent.includes("$")) return;
    window.MathJax = window.MathJax || {
      tex: { inlineMath: [["$", "$"]] }, options: { enableMenu: false }, startup: { typeset: false },
    };
    await window.gcbookLoad(`${FOLDER}../vendor/tex-svg.js`);
    await window.MathJax.startup.promise;
    await window.MathJax.typesetPromise([...node.querySelectorAll("p, li")]);
  }

  async function show(name, begins = false) {
    const value = await window.gcbookLoad(`${FOLDER}${name}.js`);
    if (current) {
      current.stop();
      current.quit();
    }
    current = open(name, value, index.bytes);
    const pick = choice("Notebook", Object.entries(index.titles), name, (chosen) => { location.hash = chosen; });
    box.replaceChildren(pick.row, ...current.parts);
    if (begins) {
      box.scrollIntoView();
      pick.row.querySelector("select").focus({ preventScroll: true });
    }
    await typeset(box);
  }

  const wanted = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    return Object.hasOwn(index.titles, name) ? name : Object.keys(index.titles)[0];
  };

  box.addEventListener("keydown", (event) => { if (event.key === "Escape" && current) current.stop(); });
  window.gcbookLoad(`${FOLDER}index.js`).then(function (value) {
    index = value;
    window.addEventListener("hashchange", () => show(wanted(), true));
    return show(wanted());
  }).catch(function (error) {
    box.textContent = `The lab could not be loaded: ${error.message}.`;
  });
})();
