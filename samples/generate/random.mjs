// A small seeded random number generator, so that every run of a generator writes the same bytes.

/** Returns helpers around one stream of numbers (the mulberry32 sequence of `seed`). */
export function randomFrom(seed) {
  let state = seed >>> 0
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
  const random = {
    next,
    /** A number in [low, high). */
    between: (low, high) => low + (high - low) * next(),
    /** A whole number from low to high, both included. */
    whole: (low, high) => low + Math.floor(next() * (high - low + 1)),
    chance: (probability) => next() < probability,
    pick: (list) => list[Math.floor(next() * list.length)],
    /** A shuffled copy. */
    shuffle(list) {
      const copy = [...list]
      for (let i = copy.length - 1; i > 0; i--) {
        const j = Math.floor(next() * (i + 1))
        ;[copy[i], copy[j]] = [copy[j], copy[i]]
      }
      return copy
    },
    /** Draws without repetition until all were drawn, then starts again. */
    deck(list) {
      let rest = []
      return () => {
        if (rest.length === 0) rest = random.shuffle(list)
        return rest.pop()
      }
    },
    /** A region id in the form that the editor makes: ten letters and digits. */
    id: () => Array.from({ length: 10 }, () => random.pick([...'abcdefghijklmnopqrstuvwxyz0123456789'])).join(''),
  }
  return random
}
