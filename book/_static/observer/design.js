/* Which images are shown, and in which order: by the seed alone, the same on every machine.

   In a round every category is once a shape, and once a texture where there are textures; so sixteen
   trials are one round, drawn by the seed, and a class sees all images of a block. */
(function (observer) {
  "use strict";

  // mulberry32 (Tommy Ettinger, public domain): numbers in [0, 1) from 32 bits of state.
  function generator(seed) {
    let state = seed >>> 0;
    return function () {
      state = (state + 0x6d2b79f5) | 0;
      let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
      mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
      return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
    };
  }

  // Fisher and Yates: every order is equally likely.
  function shuffled(items, random) {
    const order = items.slice();
    for (let last = order.length - 1; last > 0; last -= 1) {
      const other = Math.floor(random() * (last + 1));
      [order[last], order[other]] = [order[other], order[last]];
    }
    return order;
  }

  const partsOf = (pack, block) => pack.parts.filter((part) => part.block === block);

  // All images of a block, each with its part.
  function imagesOf(pack, block) {
    return partsOf(pack, block).flatMap((part) => part.images.map((image) => ({ part, image })));
  }

  function roundsOf(images) {
    return Array.from(new Set(images.map((each) => each.image.round))).filter(Boolean).sort();
  }

  // Round 0 stands for images that only the whole block has.
  function design(pack, block, whole, seed) {
    const random = generator(seed);
    const images = imagesOf(pack, block);
    const rounds = roundsOf(images);
    const round = rounds[Math.floor(random() * rounds.length)];
    return shuffled(whole ? images : images.filter((each) => each.image.round === round), random);
  }

  // Other images, to learn the keys by.
  function practice(pack, seed) {
    return shuffled(pack.practice.map((image) => ({ part: null, image })), generator(seed));
  }

  // How many trials the short and the long version of a block have.
  function lengths(pack, block) {
    return [design(pack, block, false, 0).length, imagesOf(pack, block).length];
  }

  observer.design = { design, generator, imagesOf, lengths, partsOf, practice, shuffled };
})(window.gcObserver = window.gcObserver || {});
