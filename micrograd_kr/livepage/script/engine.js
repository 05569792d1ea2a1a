/* The engine: forward, backward, and the famous mistakes. */
function runForward() {
  for (const k of computed) {
    const a = args[k], x = scratch[k];
    for (let j = 0; j < a.length; j++) x[j] = data[a[j]];
    data[k] = +forward[op[k]](x);
  }
}

const arrived = new Uint8Array(count); // whether a path leads back to each node from the output
function hand(k, into) {
  const a = args[k], d = local[k], p = product[k], upstream = into[k];
  partials[op[k]](data[k], scratch[k], d);
  for (let j = 0; j < a.length; j++) {
    const noPath = d[j] === null || !arrived[k]; // a rule wrote an exact 0, or nothing leads here
    if (d[j] === null) d[j] = 0;
    if (!isFree[a[j]]) continue;
    p[j] = d[j] * upstream;
    if (!noPath) arrived[a[j]] = 1;
    else if (p[j] !== p[j]) p[j] = 0; // 0 times inf or nan
  }
  return a;
}

function runBackward(into, from = computed.length) {
  into.fill(0);
  arrived.fill(0);
  into[root] = arrived[root] = isFree[root] ? 1 : 0;
  for (let i = computed.length - 1; i >= computed.length - from; i--) {
    const k = computed[i], a = hand(k, into), p = product[k];
    for (let j = 0; j < a.length; j++) if (isFree[a[j]]) into[a[j]] += p[j];
  }
}

const engines = {
  right: () => runBackward(grad),
  recursion() {
    grad.fill(0);
    grad[root] = 1;
    const stack = [root];
    for (let visits = 0; stack.length; visits++) {
      if (visits > 100000) return false;
      const k = stack.pop();
      if (op[k] < 0) continue;
      const a = hand(k, grad);
      for (let j = 0; j < a.length; j++) if (isFree[a[j]]) grad[a[j]] += product[k][j];
      for (let j = a.length - 1; j >= 0; j--) stack.push(a[j]);
    }
  },
  overwrite() {
    grad.fill(0);
    grad[root] = 1;
    for (let i = computed.length - 1; i >= 0; i--) {
      const k = computed[i], a = hand(k, grad);
      for (let j = 0; j < a.length; j++) if (isFree[a[j]]) grad[a[j]] = product[k][j];
    }
  },
  forgotten() {
    runBackward(grad);
    for (const k of leaves) grad[k] += descents ? carry[k] : right[k];
  },
};
let engine = "right", finished = true, firstWrong = -1, descents = 0;
const same = (x, y) => x === y || x !== x && y !== y || Math.abs(x - y) <= 1e-12 * Math.abs(y);

function compute() {
  runForward();
  runBackward(right);
  firstWrong = -1;
  if (engine === "right") { grad.set(right); finished = true; }
  else {
    finished = engines[engine]() !== false;
    for (let k = root; k >= 0 && firstWrong < 0; k--) if (isFree[k] && !same(grad[k], right[k])) firstWrong = k;
    const shown = grad.slice();
    runBackward(right);
    grad.set(shown);
  }
}

/* Steps: position p means that the first p steps have been taken. */
const steps = graph.steps, last = steps.length;
const reached = new Int32Array(count).fill(0), seen = new Int32Array(count).fill(0);
steps.forEach(([phase, k], index) => { (phase ? seen : reached)[k] = index + 1; });
const firstBackward = steps.findIndex(([phase]) => phase);
let position = 0;

function gradAt(p, into) {
  runBackward(into, Math.max(0, p - firstBackward - 1));
  if (p <= firstBackward) into.fill(0);
}
