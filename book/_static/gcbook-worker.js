/* Work beside a page: compressed files, and a worker that is made of text. A page that was opened
   from a disk may not fetch, so what the worker would fetch it is given. */
(function () {
  "use strict";

  // Bytes that were compressed (gzip) and written in base64.
  window.gcbookUnpacked = async function (text) {
    if (!window.DecompressionStream) {
      throw new Error("expected a browser that can decompress (DecompressionStream), as all main " +
        "ones can since 2023; found one that cannot");
    }
    const binary = atob(text), bytes = new Uint8Array(binary.length);
    for (let i = 0; i < bytes.length; i++) bytes[i] = binary.charCodeAt(i);
    const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  };

  // Runs in the worker: takes one call after another, and answers each.
  function serve(tasks) {
    let last = Promise.resolve();
    self.onmessage = function ({ data }) {
      last = last.then(() => tasks[data.task](data.given)).then(
        (value) => self.postMessage({ number: data.number, value: value }),
        (error) => self.postMessage({ number: data.number, error: String(error.message || error) }));
    };
  }

  // A worker of scripts, and of a function whose tasks it then does: `call` gives what a task
  // returns, or its error; `end` ends it, whatever it is doing.
  window.gcbookWorker = function (scripts, host) {
    const parts = [...scripts.flatMap((script) => [script, "\n"]), `(${serve})((${host})());`];
    const url = URL.createObjectURL(new Blob(parts, { type: "text/javascript" }));
    const worker = new Worker(url), waiting = new Map();
    let calls = 0, ended = "";
    function end(why) {
      ended = why;
      worker.terminate();
      URL.revokeObjectURL(url);
      for (const { reject } of waiting.values()) reject(new Error(why));
      waiting.clear();
    }
    function call(task, given) {
      return new Promise(function (resolve, reject) {
        if (ended) throw new Error(ended);
        waiting.set(++calls, { resolve: resolve, reject: reject });
        worker.postMessage({ number: calls, task: task, given: given });
      });
    }
    worker.onmessage = function ({ data: { number, value, error } }) {
      const asked = waiting.get(number);
      waiting.delete(number);
      if (error === undefined) asked.resolve(value);
      else asked.reject(new Error(error));
    };
    worker.onerror = (event) => end(event.message || "the worker could not be started");
    return { call: call, end: end };
  };
})();
