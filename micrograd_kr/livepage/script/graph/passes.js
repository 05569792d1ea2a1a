/* The arithmetic: the forward pass, the backward pass, and what the famous mistakes make of it. Pure functions. */
import { args, computed, count, edge, edgeCount, firstEdge, forward, isFree, leaves, op, partials, root } from "./contents.js";

const scratch = args.map(list => new Float64Array(list.length));
/** @type {(number | null)[][]} */
const locals = args.map(list => new Array(list.length).fill(0));
const FROM_THE_END = Int32Array.from(computed).reverse();

/**
 * The last few results of a function of objects and plain values, by identity.
 * @template {any[]} A, R
 * @param {(...args: A) => R} function_
 * @param {number} most
 * @returns {(...args: A) => R}
 */
export function remembered(function_, most = 4) {
  /** @type {{ args: A, result: R }[]} */
  const known = [];
  return (...args) => {
    const index = known.findIndex(one => one.args.every((arg, i) => Object.is(arg, args[i])));
    const found = index < 0 ? { args, result: function_(...args) } : known.splice(index, 1)[0];
    known.unshift(found);
    if (known.length > most) known.pop();
    return found.result;
  };
}

/** Both passes, given the numbers of the leaves and constants. */
export const passOf = remembered(/** @param {Float64Array} numbers @returns {Pass} */ numbers => {
  const data = numbers.slice(), grad = new Float64Array(count), arrived = new Uint8Array(count);
  const local = new Float64Array(edgeCount), product = new Float64Array(edgeCount), blocked = new Uint8Array(edgeCount);
  for (const k of computed) {
    const a = args[k], x = scratch[k];
    for (let j = 0; j < a.length; j++) x[j] = data[a[j]];
    data[k] = +forward[op[k]](x);
  }
  grad[root] = arrived[root] = isFree[root] ? 1 : 0;
  for (const k of FROM_THE_END) {
    const a = args[k], d = locals[k];
    partials[op[k]](data[k], scratch[k], d);
    for (let j = 0; j < a.length; j++) {
      const e = edge(k, j), x = d[j] ?? 0, noPath = d[j] === null || !arrived[k];
      local[e] = x;
      blocked[e] = +noPath;
      if (!isFree[a[j]]) continue;
      if (!noPath) arrived[a[j]] = 1;
      product[e] = times(x, grad[k], noPath);
      grad[a[j]] += product[e];
    }
  }
  return { data, grad, local, product, blocked };
});

/** local * upstream; where no path leads, 0 times inf or nan is 0.
    @param {number} local @param {number} upstream @param {boolean | number} noPath */
function times(local, upstream, noPath) {
  const product = local * upstream;
  return noPath && product !== product ? 0 : product;
}

/* --- engines ------------------------------------------------------------------------------------------------------- */

export const MOST_VISITS = 100000;
const RECURSION = remembered(() => {
  const visits = [], stack = [root];
  while (stack.length && visits.length < MOST_VISITS) {
    const k = /** @type {number} */ (stack.pop());
    if (op[k] < 0) continue;
    visits.push(k);
    for (let j = args[k].length - 1; j >= 0; j--) if (op[args[k][j]] >= 0) stack.push(args[k][j]);
  }
  return { visits: Int32Array.from(visits), finished: !stack.length };
}, 1);

/** The nodes that send gradients back, in the engine's order, and whether it comes to an end.
    @param {EngineName} engine */
export const visitsOf = engine => engine === "recursion" ? RECURSION() : { visits: FROM_THE_END, finished: true };

/** How many backward steps an engine takes; the first one is the seed. @param {EngineName} engine */
export const backwardSteps = engine => 1 + visitsOf(engine).visits.length;

/**
 * The gradients after some backward steps of an engine, beside what should have arrived by then, which is what the
 * right engine sends over the edges used so far.
 */
export const momentOf = remembered(/**
 * @param {Float64Array} numbers
 * @param {EngineName} engine
 * @param {Float64Array | null} carry gradients that are still there, if the engine forgets to clear them; null: those
 *   of a backward pass before on the same numbers
 * @param {number} steps
 * @returns {Moment}
 */ (numbers, engine, carry, steps) => {
  const pass = passOf(numbers), { visits } = visitsOf(engine);
  const grad = new Float64Array(count), expected = new Float64Array(count), size = new Float64Array(count);
  const wrong = new Uint8Array(count), sent = new Uint8Array(count), received = new Uint8Array(count), used = new Uint8Array(edgeCount);
  const product = new Float64Array(edgeCount);
  /** @type {Sent[]} */
  let flows = [];
  /** @type {Parting | null} */
  let parting = null;

  /** @param {number} k @param {Omit<Parting, "got" | "should" | "arg">} how */
  function compare(k, how) {
    const got = grad[k], should = expected[k], near = Number.isFinite(got - should) && Math.abs(got - should) <= 1e-12 * size[k];
    wrong[k] = +!(near || got === should || got !== got && should !== should);
    if (wrong[k]) parting ??= { ...how, arg: k, got: grad[k], should: expected[k] };
  }

  if (steps > 0) {
    grad[root] = expected[root] = size[root] = isFree[root] ? 1 : 0;
    received[root] = 1;
    if (engine === "forgotten") for (const k of leaves) {
      if (k === root) continue;
      grad[k] = (carry ?? pass.grad)[k];
      received[k] = 1;
      compare(k, { backward: 1, kind: "leftover", node: root });
    }
  }
  for (let i = 0; i < steps - 1 && i < visits.length; i++) {
    const k = visits[i], a = args[k], upstream = grad[k], isLast = i === steps - 2, again = sent[k];
    sent[k] = 1;
    for (let j = 0; j < a.length; j++) {
      const arg = a[j], e = firstEdge[k] + j;
      if (!isFree[arg]) continue;
      received[arg] = 1;
      const before = grad[arg], amount = product[e] = times(pass.local[e], upstream, pass.blocked[e]);
      grad[arg] = engine === "overwrite" ? amount : before + amount;
      if (!used[e]) {
        expected[arg] += pass.product[e];
        size[arg] += Math.abs(pass.product[e]);
        used[e] = 1;
      }
      if (isLast) flows.push({ edge: e, arg, local: pass.local[e], upstream, product: amount, before, after: grad[arg] });
      if (engine !== "right") {
        const kind = engine === "overwrite" ? "overwritten" : engine === "forgotten" ? "leftover" : again ? "again" : "early";
        compare(arg, { backward: i + 2, kind, node: k });
      }
    }
  }
  return { grad, expected, wrong, received, used, product, flows, parting };
}, 6);
