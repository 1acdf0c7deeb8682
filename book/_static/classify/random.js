/* Chance that is keyed: the same numbers as gcbook/noise/draws.py, on every machine.

   A draw's chance depends on (seed, image, draw, stream) and on nothing else. These are hashed
   (BLAKE2b) into the key of a counter-based generator (Philox 4×64-10), whose 32-bit words become
   normal numbers by the ziggurat: all as NumPy has it. The phases of textures come from PyTorch's
   generator, a Mersenne twister. */
(function () {
  "use strict";

  const gc = (window.gcClassify = window.gcClassify || {});
  const f = Math.fround;
  const MASK = (1n << 64n) - 1n;

  // ---------------------------------------------------------------- BLAKE2b (RFC 7693), no key

  const IV = [
    0x6a09e667f3bcc908n, 0xbb67ae8584caa73bn, 0x3c6ef372fe94f82bn, 0xa54ff53a5f1d36f1n,
    0x510e527fade682d1n, 0x9b05688c2b3e6c1fn, 0x1f83d9abfb41bd6bn, 0x5be0cd19137e2179n,
  ];
  const ORDERS = [
    "0123456789abcdef", "ea489fd61c02b753", "b8c052fdae367194", "7931dcbe265a40f8",
    "905724afe1bc683d", "2c6a0b834d75fe19", "c51fed4a0763928b",
    "db7ec13950f4862a", "6fe9b308c2d714a5", "a2847615fb9e3cd0",
  ].map((order) => Array.from(order, (digit) => parseInt(digit, 16)));
  const MIXED = [
    [0, 4, 8, 12], [1, 5, 9, 13], [2, 6, 10, 14], [3, 7, 11, 15],
    [0, 5, 10, 15], [1, 6, 11, 12], [2, 7, 8, 13], [3, 4, 9, 14],
  ];

  const turned = (x, bits) => ((x >> bits) | (x << (64n - bits))) & MASK;

  function compress(state, block, length, last) {
    const v = state.concat(IV);
    v[12] ^= BigInt(length);
    if (last) v[14] ^= MASK;
    for (let round = 0; round < 12; round++) {
      const order = ORDERS[round % 10];
      MIXED.forEach(function ([a, b, c, d], i) {
        v[a] = (v[a] + v[b] + block[order[2 * i]]) & MASK;
        v[d] = turned(v[d] ^ v[a], 32n);
        v[c] = (v[c] + v[d]) & MASK;
        v[b] = turned(v[b] ^ v[c], 24n);
        v[a] = (v[a] + v[b] + block[order[2 * i + 1]]) & MASK;
        v[d] = turned(v[d] ^ v[a], 16n);
        v[c] = (v[c] + v[d]) & MASK;
        v[b] = turned(v[b] ^ v[c], 63n);
      });
    }
    return state.map((each, i) => each ^ v[i] ^ v[i + 8]);
  }

  // The first 16 bytes of a text's hash, as two 64-bit words, the lower one first.
  function hashed(text) {
    const bytes = new TextEncoder().encode(text);
    const blocks = Math.max(1, Math.ceil(bytes.length / 128));
    const padded = new DataView(new ArrayBuffer(128 * blocks));
    bytes.forEach((byte, i) => padded.setUint8(i, byte));
    let state = IV.slice();
    state[0] ^= 0x01010000n ^ 16n;
    for (let b = 0; b < blocks; b++) {
      const block = Array.from({ length: 16 }, (_, i) => padded.getBigUint64(128 * b + 8 * i, true));
      const last = b === blocks - 1;
      state = compress(state, block, last ? bytes.length : 128 * (b + 1), last);
    }
    return [state[0], state[1]];
  }

  // ---------------------------------------------------------------- Philox 4×64-10

  function philox(counter, key) {
    let [a, b, c, d] = [counter, 0n, 0n, 0n];
    let [k, l] = key;
    for (let round = 0; round < 10; round++) {
      const first = a * 0xd2e7470ee14c6c93n, second = c * 0xca5a826395121157n;
      [a, b, c, d] = [
        (second >> 64n) ^ b ^ k, second & MASK, (first >> 64n) ^ d ^ l, first & MASK,
      ];
      k = (k + 0x9e3779b97f4a7c15n) & MASK;
      l = (l + 0xbb67ae8584caa73bn) & MASK;
    }
    return [a, b, c, d];
  }

  // A keyed generator: of 64-bit words, doubles in [0, 1), and normal numbers in single precision.
  function keyed(seed, image, draw, stream) {
    const key = hashed([seed, image, draw, stream].join("\0"));
    let counter = 0n, words = [], rest = null;

    function word() {
      if (!words.length) words = philox(++counter, key);
      return words.shift();
    }
    function half() {
      if (rest !== null) {
        const kept = rest;
        rest = null;
        return kept;
      }
      const both = word();
      rest = Number(both >> 32n);
      return Number(both & 0xffffffffn);
    }
    const uniform = () => Number(word() >> 11n) / 2 ** 53;
    const single = () => (half() >>> 8) / 2 ** 24;
    return { uniform: uniform, normal: () => normal(half, single) };
  }

  // ---------------------------------------------------------------- ziggurat (Marsaglia & Tsang)

  // 256 layers of equal area under exp(-x²/2): their right ends, heights, and the share of each
  // that lies under the curve for certain.
  const R = 3.6541528853610088, AREA = 0.004928673233974655;
  const ends = new Float32Array(256), heights = new Float32Array(256), sure = new Uint32Array(256);
  (function () {
    const bits = 2 ** 23, density = (x) => Math.exp(-0.5 * x * x);
    let x = R, before = R;
    ends[0] = AREA / density(R) / bits;
    sure[0] = Math.round((R / (AREA / density(R))) * bits);
    ends[255] = R / bits;
    heights[0] = 1;
    heights[255] = density(R);
    for (let i = 254; i > 0; i--) {
      x = Math.sqrt(-2 * Math.log(AREA / x + density(x)));
      sure[i + 1] = Math.round((x / before) * bits);
      before = x;
      heights[i] = density(x);
      ends[i] = x / bits;
    }
    sure[1] = 0;
  })();

  function normal(half, single) {
    for (;;) {
      const word = half(), layer = word & 255, place = (word >>> 9) & 0x7fffff;
      const x = f(place * ends[layer]) * ((word >>> 8) & 1 ? -1 : 1);
      if (place < sure[layer]) return x;
      if (layer === 0) {
        for (;;) {
          const over = f(-f(1 / R) * f(Math.log1p(-single()))), y = -f(Math.log1p(-single()));
          if (y + y > over * over) return (place >>> 8) & 1 ? -f(f(R) + over) : f(f(R) + over);
        }
      }
      const height = f(f(f(heights[layer - 1] - heights[layer]) * single()) + heights[layer]);
      if (height < Math.exp(-0.5 * x * x)) return x;
    }
  }

  // Standard normal noise of an image's draw, `count` numbers in single precision.
  function noise(seed, image, draw, count, stream = "noise") {
    const source = keyed(seed, image, draw, stream);
    return Float32Array.from({ length: count }, source.normal);
  }

  // The time of an image's draw, uniform in (0, 1].
  const time = (seed, image, draw) => 1 - keyed(seed, image, draw, "t").uniform();

  // ---------------------------------------------------------------- Mersenne twister (PyTorch)

  // Numbers in [0, 1) of 24 bits, as `torch.rand` draws them from a seed.
  function twister(seed) {
    const state = new Uint32Array(624);
    state[0] = seed;
    for (let i = 1; i < 624; i++) {
      state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    }
    let next = 624;
    return function () {
      if (next === 624) {
        for (let i = 0; i < 624; i++) {
          const y = (state[i] & 0x80000000) | (state[(i + 1) % 624] & 0x7fffffff);
          state[i] = state[(i + 397) % 624] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
        }
        next = 0;
      }
      let y = state[next++];
      y ^= y >>> 11;
      y ^= (y << 7) & 0x9d2c5680;
      y ^= (y << 15) & 0xefc60000;
      y ^= y >>> 18;
      return (y & 0xffffff) / 2 ** 24;
    };
  }

  gc.random = { keyed: keyed, noise: noise, time: time, twister: twister };
})();
