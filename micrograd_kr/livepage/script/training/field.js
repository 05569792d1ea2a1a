/* The net seen as functions: what it and each neuron give over a plane of two inputs, or along one. */

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {{ low: number, high: number }} Span */

export const SIDE = 36; // points along each side of the plane
export const LENGTH = 120; // points along a line

/**
 * How far the examples go along an input (or their targets), with room around them.
 * @param {number[][]} rows @param {number} index
 * @returns {Span}
 */
export function span(rows, index) {
  let low = Infinity, high = -Infinity;
  for (const row of rows) {
    if (row[index] < low) low = row[index];
    if (row[index] > high) high = row[index];
  }
  if (!(low <= high)) return { low: -1.5, high: 1.5 };
  const room = (high - low || 1) * 0.15;
  return { low: low - room, high: high + room };
}

export class Field {
  /** @type {Span} */ across = { low: 0, high: 1 };
  /** @type {Span} */ upwards = { low: 0, high: 1 };
  /** @type {number[]} what the inputs are that are not shown */ middle = [];
  size = 0; // how many points the grid has

  /** @param {Trainer} trainer @param {[number, number]} axes the inputs to the right and upwards */
  constructor(trainer, axes) {
    this.trainer = trainer;
    this.axes = axes;
    this.isLine = trainer.given.inputs === 1;
    this.isPlane = !this.isLine && axes[0] >= 0; // else predictions stand beside targets
    /** @type {Float32Array[][]} what each neuron gives, by layer; the inputs are layer 0 */
    this.maps = [];
    /** @type {Float32Array} for two classes: how much more the second one fits; for one number: the number */
    this.lean = new Float32Array(0);
    /** @type {Uint8Array} */
    this.winner = new Uint8Array(0);
    this.measure();
  }

  /** The part of the plane that is shown. */
  measure() {
    const { trainer, axes } = this, [across, upwards] = axes, count = trainer.given.inputs;
    if (this.isLine || this.isPlane) {
      this.across = span(trainer.x, across);
      this.upwards = this.isLine ? span(trainer.y, 0) : span(trainer.x, upwards);
    } else this.across = this.upwards = trainer.classes.length ? { low: -0.5, high: trainer.classes.length - 0.5 } : span(trainer.y, 0);
    if (this.isPlane && trainer.given.inputs === 2) { // one scale for both, so that a circle is one
      const wide = Math.max(this.across.high - this.across.low, this.upwards.high - this.upwards.low);
      const ratio = wide / Math.min(this.across.high - this.across.low, this.upwards.high - this.upwards.low);
      if (ratio < 3) {
        for (const each of [this.across, this.upwards]) {
          const middle = (each.low + each.high) / 2;
          each.low = middle - wide / 2;
          each.high = middle + wide / 2;
        }
      }
    }
    this.middle = Array.from({ length: count }, (_, i) => trainer.x.length ? trainer.x.reduce((sum, row) => sum + row[i], 0) / trainer.x.length : 0);
    this.size = this.isLine ? LENGTH : this.isPlane ? SIDE * SIDE : 0;
    const { sizes } = trainer.net;
    this.maps = sizes.map(size => Array.from({ length: size }, () => new Float32Array(this.size)));
    this.lean = new Float32Array(this.size);
    this.winner = new Uint8Array(this.size);
  }

  /** The example at a place of the grid. @param {number} k @param {number[]} x where it is written */
  point(k, x) {
    const { across, upwards } = this, n = this.isLine ? LENGTH : SIDE;
    x[this.axes[0]] = across.low + (across.high - across.low) * ((k % n) + 0.5) / n;
    if (!this.isLine) x[this.axes[1]] = upwards.high - (upwards.high - upwards.low) * (Math.floor(k / n) + 0.5) / n;
  }

  /** Run the net over the grid, with its weights of now. */
  compute() {
    const { trainer, maps, lean, winner } = this, { net, parameters, classes } = trainer, x = this.middle.slice();
    for (let k = 0; k < this.size; k++) {
      this.point(k, x);
      if (classes.length === 2) lean[k] = trainer.leanAt(x);
      else if (classes.length > 2) winner[k] = trainer.classAt(x);
      else lean[k] = net.run(parameters, x)[0];
      if (!maps.length) continue;
      for (let i = 0; i < maps[0].length; i++) maps[0][i][k] = x[i];
      for (let l = 1; l < maps.length; l++) {
        const out = net.outs[l - 1], layer = maps[l];
        for (let j = 0; j < layer.length; j++) layer[j][k] = out[j];
      }
    }
  }
}
