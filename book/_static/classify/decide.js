/* From raw errors to an answer, without the network: gcbook/noise/weightings.py,
   gcbook/scoring/decisions.py and racing.py.

   A draw is { t, errors }, errors[y] the mean square of x - x̂(x_t, y, t) over all elements. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});

  // The draws that count: the first so many, with from < t ≤ to.
  const counted = (draws, rule) =>
    draws.slice(0, rule.draws).filter((draw) => draw.t > rule.from && draw.t <= rule.to);

  // w_t = exp(-k t), the paper's with k = 7.
  const weight = (t, k) => Math.exp(-k * t);

  const least = (values, allowed = () => true) => values.reduce(
    (best, value, at) => (allowed(at) && (best < 0 || value < values[best]) ? at : best), -1);

  // (1/n) Σ w_t e_y of each class, and the class in which it is smallest, -1 if no draw counts.
  function weighed(draws, rule) {
    const used = counted(draws, rule);
    if (!used.length) return { n: 0, answer: -1, means: [] };
    const sums = used[0].errors.map(() => 0);
    for (const { t, errors } of used) errors.forEach((e, y) => { sums[y] += weight(t, rule.k) * e; });
    const means = sums.map((sum) => sum / used.length);
    return { n: used.length, answer: least(means), means: means };
  }

  // The race of Clark & Jaini (2023): after every draw from `rule.least` on, each class is compared
  // with the best one by a paired t-test of their weighted errors,
  //
  //   d_i = w_t (e_y,i - e_b,i),   T = d̄ / (s_d / √n),   n - 1 degrees of freedom,
  //
  // and dropped if the two-sided p is below rule.p. It ends when one class is left.
  //
  // Returns: dropped[y], the draw after which class y went, 0 if it stayed; `after`, for each draw
  // that was run, the means so far (of classes that were left); and the answer.
  function race(draws, rule) {
    const used = counted(draws, rule);
    if (!used.length) return { n: 0, dropped: [], after: [], answer: -1 };
    const classes = used[0].errors.length, every = Array.from({ length: classes }, (_, y) => y);
    const sums = every.map(() => 0), dropped = every.map(() => 0), after = [];
    const total = every.map(() => every.map(() => 0)), squares = every.map(() => every.map(() => 0));
    const alive = () => every.filter((y) => !dropped[y]);
    let answer = -1, n = 0;
    for (const { t, errors } of used) {
      const left = alive();
      n += 1;
      for (const y of left) {
        sums[y] += weight(t, rule.k) * errors[y];
        for (const other of left) {
          const d = weight(t, rule.k) * errors[y] - weight(t, rule.k) * errors[other];
          total[y][other] += d;
          squares[y][other] += d * d;
        }
      }
      const best = least(sums, (y) => !dropped[y]);
      answer = best;
      after.push(sums.map((sum, y) => (dropped[y] ? NaN : sum / n)));
      if (n >= Math.max(2, rule.least)) {
        for (const y of left) {
          if (pairedP(n, total[y][best], squares[y][best]) < rule.p) dropped[y] = n;
        }
        if (alive().length === 1) break;
      }
    }
    return { n: n, dropped: dropped, after: after, answer: answer };
  }

  // Two-sided p of a paired t-test from the sum and the sum of squares of n differences.
  function pairedP(n, total, squares) {
    if (squares === 0) return 1;
    const variance = Math.max(squares - (total * total) / n, 0) / (n - 1);
    const t2 = (total * total) / n / variance;
    return Number.isFinite(t2) ? beta((n - 1) / (n - 1 + t2), (n - 1) / 2, 0.5) : 0;
  }

  // Regularized incomplete beta function I_x(a, b), by its continued fraction (modified Lentz).
  // With x = ν / (ν + t²), a = ν/2 and b = 1/2 it is Student's two-sided p.
  function beta(x, a, b) {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - beta(1 - x, b, a);
    const tiny = 1e-300;
    let c = 1, d = 1 / (1 - ((a + b) * x) / (a + 1)), value = d;
    for (let m = 1; m < 300; m++) {
      const terms = [
        (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m)),
        (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1)),
      ];
      const before = value;
      for (const term of terms) {
        d = 1 / (1 + term * d || tiny);
        c = 1 + term / c || tiny;
        value *= c * d;
      }
      if (Math.abs(value - before) < 1e-15 * Math.abs(value)) break;
    }
    const front = a * Math.log(x) + b * Math.log1p(-x) + logGamma(a + b) - logGamma(a) - logGamma(b);
    return (Math.exp(front) * value) / a;
  }

  // log Γ(x) for x > 0 (Stirling's series after a shift).
  function logGamma(x) {
    let shift = 0;
    for (; x < 10; x++) shift += Math.log(x);
    const y = 1 / (x * x);
    const series = (1 / 12 - y * (1 / 360 - y * (1 / 1260 - y / 1680))) / x;
    return (x - 0.5) * Math.log(x) - x + 0.5 * Math.log(2 * Math.PI) + series - shift;
  }

  Object.assign(gc, { weight: weight, weighed: weighed, race: race, pairedP: pairedP });
})();
