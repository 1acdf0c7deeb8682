/* Images of the miniature world: a silhouette that wears a texture before a ground.

   The same images, to one grey level, as gcbook/miniworld/staging.py and textures.py. All chance is
   keyed by the image's name, SHAPE-TEXTURE-NUMBER. Textures have sharp edges, so a point's place is
   rounded as PyTorch rounds it, in single precision (`f`): else it may fall on the other side. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const f = Math.fround;

  // ---------------------------------------------------------------- what chance decides

  function stageOf(name, world) {
    const source = gc.random.keyed(0, name, 0, "stage");
    const uniform = Array.from({ length: 12 }, source.uniform);
    const between = (bounds, at) => bounds[0] + (bounds[1] - bounds[0]) * uniform[at];
    const difference = between(world.figure_ground, 0);
    const darker = 0.15 + (0.7 - difference) * uniform[1];
    const lumas = [darker + difference, darker];
    const [figure, ground] = uniform[2] < 0.5 ? lumas : lumas.reverse();
    const number = Number(name.split("-").pop()), moved = number > 0;
    const aspect = [Math.log1p(-world.aspect), Math.log1p(world.aspect)];
    const reach = [-2 * world.shift, 2 * world.shift];
    const points = world.resolution * world.supersampling;
    return {
      angle: moved ? between(world.rotation, 7) : 0,
      scale: moved ? between(world.scale, 8) : (world.scale[0] + world.scale[1]) / 2,
      aspect: moved ? Math.exp(between(aspect, 9)) : 1,
      shift: moved ? [between(reach, 10), between(reach, 11)] : [0, 0],
      mirror: moved && world.flip && number % 2 === 0 ? -1 : 1,
      figure: figure,
      ground: ground,
      period: between(world.period, 3),
      tilt: between(world.tilt, 4),
      cloudy: between(world.background_ratio, 5),
      pattern: Math.floor(uniform[6] * 2 ** 32),
      clouds: gc.random.noise(0, name, 0, points * points, "clouds"),
    };
  }

  // ---------------------------------------------------------------- textures

  const part = (u) => f(u - Math.floor(u));
  const wave = (u, duty = 0.5) => (part(u) < f(duty) ? 1 : 0);
  const near = (u) => f(part(u) - 0.5);
  const over = (u, scale) => f(u / f(scale));
  const plus = (a, b) => f(a + f(b));
  const times = (a, b) => f(f(a) * b);
  const square = (a) => f(a * a);
  const length = (a, b) => f(Math.sqrt(plus(square(a), square(b))));

  function lattice(u, v) {
    const side = 1.5, height = 1.5 * Math.sqrt(3), found = [];
    for (const shift of [0, 0.5]) {
      const a = near(plus(over(u, side), shift)), b = times(height, near(plus(over(v, height), shift)));
      found.push(length(times(side, a), b));
      // A lattice point's neighbours to the left and right belong to its own rectangular lattice.
      found.push(length(times(side, f(Math.abs(a) - 1)), b));
    }
    return found.sort((a, b) => a - b);
  }

  // Distances to jittered points, one in each square, the nearest first.
  function jittered(spacing, draw) {
    const side = 16;
    const jitter = Float32Array.from(
      { length: 2 * side * side }, () => f(f(0.15) + f(f(0.7) * f(draw()))));
    const turn = (n) => ((n % side) + side) % side;
    return function (u, v) {
      const a = over(u, spacing), b = over(v, spacing), found = [];
      for (let i = Math.floor(b) - 1; i <= Math.floor(b) + 1; i++) {
        for (let j = Math.floor(a) - 1; j <= Math.floor(a) + 1; j++) {
          const at = turn(i) * side + turn(j);
          found.push(length(f(f(a - j) - jitter[at]), f(f(b - i) - jitter[side * side + at])));
        }
      }
      return found.sort((x, y) => x - y).slice(0, 2).map((x) => times(spacing, x));
    };
  }

  // What each family is at a place in units of its wavelength. Those with random parts draw them
  // once an image; `draw` gives the next number in [0, 1).
  const TEXTURES = {
    stripes: () => (u, v) => wave(v),
    bands: () => (u) => wave(over(u, 2)) + 0.9 * wave(plus(over(u, 2), 0.3), 0.15),
    checker: () => (u, v) => Math.abs(wave(over(u, 1.6)) - wave(over(v, 1.6))),
    dots: () => function (u, v) {
      const shifted = plus(u, 0.5 * wave(over(v, 2)));
      return plus(square(near(shifted)), square(near(v))) < f(0.35 ** 2) ? 1 : 0;
    },
    rings: () => function (u, v) {
      const distance = times(2.4, length(near(over(u, 2.4)), near(over(v, 2.4))));
      return wave(over(distance, 0.75)) * (distance < f(1.2) ? 1 : 0);
    },
    bricks: () => function (u, v) {
      const row = wave(over(v, 2));
      return part(plus(over(u, 1.8), 0.5 * row)) < f(0.16) || part(v) < 0.25 ? 1 : 0;
    },
    zigzag: () => (u, v) => wave(plus(v, times(1.2, Math.abs(near(over(u, 1.8)))))),
    waves: () => (u, v) => wave(
      plus(over(u, 0.9), times(0.4, f(Math.sin(over(times(2 * Math.PI, v), 2.2))))), 0.4),
    grid: () => (u, v) => Math.max(wave(over(u, 1.3), 0.25), wave(over(v, 1.3), 0.25)),
    plaid: () => (u, v) =>
      wave(over(u, 2), 0.6) + wave(over(v, 2), 0.6) + 0.8 * wave(plus(over(u, 2), 0.4), 0.15),
    triangles: () => function (u, v) {
      const across = near(plus(over(u, 1.5), 0.5 * wave(over(v, 3))));
      return Math.abs(across) < f(0.5 * part(over(v, 1.5))) ? 1 : 0;
    },
    crosses: () => function (u, v) {
      const a = Math.abs(near(over(u, 1.7))), b = Math.abs(near(over(v, 1.7)));
      return Math.min(a, b) < f(0.13) && Math.max(a, b) < f(0.38) ? 1 : 0;
    },
    scales: () => function (u, v) {
      const row = Math.floor(over(v, 0.75)), odd = ((row % 2) + 2) % 2;
      const across = times(1.5, near(plus(over(u, 1.5), 0.5 * odd)));
      const distance = length(across, times(0.75, part(over(v, 0.75))));
      return Math.abs(f(distance - f(0.72))) < f(0.17) ? 1 : 0;
    },
    diamonds: () => function (u, v) {
      const a = over(u, 1.5), b = over(v, 2.6);
      return Math.abs(wave(f(a + b)) - wave(f(a - b)));
    },
    dashes: () => function (u, v) {
      const row = wave(over(u, 1.6));
      return wave(over(u, 0.8), 0.45) * wave(plus(over(v, 2), 0.5 * row), 0.6);
    },
    honeycomb: () => function (u, v) {
      const [first, second] = lattice(u, v);
      return Math.abs(f(first - second)) < f(0.22) ? 1 : 0;
    },
    leopard: function (draw) {
      const points = jittered(1.6, draw);
      return (u, v) => (Math.abs(f(points(u, v)[0] - f(0.45))) < f(0.2) ? 1 : 0);
    },
    cells: function (draw) {
      const points = jittered(1.7, draw);
      return function (u, v) {
        const [first, second] = points(u, v);
        return f(second - first) < f(0.3) ? 1 : 0;
      };
    },
    wood: function (draw) {
      const phases = [5, 9].map((period) => ({ period: period, along: draw(), across: draw() }));
      const turn = (x) => f(Math.sin(times(2 * Math.PI, x)));
      return function (u, v) {
        let bend = 0;
        for (const { period, along, across } of phases) {
          bend = plus(bend, times(0.55, turn(plus(over(u, period), along))));
          const both = over(f(u + times(2, v)), period + 2);
          bend = plus(bend, times(0.45, turn(plus(both, across))));
        }
        return wave(plus(times(0.7, v), bend), 0.5);
      };
    },
  };

  // A pattern over the frame, of mean 0 and standard deviation 1.
  function pattern(family, stage, world, size) {
    const draw = gc.random.twister(stage.pattern);
    const shifts = [f(20 * f(draw())), f(20 * f(draw()))];
    const at = TEXTURES[family](draw);
    const tilt = f(f(stage.tilt) * f(Math.PI / 180)), scale = f(f(stage.period) / world.resolution);
    const cos = f(Math.cos(tilt)), sin = f(Math.sin(tilt));
    return standardised(points(size, function (x, y) {
      const u = f(f(f(f(cos * x) + f(sin * y)) / scale) + shifts[0]);
      const v = f(f(f(f(cos * y) - f(sin * x)) / scale) + shifts[1]);
      return at(u, v);
    }));
  }

  // A function of place, from -1/2 to 1/2 across and down the frame, at size × size points.
  function points(size, value) {
    const found = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        found[i * size + j] = value((j + 0.5) / size - 0.5, (i + 0.5) / size - 0.5);
      }
    }
    return found;
  }

  function standardised(values) {
    const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
    const squares = values.reduce((sum, x) => sum + (x - mean) ** 2, 0);
    const sd = Math.max(Math.sqrt(squares / (values.length - 1)), 1e-3);
    return values.map((x) => (x - mean) / sd);
  }

  // ---------------------------------------------------------------- background

  // Noise whose amplitude falls with spatial frequency f as f^-slope: transformed along rows and
  // columns, weighted, and transformed back.
  function clouds(noise, slope, size) {
    const wave = Array.from({ length: size }, (_, n) =>
      [Math.cos((2 * Math.PI * n) / size), Math.sin((2 * Math.PI * n) / size)]);
    function transform(re, im, step, stride, sign) {
      for (let line = 0; line < size; line++) {
        const a = [], b = [];
        for (let k = 0; k < size; k++) {
          let x = 0, y = 0;
          for (let n = 0; n < size; n++) {
            const [cos, sin] = wave[(k * n) % size], at = line * stride + n * step;
            x += re[at] * cos - sign * im[at] * sin;
            y += im[at] * cos + sign * re[at] * sin;
          }
          a.push(x);
          b.push(y);
        }
        for (let k = 0; k < size; k++) {
          re[line * stride + k * step] = a[k];
          im[line * stride + k * step] = b[k];
        }
      }
    }
    const re = Float64Array.from(noise), im = new Float64Array(size * size);
    transform(re, im, 1, size, -1);
    transform(re, im, size, 1, -1);
    for (let i = 0; i < size; i++) {
      for (let j = 0; j < size; j++) {
        const frequency = Math.hypot(Math.min(i, size - i), Math.min(j, size - j)) / size;
        const gain = frequency ? frequency ** -slope : 0;
        re[i * size + j] *= gain;
        im[i * size + j] *= gain;
      }
    }
    transform(re, im, size, 1, 1);
    transform(re, im, 1, size, 1);
    return standardised(re);
  }

  // ---------------------------------------------------------------- the whole

  // Share of each point within the silhouette as it is posed, in [0, 1].
  function posed(silhouette, stage, size) {
    const side = Math.sqrt(silhouette.length), angle = (stage.angle * Math.PI) / 180;
    const cos = Math.cos(angle), sin = Math.sin(angle), root = Math.sqrt(stage.aspect);
    const across = stage.mirror / (stage.scale * root), down = root / stage.scale;
    const inside = (i, j) =>
      (i < 0 || j < 0 || i >= side || j >= side ? 0 : silhouette[i * side + j] / 255);
    return points(size, function (px, py) {
      // From a place in the image, in halves of it, to one in the silhouette's frame.
      const x = 2 * px - stage.shift[0], y = 2 * py - stage.shift[1];
      const column = ((across * (cos * x + sin * y) + 1) * side - 1) / 2;
      const row = ((down * (cos * y - sin * x) + 1) * side - 1) / 2;
      const j = Math.floor(column), i = Math.floor(row), b = column - j, a = row - i;
      return (1 - a) * ((1 - b) * inside(i, j) + b * inside(i, j + 1)) +
        a * ((1 - b) * inside(i + 1, j) + b * inside(i + 1, j + 1));
    });
  }

  // All of an image but texture's contrast: what lies where, at the finer points.
  function scene(silhouette, name, world, categories) {
    const texture = categories.indexOf(name.split("-")[1]);
    if (texture < 0) {
      throw new Error(`scene: expected a name like cat3-dog-0, found ${name}`);
    }
    const size = world.resolution * world.supersampling, stage = stageOf(name, world);
    return {
      stage: stage,
      world: world,
      mask: posed(silhouette, stage, size),
      pattern: pattern(world.textures[texture], stage, world, size),
      clouds: clouds(stage.clouds, world.background_slope, size),
    };
  }

  // The image of a scene: grey levels 0 to 255, resolution × resolution.
  //
  //   luma = m (figure + contrast · h · pattern) + (1 - m) (ground + cloudy · h · clouds)
  //
  // with m the share within the object and h half the difference of figure and ground.
  function compose(scene, contrast) {
    const { stage, world, mask } = scene, n = world.supersampling, size = world.resolution * n;
    const half = Math.abs(stage.figure - stage.ground) / 2;
    const image = new Uint8Array(world.resolution ** 2);
    for (let pixel = 0; pixel < image.length; pixel++) {
      const top = n * Math.floor(pixel / world.resolution), left = n * (pixel % world.resolution);
      let sum = 0;
      for (let i = 0; i < n; i++) {
        for (let j = 0; j < n; j++) {
          const at = (top + i) * size + left + j;
          const front = stage.figure + contrast * half * scene.pattern[at];
          const back = stage.ground + stage.cloudy * half * scene.clouds[at];
          sum += mask[at] * front + (1 - mask[at]) * back;
        }
      }
      image[pixel] = Math.round(255 * Math.min(1, Math.max(0, sum / (n * n))));
    }
    return image;
  }

  // ---------------------------------------------------------------- outlines

  // A silhouette of closed curves: what an odd number of them surrounds is inside. Like the
  // collection's, it is centred, and its longer side covers 60 of 64 pixels. Curves are lists of
  // [x, y], in any unit; null if they surround nothing.
  function filled(curves, side = 64, longest = 60, finer = 4) {
    const all = curves.flat(), low = [0, 1].map((k) => Math.min(...all.map((p) => p[k])));
    const high = [0, 1].map((k) => Math.max(...all.map((p) => p[k])));
    const extent = Math.max(high[0] - low[0], high[1] - low[1]);
    if (!all.length || !(extent > 0)) return null;
    const moved = curves.map((curve) => curve.map((p) => p.map((value, k) =>
      finer * ((value - (low[k] + high[k]) / 2) * (longest / extent) + side / 2))));
    const counts = new Uint16Array(side * side);
    for (let row = 0; row < side * finer; row++) {
      const crossings = [];
      for (const curve of moved) {
        curve.forEach(function ([x, y], i) {
          const [x2, y2] = curve[(i + 1) % curve.length];
          if (y <= row + 0.5 !== y2 <= row + 0.5) {
            crossings.push(x + ((row + 0.5 - y) / (y2 - y)) * (x2 - x));
          }
        });
      }
      crossings.sort((a, b) => a - b);
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const end = Math.min(side * finer, Math.round(crossings[i + 1]));
        for (let x = Math.max(0, Math.round(crossings[i])); x < end; x++) {
          counts[Math.floor(row / finer) * side + Math.floor(x / finer)]++;
        }
      }
    }
    const mask = Uint8Array.from(counts, (count) => Math.round((255 * count) / finer ** 2));
    return mask.some((value) => value > 127) ? mask : null;
  }

  Object.assign(gc, { scene: scene, compose: compose, filled: filled });
})();
