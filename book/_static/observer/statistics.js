/* The numbers of the results, as `gcbook.stats` has them (metrics, agreement, jeffreys).

   A trial here is { image: { shape, texture }, response }; the shape is the category that counts as
   right, and the texture "" where the image has none. */
(function (observer) {
  "use strict";

  // ---- shares, with gcbook.stats.metrics ----

  // 0 / 0 is undefined, not 0.
  const share = (part, whole) => (whole ? part / whole : NaN);

  const isRight = (trial) => trial.response === trial.image.shape;

  function accuracy(trials) {
    return share(trials.filter(isRight).length, trials.length);
  }

  //   shape bias = S / (S + T)
  // with S and T the numbers of answers to cue conflicts that name the shape and the texture.
  function cueMetrics(trials) {
    const conflicts = trials.filter((t) => t.image.texture && t.image.texture !== t.image.shape);
    const shape = conflicts.filter(isRight).length;
    const texture = conflicts.filter((t) => t.response === t.image.texture).length;
    const n = conflicts.length;
    return {
      n, shape, texture,
      shapeAccuracy: share(shape, n),
      textureAccuracy: share(texture, n),
      shapeBias: share(shape, shape + texture),
    };
  }

  // ---- the interval, with gcbook.stats.jeffreys ----

  // log Gamma(x), x > 0: Lanczos' series with g = 7 and nine terms, to about 15 digits.
  const LANCZOS = [
    0.99999999999980993, 676.5203681218851, -1259.1392167224028, 771.32342877765313,
    -176.61502916214059, 12.507343278686905, -0.13857109526572012, 9.9843695780195716e-6,
    1.5056327351493116e-7,
  ];
  function logGamma(x) {
    const t = x + 6.5;
    const sum = LANCZOS.slice(1).reduce((s, c, i) => s + c / (x + i), LANCZOS[0]);
    return 0.5 * Math.log(2 * Math.PI) + (x - 0.5) * Math.log(t) - t + Math.log(sum);
  }

  // The distribution function of Beta(a, b) at x: the continued fraction of the incomplete beta
  // function, from its far end to its near one, on the side where it converges fast.
  function betaBelow(x, a, b) {
    if (x <= 0 || x >= 1) return x <= 0 ? 0 : 1;
    if (x > (a + 1) / (a + b + 2)) return 1 - betaBelow(1 - x, b, a);
    let fraction = 1;
    for (let m = 300; m >= 0; m -= 1) {
      const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
      const even = ((m + 1) * (b - m - 1) * x) / ((a + 2 * m + 1) * (a + 2 * m + 2));
      fraction = 1 + odd / (1 + even / fraction);
    }
    const scale = logGamma(a + b) - logGamma(a) - logGamma(b) + a * Math.log(x) + b * Math.log1p(-x);
    return Math.exp(scale) / (a * fraction);
  }

  // Where Beta(a, b) has a share below: halve the interval until it is as narrow as a double.
  function betaQuantile(below, a, b) {
    let low = 0, high = 1;
    for (let i = 0; i < 60; i += 1) {
      const middle = (low + high) / 2;
      if (betaBelow(middle, a, b) < below) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  }

  // Jeffreys' interval: the central part of Beta(S + 1/2, n - S + 1/2).
  function jeffreys(successes, n, confidence) {
    if (!n) return [NaN, NaN];
    const a = successes + 0.5, b = n - successes + 0.5, tail = (1 - confidence) / 2;
    return [
      successes === 0 ? 0 : betaQuantile(tail, a, b),
      successes === n ? 1 : betaQuantile(1 - tail, a, b),
    ];
  }

  // Where Student's t with some degrees of freedom has its central part: t^2 = df (1 - x) / x, and x
  // is distributed as Beta(df / 2, 1 / 2).
  function studentQuantile(confidence, df) {
    const x = betaQuantile(1 - confidence, df / 2, 0.5);
    return Math.sqrt((df * (1 - x)) / x);
  }

  // ---- error consistency, with gcbook.stats.agreement ----

  //   kappa = (c_obs - c_exp) / (1 - c_exp)
  // of two lists that say, image by image, who was right; NaN where c_exp is 1.
  function kappa(rightA, rightB) {
    const n = rightA.length;
    const count = (list) => list.filter(Boolean).length;
    const same = rightA.filter((right, i) => right === rightB[i]).length;
    const a = share(count(rightA), n), b = share(count(rightB), n);
    const expected = a * b + (1 - a) * (1 - b);
    return share(share(same, n) - expected, 1 - expected);
  }

  // Of two observers on the images that both saw. An observer is a Map: image → trial.
  function pairKappa(one, other) {
    const both = Array.from(one.keys()).filter((image) => other.has(image));
    const right = (trials) => both.map((image) => isRight(trials.get(image)));
    return kappa(right(one), right(other));
  }

  // Every pair of one list with another, or of a list with itself.
  function pairKappas(ones, others) {
    return others
      ? ones.flatMap((one) => others.map((other) => pairKappa(one, other)))
      : ones.flatMap((one, i) => ones.slice(i + 1).map((other) => pairKappa(one, other)));
  }

  // ---- over observers; what is undefined is left out ----

  const defined = (values) => values.filter((value) => !Number.isNaN(value));

  function mean(values) {
    const known = defined(values);
    return share(known.reduce((sum, value) => sum + value, 0), known.length);
  }

  // The standard deviation of the observers that these are a sample of.
  function deviation(values) {
    const known = defined(values), centre = mean(known);
    const squares = known.reduce((sum, value) => sum + (value - centre) ** 2, 0);
    return known.length > 1 ? Math.sqrt(squares / (known.length - 1)) : NaN;
  }

  // The mean over observers, who are a sample, with its interval; that of the images is not in it.
  function meanWithInterval(values, confidence) {
    const known = defined(values), centre = mean(known);
    const half = studentQuantile(confidence, known.length - 1) * deviation(known) / Math.sqrt(known.length);
    return { mean: centre, low: Math.max(0, centre - half), high: Math.min(1, centre + half) };
  }

  // Welch's interval of the difference of two means.
  function difference(ones, others, confidence) {
    const [a, b] = [ones, others].map(function (values) {
      const known = defined(values);
      return { mean: mean(known), error: deviation(known) ** 2 / known.length, df: known.length - 1 };
    });
    const error = a.error + b.error;
    const df = error ** 2 / (a.error ** 2 / a.df + b.error ** 2 / b.df);
    const half = studentQuantile(confidence, df) * Math.sqrt(error);
    const value = a.mean - b.mean;
    return { value, low: Math.max(-1, value - half), high: Math.min(1, value + half) };
  }

  // The spread that chance alone would make: among those who saw an image its answers are shuffled,
  // so that no observer differs from another, and the standard deviation is taken anew. An observer
  // is a Map: image → [hit, counted], 0 or 1 each, and their value is the share of hits.
  function chanceDeviations(own, random, times) {
    const seen = new Map();
    own.forEach((trials, who) => trials.forEach(function (outcome, image) {
      if (!seen.has(image)) seen.set(image, []);
      seen.get(image).push([who, outcome]);
    }));
    if (!Array.from(seen.values()).some((viewers) => viewers.length > 1)) return [];
    return Array.from({ length: times }, function () {
      const hits = own.map(() => 0), counts = own.map(() => 0);
      for (const viewers of seen.values()) {
        const outcomes = observer.design.shuffled(viewers, random);
        viewers.forEach(function ([who], i) {
          const [hit, counted] = outcomes[i][1];
          hits[who] += hit;
          counts[who] += counted;
        });
      }
      return deviation(hits.map((hit, who) => share(hit, counts[who])));
    });
  }

  // The value below which a share of the values lies.
  function quantile(values, below) {
    const sorted = defined(values).sort((a, b) => a - b);
    return sorted.length ? sorted[Math.min(sorted.length - 1, Math.floor(below * sorted.length))] : NaN;
  }

  observer.statistics = {
    accuracy, chanceDeviations, cueMetrics, defined, deviation, difference, jeffreys, kappa, mean,
    meanWithInterval, pairKappa, pairKappas, quantile, studentQuantile,
  };
})(window.gcObserver = window.gcObserver || {});
