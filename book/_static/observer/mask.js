/* Pink noise: random phases, and an amplitude that falls as 1 / f.

     mask(x, y) = Re sum over (u, v) of  exp(i (phase_uv + 2 pi (u x + v y) / N)) / f,
     f = sqrt(u^2 + v^2), with u and v from -N/2 to N/2 - 1, and none at f = 0

   which is one Fourier transform of N x N numbers. Its mean is mid grey, and its contrast full: two
   standard deviations reach black and white, and what is beyond is cut. */
(function (observer) {
  "use strict";

  const SIDE = 256;
  const SPAN = 2;

  // The transform of `length` complex numbers, a power of two, in place; they lie `step` apart.
  // Cooley and Tukey: reverse the bits of the places, then join halves.
  function transform(real, imaginary, offset, step, length) {
    for (let i = 1, j = 0; i < length; i += 1) {
      let bit = length >> 1;
      for (; j & bit; bit >>= 1) j ^= bit;
      j ^= bit;
      if (i < j) {
        const a = offset + i * step, b = offset + j * step;
        [real[a], real[b]] = [real[b], real[a]];
        [imaginary[a], imaginary[b]] = [imaginary[b], imaginary[a]];
      }
    }
    for (let size = 2; size <= length; size *= 2) {
      for (let k = 0; k < size / 2; k += 1) {
        const angle = (2 * Math.PI * k) / size;
        const c = Math.cos(angle), s = Math.sin(angle);
        for (let start = k; start < length; start += size) {
          const a = offset + start * step, b = a + (size / 2) * step;
          const re = real[b] * c - imaginary[b] * s, im = real[b] * s + imaginary[b] * c;
          real[b] = real[a] - re;
          imaginary[b] = imaginary[a] - im;
          real[a] += re;
          imaginary[a] += im;
        }
      }
    }
  }

  // SIDE x SIDE values, from a generator of numbers in [0, 1).
  function pinkNoise(random) {
    const real = new Float64Array(SIDE * SIDE), imaginary = new Float64Array(SIDE * SIDE);
    const signed = (place) => (place < SIDE / 2 ? place : place - SIDE);
    for (let v = 0; v < SIDE; v += 1) {
      for (let u = 0; u < SIDE; u += 1) {
        const f = Math.hypot(signed(u), signed(v));
        const phase = 2 * Math.PI * random();
        real[v * SIDE + u] = f ? Math.cos(phase) / f : 0;
        imaginary[v * SIDE + u] = f ? Math.sin(phase) / f : 0;
      }
    }
    for (let row = 0; row < SIDE; row += 1) transform(real, imaginary, row * SIDE, 1, SIDE);
    for (let column = 0; column < SIDE; column += 1) transform(real, imaginary, column, SIDE, SIDE);
    return real;
  }

  // The mask as grey pixels, side x side of it.
  function mask(random, side) {
    const noise = pinkNoise(random);
    const deviation = Math.sqrt(noise.reduce((sum, value) => sum + value * value, 0) / noise.length);
    const pixels = new ImageData(side, side);
    for (let y = 0; y < side; y += 1) {
      for (let x = 0; x < side; x += 1) {
        const grey = 127.5 * (1 + noise[y * SIDE + x] / (SPAN * deviation));
        // A clamped array: what is below 0 or above 255 is cut.
        pixels.data.set([grey, grey, grey, 255], 4 * (y * side + x));
      }
    }
    return pixels;
  }

  observer.mask = { SIDE, mask, pinkNoise };
})(window.gcObserver = window.gcObserver || {});
