/* The page "The lab in your browser": a notebook's cells, run by Python beside the page (python.js).

   What runs is the notebook that `gcbook course` writes, with its checks. What stands above a cell
   and was changed or never run is run first. */
(function () {
  "use strict";

  const { el, button, row, choice } = window.gcClassify;
  const box = document.querySelector("[data-python]"), FOLDER = box.dataset.python;
  const MOST = 20000;

  // ---------------------------------------------------------------- what is kept

  const keyOf = (name) => `gcbook-lab-${name}`;

  // Answers by cell; a browser may keep nothing, or give back anything.
  function restored(name) {
    try {
      const kept = JSON.parse(localStorage.getItem(keyOf(name)));
      return Object.fromEntries(Object.entries(kept).filter(([, text]) => typeof text === "string"));
    } catch {
      return {};
    }
  }

  function keep(name, answers) {
    try {
      localStorage.setItem(keyOf(name), JSON.stringify(answers));
    } catch { /* The notebook can still be saved. */ }
  }

  // ---------------------------------------------------------------- a cell

  // Code that can be changed: a new line begins where the one above did.
  function editor(name, text, changed) {
    const area = el("textarea", {
      className: "gc-code", value: text, spellcheck: false, wrap: "off",
      "aria-label": name, autocapitalize: "off", autocomplete: "off",
    });
    const fit = () => { area.rows = Math.max(3, area.value.split("\n").length + 1); };
    area.addEventListener("input", function () {
      fit();
      changed();
    });
    area.addEventListener("keydown", function (event) {
      if (event.key !== "Enter" || event.ctrlKey || event.metaKey || event.isComposing) return;
      event.preventDefault();
      const line = area.value.slice(0, area.selectionStart).split("\n").pop();
      const deeper = /:\s*$/.test(line) ? "    " : "";
      document.execCommand("insertText", false, "\n" + line.match(/^ */)[0] + deeper);
    });
    fit();
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

  // ---------------------------------------------------------------- a notebook

  const OPEN = ["Open: the gap is still there.", "open"];
  const isGap = (error) => error !== null && error[0] === "NotImplementedError";

  // How a check ended, as `gcbook check` has it.
  function judged(answer, check) {
    const error = answer || check;
    if (!check) return ["Passed.", "passed"];
    if (isGap(error) || isGap(check)) return OPEN;
    const why = error[0] === "AssertionError" ? error[1] : `${error[0]}: ${error[1]}`;
    return [`Not yet${why ? `: ${why}` : ", see above"}.`, "failed"];
  }

  function open(name, { notebook, prose, files }, bytes) {
    const answers = restored(name), cells = [], buttons = [];
    const told = el("p", { className: "gc-small", role: "status" });
    let python = null, stopped = null;

    const size = `${(bytes / 1e6).toFixed(1)} MB`;
    const rest = () => { told.textContent = python ? "Python is ready." : `The first run loads Python, ${size}.`; };

    function quit(why) {
      if (python) python.then(({ end }) => end(why), () => {});
      python = null;
      for (const cell of cells) cell.ran = null;
    }

    async function runCell(cell) {
      const code = cell.code();
      const { printed, error } = await (await python).run(code, cell.id);
      Object.assign(cell, { ran: code, error: error });
      // A gap's error says nothing that its reader does not know.
      cell.output.say(printed + (error && !isGap(error) ? error[2] : ""), ...(isGap(error) ? OPEN : []));
    }

    // Runs a cell, and before it what it needs.
    async function run(wanted) {
      for (const each of buttons) each.disabled = true;
      stop.disabled = false;
      let halted = false;
      stopped = () => { halted = true; quit("stopped"); };
      try {
        told.textContent = python ? "Running …" : `Loading Python, ${size} …`;
        python = python || window.gcbookPython(FOLDER, files);
        await python;
        told.textContent = "Running …";
        for (const cell of cells.slice(0, cells.indexOf(wanted))) {
          if (cell.kind !== "check" && cell.ran !== cell.code()) await runCell(cell);
        }
        await runCell(wanted);
        if (wanted.kind === "check") {
          const answer = cells.find((each) => each.kind === "answer" && each.number === wanted.number);
          const printed = wanted.output.parts[0].textContent;
          wanted.output.say(printed, ...judged(answer.error, wanted.error));
        }
        rest();
      } catch (error) {
        quit("ended");
        told.textContent = halted ? "Stopped. The next run starts Python anew."
          : `Python ended: ${error.message}. The next run starts it anew.`;
      }
      for (const each of buttons) each.disabled = false;
      stop.disabled = true;
    }

    function add(id, kind, number, code, output) {
      cells.push({ id: id, kind: kind, number: number, code: code, output: output, ran: null, error: null });
      return cells[cells.length - 1];
    }

    function runs(text, cell) {
      const made = button(text, () => run(cell));
      buttons.push(made);
      return made;
    }

    // A cell that the reader writes; the answers of earlier visits come first.
    let bench = null;
    function written(id, kind, number, label, text, act) {
      const area = editor(label, answers[id] ?? text, function () {
        answers[id] = area.value;
        keep(name, answers);
      });
      const out = output(), cell = add(id, kind, number, () => area.value, out);
      area.addEventListener("keydown", function (event) {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey) && stop.disabled) run(cell);
      });
      bench = row(runs(act, cell));
      return [area, bench, ...out.parts];
    }

    function drawn(cell) {
      if (cell.cell_type === "markdown") {
        const text = el("div");
        text.innerHTML = prose[cell.id];
        return [text];
      }
      const [kind, number] = (cell.metadata.tags || [""])[0].split("-");
      if (kind === "answer") {
        return written(cell.id, kind, number, `Answer ${number}`, cell.source, `Run answer ${number}`);
      }
      const out = output(), made = add(cell.id, kind, number, () => cell.source, out);
      if (kind !== "check") return [shown(cell.source), row(runs("Load the data", made)), ...out.parts];
      bench.append(runs(`Check answer ${number}`, made));
      const asked = el("summary", { textContent: `What check ${number} asks` });
      return [...out.parts, el("details", {}, asked, shown(cell.source))];
    }

    function finished() {
      const made = structuredClone(notebook);
      for (const cell of made.cells) cell.source = answers[cell.id] ?? cell.source;
      if (answers.own) {
        made.cells.push({
          cell_type: "code", id: "own", metadata: {}, source: answers.own, outputs: [], execution_count: null,
        });
      }
      return `${JSON.stringify(made, null, 1)}\n`;
    }

    function save() {
      const text = new Blob([finished()], { type: "application/x-ipynb+json" });
      const link = el("a", { href: URL.createObjectURL(text), download: `${name}.ipynb` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    }

    const stop = button("Stop", () => stopped());
    stop.disabled = true;
    const again = button("Start over", function () {
      if (!window.confirm("Delete your answers to this notebook?")) return;
      keep(name, {});
      quit("started over");
      show(name);
    });
    const bar = el("div", { className: "gc-controls gc-bar" }, stop, told);
    const body = notebook.cells.flatMap(drawn);
    // What is tried out at the end may use everything above it.
    const own = written("own", "own", "", "Code of your own", "", "Run your code");
    rest();
    const last = row(button("Save as notebook", save), again);
    return {
      parts: [bar, ...body, el("h3", { textContent: "Try out" }), ...own, last], quit: () => quit("left"),
    };
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

  async function show(name) {
    const value = await window.gcbookLoad(`${FOLDER}${name}.js`);
    if (current) current.quit();
    current = open(name, value, index.bytes);
    const pick = choice("Notebook", Object.entries(index.titles), name, (chosen) => { location.hash = chosen; });
    box.replaceChildren(pick.row, ...current.parts);
    await typeset(box);
  }

  const wanted = () => {
    const name = decodeURIComponent(location.hash.slice(1));
    return Object.hasOwn(index.titles, name) ? name : Object.keys(index.titles)[0];
  };

  window.gcbookLoad(`${FOLDER}index.js`).then(function (value) {
    index = value;
    window.addEventListener("hashchange", () => show(wanted()));
    return show(wanted());
  }).catch(function (error) {
    box.textContent = `The lab could not be loaded: ${error.message}.`;
  });
})();
