/* Python beside a page: CPython, compiled by Pyodide, in a worker that never asks for a file. */
(function () {
  "use strict";

  // What runs in the worker, after Pyodide's own text.
  function host() {
    const BASE = "https://python.invalid/";

    // Cells run as in a notebook: in one namespace, and the value of a last expression is printed.
    // A cell that runs again first loses what it had defined, so that no answer of before is judged.
    // An error is told from the first line of a cell on.
    const RUN = `
import builtins, contextlib, io, linecache, traceback
from pyodide.code import eval_code

names, made, cells = {"__name__": "__main__"}, {}, set()

def no_input(prompt=""):
    raise RuntimeError("input() does not work here; assign the value instead")

builtins.input = no_input

def run(code, cell):
    cells.add(cell)
    linecache.cache[cell] = len(code), None, code.splitlines(True), cell
    for name in made.pop(cell, ()):
        names.pop(name, None)
    before = dict(names)
    printed, error = io.StringIO(), None
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            value = eval_code(code, names, filename=cell)
            if value is not None:
                print(repr(value))
        except BaseException as raised:
            if isinstance(raised, ModuleNotFoundError):
                raised.add_note("This page has Python's standard library alone.")
            where = raised.__traceback__
            while where and where.tb_frame.f_code.co_filename not in cells:
                where = where.tb_next
            told = traceback.format_exception(type(raised), raised, where)
            error = [type(raised).__name__, str(raised), "".join(told)]
    made[cell] = [name for name in names if names[name] is not before.get(name, made)]
    return printed.getvalue(), error

run
`;
    let python, run;
    return {
      start: async function ({ files }) {
        // Whatever Pyodide fetches is one of these files.
        self.fetch = async function (asked) {
          const name = String(asked.url || asked).replace(BASE, "");
          if (!(name in files)) return new Response("", { status: 404 });
          const type = name.endsWith(".wasm") ? "application/wasm" : "application/octet-stream";
          return new Response(files[name], { headers: { "Content-Type": type } });
        };
        python = await self.loadPyodide({ indexURL: BASE });
        run = python.runPython(RUN);
      },
      write: ({ name, text }) => python.FS.writeFile(name, text),
      run: function ({ code, cell }) {
        const found = run(code, cell), [printed, error] = found.toJs();
        found.destroy();
        return { printed: printed, error: error || null };
      },
    };
  }

  // The files that Python reads are written beside it.
  window.gcbookPython = async function (folder, files) {
    const packed = await window.gcbookLoad(folder + "python.js");
    const bytes = await Promise.all(Object.values(packed).map(window.gcbookUnpacked));
    const found = Object.fromEntries(Object.keys(packed).map((name, i) => [name, bytes[i]]));
    const scripts = ["pyodide.asm.js", "pyodide.js"].map((name) => found[name]);
    const { call, end } = window.gcbookWorker(scripts, host);
    await call("start", { files: found });
    for (const [name, text] of Object.entries(files)) await call("write", { name: name, text: text });
    return { run: (code, cell) => call("run", { code: code, cell: cell }), end: end };
  };
})();
