/* Presentation by frames: what is drawn in a frame stays until a later frame draws something else.

   A browser calls back once a frame with the time of that frame. A picture that is to last d ms is
   taken away in the frame nearest to its onset + d; what it lasted is the time between the two
   frames, and is measured, not assumed. The delay from a frame to the glass is unknown, but about
   the same for onset and end. */
(function (observer) {
  "use strict";

  const next = () => new Promise((resolve) => requestAnimationFrame(resolve));

  const median = (values) => {
    const sorted = values.slice().sort((a, b) => a - b);
    const half = sorted.length >> 1;
    return sorted.length % 2 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
  };

  // Milliseconds from frame to frame: the median over some frames.
  async function framePeriod(frames) {
    const times = [];
    for (let i = 0; i <= frames; i += 1) times.push(await next());
    return median(times.slice(1).map((time, i) => time - times[i]));
  }

  // Draw each step for its time, and call `after` in the frame in which the last one ends. The
  // answer says of each step how long it was on, in ms and in frames. `halted` ends it early.
  function present(steps, period, after, halted) {
    return new Promise(function (resolve) {
      const measured = [];
      let onset = 0, frames = 0;
      function frame(time) {
        if (halted()) return resolve(null);
        if (frames) {
          const planned = steps[measured.length].ms;
          if (time - onset < planned - period / 2) {
            frames += 1;
            return requestAnimationFrame(frame);
          }
          measured.push({ ms: time - onset, frames });
        }
        if (measured.length === steps.length) {
          after(time);
          return resolve(measured);
        }
        steps[measured.length].draw();
        onset = time;
        frames = 1;
        return requestAnimationFrame(frame);
      }
      requestAnimationFrame(frame);
    });
  }

  // The shortest, median and longest time of a step.
  function range(times) {
    return { median: median(times), low: Math.min(...times), high: Math.max(...times) };
  }

  const isOff = (pack, ms) => Math.abs(ms - pack.timing.image) > pack.timing.tolerance;

  // A session by the times of its images: how many were off, and what follows. Trials that were off
  // do not count in a class's result; of an "unusable" session, none does.
  function verdict(pack, times) {
    const off = times.filter((ms) => isOff(pack, ms)).length;
    const word = off > pack.mostOff * times.length ? "unusable" : off ? "usable" : "good";
    return { off, word };
  }

  observer.timing = { framePeriod, isOff, median, present, range, verdict };
})(window.gcObserver = window.gcObserver || {});
