/* What is happening, in words: each remark is the key of a message and its pieces. */
import { show } from "../shared/numbers.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {{ key: string, pieces: Record<string, string | number>, grave: boolean }} Remark */

const WINDOW = 40;

/**
 * What a teacher would say to this training now: what goes wrong first, at most three remarks.
 * @param {Trainer} trainer
 * @returns {Remark[]}
 */
export function remarks(trainer) {
  /** @type {Remark[]} */
  const found = [];
  /** @param {string} key @param {Record<string, string | number>} [pieces] */
  const wrong = (key, pieces = {}) => found.push({ key, pieces, grave: true });
  /** @param {string} key @param {Record<string, string | number>} [pieces] */
  const note = (key, pieces = {}) => found.push({ key, pieces, grave: false });
  const { history, settings, net } = trainer, now = trainer.now, first = history[0];
  if (!trainer.x.length) return [{ key: "no_points", pieces: {}, grave: false }];
  const recent = history.slice(-WINDOW), least = Math.min(...history.map(moment => moment.train));
  const rises = recent.filter((moment, i) => i && moment.train > recent[i - 1].train).length;
  if (trainer.stopped) wrong("exploded", { rate: show(settings.rate), step: trainer.steps + 1 });
  else if (now.train > 1.5 * Math.max(first.train, 1e-9) && recent.length > 5) wrong("climbing", { rate: show(settings.rate), first: show(first.train), now: show(now.train) });
  else if (!settings.batch && recent.length >= WINDOW && rises > WINDOW / 4 && now.train > 1.02 * least && now.train > 0.1 * first.train) wrong("jumping", { rate: show(settings.rate) });
  const dead = deadNeurons(trainer);
  for (const [layer, { count, size, isFlat }] of dead.entries()) {
    if (count) wrong(isFlat ? "saturated" : count === size ? "dead_layer" : "dead", { layer: layer + 1, count, size });
  }
  if (isTwin(trainer)) wrong("twins");
  const sizes = now.gradients;
  if (sizes.length > 2 && sizes[0] > 0 && sizes[0] < sizes[sizes.length - 1] / 300 && now.train > 0.02 * first.train) wrong("vanishing", { first: show(sizes[0]), last: show(sizes[sizes.length - 1]) });
  const tested = history.filter(moment => moment.test === moment.test);
  if (tested.length > 20) {
    const best = tested.reduce((a, b) => b.test < a.test ? b : a);
    if (now.test > 1.15 * best.test && now.train < best.train && now.test > 1.3 * now.train && now.test > 0.05 * first.test) wrong("overfitting", { train: show(now.train), test: show(now.test), best: show(best.test), step: best.step });
  }
  if (trainer.isLayered && settings.hidden.length && trainer.activationNames.slice(0, -1).every(name => name === "linear")) note("linear");
  if (trainer.isLayered && !settings.hidden.length && net.sizes[0] <= 2) note("no_hidden");
  if (!found.length && recent.length >= WINDOW && now.accuracy !== 1) {
    const before = recent[0].train, gain = (before - now.train) / before;
    if (gain < 0.002 && gain >= 0 && now.train > 0.03 * first.train) note("slow", { rate: show(settings.rate) });
  }
  if (!found.length && now.accuracy === 1) note(trainer.test.length ? "all_right" : "all_right_train");
  if (!found.length) note(!trainer.steps && now.train === first.train ? "ready" : now.train < first.train ? "learning" : "no_better", { first: show(first.train), now: show(now.train) });
  return found.slice(0, 3);
}

/**
 * For each hidden layer how many neurons no example can move: their activation passes nothing back, at 0 or where it is
 * flat.
 * @param {Trainer} trainer
 */
export function deadNeurons(trainer) {
  const { net, parameters, train, x } = trainer, hidden = net.sizes.length - 2;
  const alive = Array.from({ length: Math.max(0, hidden) }, (_, l) => new Uint8Array(net.sizes[l + 1]));
  for (const e of train) {
    if (hidden <= 0) break;
    net.run(parameters, x[e]);
    for (let l = 0; l < hidden; l++) for (let j = 0; j < alive[l].length; j++) if (!alive[l][j] && !net.isShut(l, j)) alive[l][j] = 1;
  }
  return alive.map((neurons, l) => ({
    count: train.length ? neurons.filter(each => !each).length : 0, size: neurons.length, alive: neurons,
    isFlat: neurons.some((each, j) => !each && net.outs[l][j] !== 0),
  }));
}

/** Whether all neurons of a hidden layer have the same weights, so that they will always do the same. @param {Trainer} trainer */
function isTwin(trainer) {
  const { net, parameters } = trainer;
  for (let l = 0; l < net.sizes.length - 2; l++) {
    const size = net.sizes[l + 1], width = net.sizes[l] + 1, first = net.place(l, 0);
    if (size < 2) continue;
    let same = true;
    for (let i = width; i < size * width && same; i++) same = parameters[first + i] === parameters[first + i % width];
    if (same) return true;
  }
  return false;
}
