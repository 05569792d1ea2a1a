/* Things to try, each of which shows one of the remarks. */

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {{ key: string, changes: Partial<import("./trainer.js").Settings> }} Experiment */

/** @param {Trainer} trainer @returns {Experiment[]} */
export function experimentsFor(trainer) {
  const { classes, inputs } = trainer.given;
  if (!trainer.isLayered || inputs > 2 || trainer.given.targets !== 1 || classes.length > 2 || !classes.length && inputs !== 1) return [];
  const isLine = inputs === 1 && !classes.length, plain = { test: 0.2, seed: 1, start: "own", penalty: "none", batch: 0 };
  const curve = isLine ? "wave" : inputs === 2 ? "circles" : "own", noisy = isLine ? "wave" : inputs === 2 ? "moons" : "own";
  return [
    { key: "good", changes: { ...plain, data: curve, noise: 0.1, count: 100, hidden: [8, 8], activation: "tanh", optimizer: "Adam", rate: 0.03 } },
    { key: "large_rate", changes: { ...plain, data: curve, noise: 0.1, count: 100, hidden: [8], activation: "tanh", optimizer: "SGD", rate: 10 } },
    { key: "straight", changes: { ...plain, data: curve, noise: 0.1, count: 100, hidden: [8, 8], activation: "linear", optimizer: "Adam", rate: 0.03 } },
    { key: "twins", changes: { ...plain, data: curve, noise: 0.1, count: 100, hidden: [8], activation: "tanh", optimizer: "SGD", rate: 0.3, start: "zeros" } },
    { key: "dead", changes: { ...plain, data: curve, noise: 0.1, count: 100, hidden: [8, 8], activation: "relu", optimizer: "Adam", rate: 0.3 } },
    { key: "overfitting", changes: { ...plain, data: noisy, noise: 0.5, count: 60, test: 0.5, hidden: [16, 16], activation: "tanh", optimizer: "Adam", rate: 0.03 } },
  ];
}
