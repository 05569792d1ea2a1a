/* The points of micrograd_kr.data: the same count, noise and seed give the same points here and there. */
import { PythonRandom } from "./random.js";

/**
 * @typedef {{ x: number[][], y: number[][] }} Examples
 * @typedef {{ classes: boolean, inputs: number, noise: number, most?: number,
 *             make: (count: number, noise: number, seed: number, classes: number) => Examples }} DataSet
 */

/**
 * `count` points, of each class in turn, each moved a little.
 * @param {(draw: PythonRandom, label: number) => number[]} point
 * @param {number} count @param {number} classes @param {number} noise @param {number} seed
 * @param {(label: number) => number} [named]
 * @returns {Examples}
 */
function drawn(point, count, classes, noise, seed, named = label => label) {
  const draw = new PythonRandom(seed), labels = Array.from({ length: count }, (_, i) => i % classes);
  const x = labels.map(label => point(draw, label).map(number => number + draw.gauss(0, noise)));
  return { x, y: labels.map(label => [named(label)]) };
}

/**
 * `count` pairs of a number in -1 ... 1 and a function of it, which is off a little.
 * @param {(x: number) => number} curve @param {number} count @param {number} noise @param {number} seed
 * @returns {Examples}
 */
function measured(curve, count, noise, seed) {
  const draw = new PythonRandom(seed), x = [], y = [];
  for (let i = 0; i < count; i++) {
    const at = draw.uniform(-1, 1);
    x.push([at]);
    y.push([curve(at) + draw.gauss(0, noise)]);
  }
  return { x, y };
}

/** @type {Record<string, DataSet>} */
export const DATA_SETS = {
  moons: {
    classes: true, inputs: 2, noise: 0.1,
    make: (count, noise, seed) => drawn((draw, label) => {
      const angle = Math.PI * draw.random(), x = Math.cos(angle), y = Math.sin(angle);
      return label ? [1 - x, 0.5 - y] : [x, y];
    }, count, 2, noise, seed),
  },
  circles: {
    classes: true, inputs: 2, noise: 0.1,
    make: (count, noise, seed) => drawn((draw, label) => {
      const angle = 2 * Math.PI * draw.random(), radius = label ? 0.5 : 1;
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }, count, 2, noise, seed),
  },
  spiral: {
    classes: true, inputs: 2, noise: 0.05,
    make: (count, noise, seed, classes) => drawn((draw, label) => {
      const radius = draw.random(), angle = 2 * Math.PI * (0.75 * radius + label / classes);
      return [radius * Math.cos(angle), radius * Math.sin(angle)];
    }, count, classes, noise, seed),
  },
  xor: {
    classes: true, inputs: 2, noise: 0.1,
    make: (count, noise, seed) => drawn((_, corner) => [corner >> 1, corner & 1], count, 4, noise, seed, corner => +(corner === 1 || corner === 2)),
  },
  gaussians: {
    classes: true, inputs: 2, noise: 0.5,
    make: (count, noise, seed, classes) => drawn((_, label) => {
      const angle = 2 * Math.PI * label / classes;
      return [Math.cos(angle), Math.sin(angle)];
    }, count, classes, noise, seed),
  },
  line: { classes: false, inputs: 1, noise: 0.1, make: (count, noise, seed) => measured(x => 0.8 * x - 0.2, count, noise, seed) },
  wave: { classes: false, inputs: 1, noise: 0.1, make: (count, noise, seed) => measured(x => Math.sin(4 * x), count, noise, seed) },
};

/**
 * The places of the examples to train on and to test on: micrograd_kr.data.split(..., parts=(1 - share, share)).
 * @param {number} count @param {number} share @param {number} seed
 */
export function split(count, share, seed) {
  const order = new PythonRandom(seed).order(count), exact = count * (1 - share);
  let first = Math.round(exact);
  if (first - exact === 0.5 && first % 2) first--; // half to even, as Python rounds
  return { train: order.slice(0, first), test: order.slice(first) };
}
