/* Python's random numbers: random.Random(seed), so that a seed gives here what it gives in the library. */

const N = 624, M = 397;

/** The Mersenne Twister of Matsumoto and Nishimura, seeded and read as Python's module `random` does. */
export class PythonRandom {
  /** @param {number} seed a whole number from 0 to 2**32 - 1 */
  constructor(seed) {
    const state = this.state = new Uint32Array(N);
    this.index = N;
    /** @type {number | null} */
    this.spare = null;
    state[0] = 19650218;
    for (let i = 1; i < N; i++) state[i] = Math.imul(1812433253, state[i - 1] ^ (state[i - 1] >>> 30)) + i;
    let i = 1;
    for (let k = 0; k < N; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1664525)) + (seed >>> 0);
      if (++i >= N) { state[0] = state[N - 1]; i = 1; }
    }
    for (let k = 1; k < N; k++) {
      state[i] = (state[i] ^ Math.imul(state[i - 1] ^ (state[i - 1] >>> 30), 1566083941)) - i;
      if (++i >= N) { state[0] = state[N - 1]; i = 1; }
    }
    state[0] = 0x80000000;
  }

  /** 32 random bits. */
  word() {
    const { state } = this;
    if (this.index >= N) {
      for (let k = 0; k < N; k++) {
        const y = (state[k] & 0x80000000) | (state[(k + 1) % N] & 0x7fffffff);
        state[k] = state[(k + M) % N] ^ (y >>> 1) ^ (y & 1 ? 0x9908b0df : 0);
      }
      this.index = 0;
    }
    let y = state[this.index++];
    y ^= y >>> 11;
    y ^= (y << 7) & 0x9d2c5680;
    y ^= (y << 15) & 0xefc60000;
    return (y ^ (y >>> 18)) >>> 0;
  }

  /** From 0 to less than 1. */
  random() {
    const high = this.word() >>> 5, low = this.word() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** @param {number} low @param {number} high */
  uniform(low, high) {
    return low + (high - low) * this.random();
  }

  /** @param {number} mean @param {number} deviation */
  gauss(mean, deviation) {
    let z = this.spare;
    this.spare = null;
    if (z === null) {
      const angle = this.random() * 2 * Math.PI, radius = Math.sqrt(-2 * Math.log(1 - this.random()));
      z = Math.cos(angle) * radius;
      this.spare = Math.sin(angle) * radius;
    }
    return mean + z * deviation;
  }

  /** A whole number from 0 to less than n. @param {number} n */
  below(n) {
    const bits = 32 - Math.clz32(n);
    let found = n;
    while (found >= n) found = this.word() >>> (32 - bits);
    return found;
  }

  /** The numbers 0 ... n - 1 in random order: random.sample(range(n), n). @param {number} n */
  order(n) {
    const pool = [...Array(n).keys()];
    return pool.map((_, i) => {
      const j = this.below(n - i), chosen = pool[j];
      pool[j] = pool[n - i - 1];
      return chosen;
    });
  }
}
