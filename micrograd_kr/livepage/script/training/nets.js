/* What is trained: numbers in, scores and gradients out, on typed arrays. Nothing here knows an op: what a neuron, an
   activation or a loss does, and how it is differentiated, are functions that Python has written from the tables. */

/**
 * @typedef {{ add: (w: number, x: number, b: number) => number, toWeight: Flow, toInput: Flow, toSum: Flow }} NeuronRules
 * @typedef {(w: number, x: number, u: number) => number} Flow
 * @typedef {{ forward: (x: number) => number, slope: (x: number, o: number, u: number) => number }} ActivationRules
 * @typedef {{ loss: (o: ArrayLike<number>, y: ArrayLike<number>) => number,
 *             gradient: (o: ArrayLike<number>, y: ArrayLike<number>, u: number, d: Float64Array) => number }} HeadRules
 * @typedef {{ loss: (p: ArrayLike<number>, x: ArrayLike<number>, y: ArrayLike<number>) => number,
 *             gradient: (p: ArrayLike<number>, x: ArrayLike<number>, y: ArrayLike<number>, u: number, g: Float64Array) => number,
 *             scores: (p: ArrayLike<number>, x: ArrayLike<number>, o: Float64Array) => void }} ProgramRules
 */

/**
 * @typedef {object} Net
 * @property {number} count how many parameters it has
 * @property {number[]} sizes how many inputs, neurons in each layer; empty if it is no layers
 * @property {Float64Array[]} outs what each layer gave last
 * @property {Float64Array} scores what the net gave last
 * @property {(p: Float64Array, x: ArrayLike<number>) => Float64Array} run the scores of one example
 * @property {(p: Float64Array, x: ArrayLike<number>, y: ArrayLike<number>) => number} loss of one example
 * @property {(p: Float64Array, x: ArrayLike<number>, y: ArrayLike<number>, u: number, g: Float64Array) => number} gradient
 *   adds u times the gradient into g, and returns the loss
 * @property {(layer: number, neuron: number) => number} place where a neuron's weights begin; its bias follows them
 * @property {(layer: number, neuron: number) => boolean} isShut whether nothing flowed back through it last
 */

/**
 * Layers of neurons, one after the other, and a loss of what the last one gives.
 * @param {number} inputs
 * @param {{ size: number, activation: ActivationRules }[]} layers
 * @param {NeuronRules} neuron
 * @param {HeadRules} head
 * @returns {Net}
 */
export function layeredNet(inputs, layers, neuron, head) {
  const sizes = [inputs, ...layers.map(layer => layer.size)], depth = layers.length;
  const begins = [0];
  for (let l = 0; l < depth; l++) begins.push(begins[l] + sizes[l + 1] * (sizes[l] + 1));
  const sums = layers.map(layer => new Float64Array(layer.size)), outs = layers.map(layer => new Float64Array(layer.size));
  const arrived = layers.map(layer => new Float64Array(layer.size)), passed = layers.map(layer => new Float64Array(layer.size));
  const scores = outs[depth - 1], { add, toWeight, toInput, toSum } = neuron;

  /** @param {Float64Array} p @param {ArrayLike<number>} x */
  function run(p, x) {
    let from = x;
    for (let l = 0; l < depth; l++) {
      const width = sizes[l], size = sizes[l + 1], sum = sums[l], out = outs[l], { forward } = layers[l].activation;
      let at = begins[l];
      for (let j = 0; j < size; j++) {
        let total = p[at + width];
        for (let i = 0; i < width; i++) total = add(p[at + i], from[i], total);
        sum[j] = total;
        out[j] = forward(total);
        at += width + 1;
      }
      from = out;
    }
    return scores;
  }

  /** @type {Net["gradient"]} */
  function gradient(p, x, y, u, g) {
    run(p, x);
    const loss = head.gradient(scores, y, u, arrived[depth - 1]);
    for (let l = depth - 1; l >= 0; l--) {
      const width = sizes[l], size = sizes[l + 1], sum = sums[l], out = outs[l], above = arrived[l], flow = passed[l];
      const { slope } = layers[l].activation, from = l ? outs[l - 1] : x, below = l ? arrived[l - 1] : null;
      below?.fill(0);
      let at = begins[l];
      for (let j = 0; j < size; j++) {
        const upstream = flow[j] = slope(sum[j], out[j], above[j]);
        if (upstream !== 0) {
          for (let i = 0; i < width; i++) g[at + i] += toWeight(p[at + i], from[i], upstream);
          g[at + width] += toSum(p[at], from[0], upstream);
          if (below) for (let i = 0; i < width; i++) below[i] += toInput(p[at + i], from[i], upstream);
        }
        at += width + 1;
      }
    }
    return loss;
  }

  return {
    count: begins[depth], sizes, outs, scores, run, gradient,
    loss: (p, x, y) => head.loss(run(p, x), y),
    place: (l, j) => begins[l] + j * (sizes[l] + 1),
    isShut: (l, j) => layers[l].activation.slope(sums[l][j], outs[l][j], 1) === 0,
  };
}

/**
 * A model that is no layers, as its program was recorded.
 * @param {number} count
 * @param {number} outputs
 * @param {ProgramRules} program
 * @returns {Net}
 */
export function recordedNet(count, outputs, program) {
  const scores = new Float64Array(outputs);
  return {
    count, sizes: [], outs: [scores], scores,
    run: (p, x) => { program.scores(p, x, scores); return scores; },
    loss: (p, x, y) => program.loss(p, x, y),
    gradient: (p, x, y, u, g) => program.gradient(p, x, y, u, g),
    place: () => 0,
    isShut: () => false,
  };
}
