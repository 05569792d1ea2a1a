/* The state of a training and everything that can happen to it; no element of the page is known here. */
import { DATA_SETS, split } from "./datasets.js";
import { layeredNet, recordedNet } from "./nets.js";
import { PythonRandom } from "./random.js";

/** @typedef {import("./nets.js").Net} Net */

/**
 * What the reader sets.
 * @typedef {object} Settings
 * @property {string} data the name of a data set, or "own"
 * @property {number} count how many points
 * @property {number} noise
 * @property {number} test the share of the examples that is kept for the test
 * @property {number} seed
 * @property {number} batch how many examples a step takes; 0 takes all
 * @property {number} rate
 * @property {string} optimizer
 * @property {string} penalty "none", "l1", "l2" or "decay"
 * @property {number} strength of the penalty
 * @property {string} activation of the hidden layers; "own" is the model's
 * @property {number[]} hidden the sizes of the hidden layers
 * @property {string} start how weights start; "own" is where the model was
 */

/** @typedef {{ step: number, train: number, test: number, accuracy: number, gradients: number[] }} Moment */

const LONGEST_HISTORY = 1200;

export class Trainer {
  /* set by restart(), before anything reads them */
  /** @type {Net} */ net = /** @type {any} */ (null);
  /** @type {number[][]} */ x = [];
  /** @type {number[][]} */ y = [];
  /** @type {number[]} the places of the examples to train on */ train = [];
  /** @type {number[]} and of those kept for the test */ test = [];
  isTest = new Uint8Array(0);
  parameters = new Float64Array(0);
  gradient = new Float64Array(0);
  /** @type {Float64Array[]} what the optimizer remembers */ state = [];
  /** @type {string[]} */ activationNames = [];
  /** @type {number[]} the rest of this epoch */ pending = [];
  /** @type {Moment[]} */ history = [];
  /** @type {"" | "exploded"} */ stopped = "";
  steps = 0;
  epoch = 0;

  /**
   * @param {any} rules what Python wrote from the tables
   * @param {any} given what the page was made with
   */
  constructor(rules, given) {
    this.rules = rules;
    this.given = given;
    /** @type {Settings} */
    this.settings = structuredClone(given.settings);
    /** @type {Map<string, { x: number[][], y: number[][] }>} points that the reader has drawn, by data set */
    this.drawn = new Map();
    /** @type {Uint8Array | null} which parameters of the given net stay as they are */
    this.frozen = given.frozen.length ? new Uint8Array(given.parameters.length) : null;
    for (const place of given.frozen) if (this.frozen) this.frozen[place] = 1;
    this.isLayered = given.layers !== null;
    this.classes = given.classes;
    this.targets = given.classes.map((/** @type {number} */ label) => [label]);
    this.restart();
  }

  // --- the start ----------------------------------------------------------------------------------------------------

  /** Everything from the beginning, as it is set now. */
  restart() {
    this.load();
    this.rebuild();
  }

  /** The data sets that this model can be trained on. */
  get dataSets() {
    const { inputs, classes, targets } = this.given;
    const fitting = targets === 1 ? Object.keys(DATA_SETS).filter(name => {
      const set = DATA_SETS[name];
      return set.inputs === inputs && set.classes === (classes.length > 0);
    }) : [];
    return ["own", ...fitting.filter(name => classes.length < 3 || name === "gaussians" || name === "spiral")];
  }

  load() {
    const { settings, given } = this, { own, classes } = given;
    let { x, y } = own;
    if (settings.data === "own") {
      if (settings.noise) {
        const draw = new PythonRandom(settings.seed), off = (/** @type {number[][]} */ rows) => rows.map(row => row.map(number => number + draw.gauss(0, settings.noise)));
        if (classes.length) x = off(x); else y = off(y);
      }
    } else {
      const made = DATA_SETS[settings.data].make(settings.count, settings.noise, settings.seed, classes.length);
      x = made.x;
      y = classes.length ? made.y.map(([label]) => [classes[label]]) : made.y;
    }
    const extra = this.drawn.get(settings.data);
    this.x = extra ? [...x, ...extra.x] : x;
    this.y = extra ? [...y, ...extra.y] : y;
    this.divide();
  }

  divide() {
    const { train, test } = split(this.x.length, this.settings.test, this.settings.seed);
    this.train = train;
    this.test = test;
    this.isTest = new Uint8Array(this.x.length);
    for (const e of test) this.isTest[e] = 1;
    this.pending = [];
  }

  /** Whether the layers are those that the model was given with. */
  get isOwnNet() {
    const { settings, given } = this;
    if (!this.isLayered) return true;
    const sizes = given.layers.slice(0, -1).map((/** @type {any} */ layer) => layer.size);
    return settings.hidden.length === sizes.length && settings.hidden.every((size, l) => size === sizes[l]);
  }

  /** The net as it is set, and its first weights. */
  rebuild() {
    const { rules, given, settings } = this;
    if (this.isLayered) {
      const sizes = [...settings.hidden, given.layers.at(-1).size];
      const layers = sizes.map((size, l) => {
        const isLast = l === sizes.length - 1;
        const own = isLast ? given.layers.at(-1) : given.layers[Math.min(l, given.layers.length - 2)];
        const name = isLast || settings.activation === "own" ? own?.activation ?? "linear" : settings.activation;
        return { size, name, activation: rules.activations[name] };
      });
      this.net = layeredNet(given.inputs, layers, rules.neuron, rules.head);
      this.activationNames = layers.map(layer => layer.name);
    } else {
      this.net = recordedNet(given.parameters.length, given.outputs, rules.program);
      this.activationNames = [];
    }
    this.begin();
  }

  /** The first weights again, and nothing learnt. */
  begin() {
    const { settings, given, net } = this;
    const isOwn = settings.start === "own" && this.isOwnNet;
    this.parameters = isOwn ? Float64Array.from(given.parameters) : this.drawWeights();
    this.gradient = new Float64Array(net.count);
    this.state = Array.from({ length: this.rule.size }, () => new Float64Array(net.count));
    this.steps = 0;
    this.epoch = 0;
    this.pending = [];
    this.stopped = "";
    this.history = [];
    this.note();
  }

  get rule() {
    return this.rules.optimizers[this.settings.optimizer];
  }

  /** Weights as nn.MLP(inputs, [...sizes], initialization=..., seed=...) draws them. */
  drawWeights() {
    const { settings, given, net } = this, source = new PythonRandom(settings.seed);
    const scheme = given.initializations[settings.start === "own" ? given.start : settings.start];
    const found = new Float64Array(net.count);
    /** @param {any} draws @param {number} fanIn @param {number} fanOut */
    const draw = (draws, fanIn, fanOut) => {
      const one = typeof draws === "number" || Array.isArray(draws) ? draws : draws[fanIn] ?? draws[`${fanIn},${fanOut}`];
      if (typeof one === "number") return one;
      return one[0] === "gauss" ? source.gauss(one[1], one[2]) : source.uniform(one[1], one[2]);
    };
    let at = 0;
    for (let l = 1; l < net.sizes.length; l++) {
      const fanIn = net.sizes[l - 1], fanOut = net.sizes[l];
      for (let j = 0; j < fanOut; j++) {
        for (let i = 0; i < fanIn; i++) found[at++] = draw(scheme.weight, fanIn, fanOut);
        found[at++] = draw(scheme.bias, fanIn, fanOut);
      }
    }
    return found;
  }

  // --- steps --------------------------------------------------------------------------------------------------------

  /** The examples of the next step: all, or the next few in this epoch's order, data.batches(..., seed=seed + epoch). */
  nextBatch() {
    const { batch, seed } = this.settings, { train } = this;
    if (!batch || batch >= train.length) {
      this.epoch++;
      return train;
    }
    if (!this.pending.length) {
      this.pending = new PythonRandom(seed + this.epoch).order(train.length).map(place => train[place]);
      this.epoch++;
    }
    return this.pending.splice(0, batch);
  }

  /** The mean loss over these examples, and its gradient, penalties included, in `gradient`. @param {number[]} examples */
  differentiate(examples) {
    const { net, parameters, gradient, x, y, settings } = this, share = 1 / examples.length;
    gradient.fill(0);
    let total = 0;
    for (const e of examples) total += net.gradient(parameters, x[e], y[e], share, gradient);
    const penalty = this.rules.penalties[settings.penalty];
    if (penalty && settings.strength) {
      for (let i = 0; i < gradient.length; i++) gradient[i] += penalty.slope(parameters[i], penalty.forward(parameters[i]), settings.strength);
    }
    return total * share;
  }

  /** One step of the optimizer; false if it could not be taken, and then nothing has moved. */
  step() {
    if (this.stopped || !this.train.length) return false;
    this.differentiate(this.nextBatch());
    const { gradient, parameters, state, settings } = this;
    for (let i = 0; i < gradient.length; i++) {
      if (!Number.isFinite(gradient[i])) {
        this.stopped = "exploded";
        return false;
      }
    }
    const { move, decay } = this.rule, decays = settings.penalty === "decay" && settings.strength && decay;
    const rule = decays ? decay : move, n = this.steps + 1, frozen = this.isOwnNet ? this.frozen : null;
    for (let i = 0; i < parameters.length; i++) if (!frozen?.[i]) rule(parameters, gradient, state, i, n, settings.rate, settings.strength);
    this.steps = n;
    return true;
  }

  /** Take steps, and write down where they lead. @param {number} count */
  run(count) {
    let taken = 0;
    while (taken < count && this.step()) taken++;
    if (taken || this.stopped) this.note();
    return taken;
  }

  // --- what is seen -------------------------------------------------------------------------------------------------

  /** @param {number[]} examples */
  meanLoss(examples) {
    const { net, parameters, x, y } = this;
    let total = 0;
    for (const e of examples) total += net.loss(parameters, x[e], y[e]);
    return total / examples.length;
  }

  /** The loss that an example would have with one of the classes. @param {ArrayLike<number>} x @param {number} place */
  lossWith(x, place) {
    const { net, parameters, targets } = this, { head } = this.rules;
    return head ? head.loss(net.scores, targets[place]) : net.loss(parameters, x, targets[place]);
  }

  /** The class with which the loss is the smallest, as its place among the classes. @param {ArrayLike<number>} x */
  classAt(x) {
    this.net.run(this.parameters, x);
    let best = 0, least = Infinity;
    for (let c = 0; c < this.targets.length; c++) {
      const loss = this.lossWith(x, c);
      if (loss < least) { least = loss; best = c; }
    }
    return best;
  }

  /** How much better the second of two classes fits, in the units of the loss. @param {ArrayLike<number>} x */
  leanAt(x) {
    this.net.run(this.parameters, x);
    return this.lossWith(x, 0) - this.lossWith(x, 1);
  }

  /** @param {number[]} examples */
  accuracyOf(examples) {
    if (this.classes.length < 2 || !examples.length) return NaN;
    let right = 0;
    for (const e of examples) right += +(this.classes[this.classAt(this.x[e])] === this.y[e][0]);
    return right / examples.length;
  }

  /** The length of each layer's part of the gradient; one number for a model without layers. */
  gradientSizes() {
    const { net, gradient } = this, ends = [];
    if (net.sizes.length) for (let l = 0; l < net.sizes.length - 1; l++) ends.push([net.place(l, 0), net.place(l, net.sizes[l + 1])]);
    else ends.push([0, net.count]);
    return ends.map(([from, to]) => Math.hypot(...gradient.subarray(from, to)));
  }

  /** Write down where the training is; the gradients are those of the last step. */
  note() {
    if (this.history.length > LONGEST_HISTORY) {
      this.history = this.history.filter((_, i) => i % 2 === 0);
    }
    if (!this.steps && this.train.length) this.differentiate(this.train);
    const moment = {
      step: this.steps, train: this.meanLoss(this.train), test: this.test.length ? this.meanLoss(this.test) : NaN,
      accuracy: this.accuracyOf(this.test.length ? this.test : this.train), gradients: this.gradientSizes(),
    };
    const last = this.history.at(-1);
    if (last && last.step === moment.step) this.history.pop();
    this.history.push(moment);
    return moment;
  }

  /** @returns {Moment} */
  get now() {
    return this.history[this.history.length - 1];
  }

  // --- what the reader does -----------------------------------------------------------------------------------------

  /** Change one setting; what it does not touch goes on. @param {Partial<Settings>} changes */
  set(changes) {
    const { settings } = this, before = { ...settings };
    Object.assign(settings, changes);
    if (settings.hidden.length && settings.activation === "own" && this.given.layers?.length < 2) settings.activation = "tanh";
    const differs = (/** @type {(keyof Settings)[]} */ ...keys) => keys.some(key => JSON.stringify(before[key]) !== JSON.stringify(settings[key]));
    if (differs("data") && !("noise" in changes)) settings.noise = settings.data === "own" ? 0 : DATA_SETS[settings.data].noise;
    if (differs("data", "count", "noise", "test", "seed")) this.load();
    if (differs("hidden", "activation")) this.rebuild();
    else if (differs("data", "count", "noise", "test", "seed", "start")) this.begin();
    else if (differs("optimizer")) {
      this.state = Array.from({ length: this.rule.size }, () => new Float64Array(this.net.count));
      this.stopped = "";
    } else if (differs("rate", "penalty", "strength", "batch")) this.stopped = "";
  }

  /** Everything as the page was made. */
  reset() {
    this.drawn.clear();
    this.settings = structuredClone(this.given.settings);
    this.restart();
  }

  /** A point of the reader's own joins the examples to train on. @param {number[]} x @param {number[]} y */
  add(x, y) {
    const own = this.drawn.get(this.settings.data) ?? { x: [], y: [] };
    own.x.push(x);
    own.y.push(y);
    this.drawn.set(this.settings.data, own);
    this.x = [...this.x, x];
    this.y = [...this.y, y];
    this.train = [...this.train, this.x.length - 1];
    this.isTest = Uint8Array.from([...this.isTest, 0]);
    this.note();
  }

  /** Only the points that the reader draws are left. */
  clear() {
    this.x = [];
    this.y = [];
    this.train = [];
    this.test = [];
    this.isTest = new Uint8Array(0);
    this.pending = [];
    this.drawn.delete(this.settings.data);
  }

  /** A parameter gets another number, by hand. @param {number} place @param {number} number */
  put(place, number) {
    this.parameters[place] = number;
    this.stopped = "";
    this.note();
  }
}
