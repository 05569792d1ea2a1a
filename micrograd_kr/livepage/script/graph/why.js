/* The paths from the output to a node, those with the largest products first: micrograd_kr.stepper.paths. */
import { show } from "../shared/numbers.js";
import { args, computed, edge, isFree, names, root, speaking } from "./contents.js";
import { joined, piece, plain } from "./words.js";

export const MOST_PATHS = 20;

/**
 * For every node from which x can be reached: the edges on the way, the size of the best one, and how many paths there
 * are; sizes are logarithms, for ordering only.
 * @param {Pass} pass
 * @param {number} x
 */
function waysTo(pass, x) {
  /** @type {Map<number, { edges: { size: number, arg: number, j: number }[], best: number, count: bigint }>} */
  const ways = new Map([[x, { edges: [], best: 0, count: 1n }]]);
  for (const k of computed) {
    /** @type {{ size: number, arg: number, j: number }[]} */
    const edges = [];
    let best = -Infinity, count = 0n;
    args[k].forEach((arg, j) => {
      const further = isFree[arg] && ways.get(arg);
      if (!further) return;
      const sum = further.best + Math.log(Math.abs(pass.local[edge(k, j)])), size = sum === sum ? sum : Infinity;
      edges.push({ size, arg, j });
      best = Math.max(best, size);
      count += further.count;
    });
    if (edges.length && k !== x) ways.set(k, { edges, best, count });
  }
  return ways;
}

/**
 * The number of all paths, and the `most` largest as their product and [node, argument] links from the output on.
 * @param {Pass} pass
 * @param {number} x
 * @param {number} most
 */
export function largestPaths(pass, x, most = MOST_PATHS) {
  const ways = waysTo(pass, x);
  /** @type {{ product: number, links: [number, number][] }[]} */
  const found = [];
  const whole = ways.get(root);
  if (!whole) return { count: 0n, found };
  /** @typedef {[node: number, j: number, before: any]} Link */
  /** @type {{ loss: number, age: number, node: number, trail: Link | null }[]} */
  const open = [{ loss: 0, age: 0, node: root, trail: null }];
  let age = 0;
  while (open.length && found.length < most) {
    let next = 0;
    open.forEach((one, i) => { if (one.loss < open[next].loss || one.loss === open[next].loss && one.age < open[next].age) next = i; });
    let [{ loss, node, trail }] = open.splice(next, 1);
    while (node !== x) {
      const { edges, best } = /** @type {NonNullable<typeof whole>} */ (ways.get(node));
      let chosen = null;
      for (const { size, arg, j } of edges) {
        /** @type {Link} */
        const link = [node, j, trail];
        if (!chosen && size === best) chosen = { arg, link };
        else open.push({ loss: loss + (size === best ? 0 : best - size), age: --age, node: arg, trail: link });
      }
      if (!chosen) break;
      node = chosen.arg;
      trail = chosen.link;
    }
    /** @type {[number, number][]} */
    const links = [];
    for (let link = trail; link; link = link[2]) links.push([link[0], link[1]]);
    links.reverse();
    found.push({ product: links.reduce((product, [k, j]) => pass.local[edge(k, j)] * product, 1), links });
  }
  return { count: whole.count, found };
}

/** @param {string} lang @param {bigint} count */
function showCount(lang, count) {
  const digits = String(count);
  if (digits.length <= 40) return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const mantissa = Number(digits[0] + "." + digits.slice(1, 17)).toFixed(3), over = mantissa === "10.000";
  return speaking(lang).say("stepper.why.about", { count: `${over ? "1.000" : mantissa}e+${digits.length - 1 + +over}` });
}

/** @param {string[]} list */
const ends = list => list.length <= 10 ? list : [...list.slice(0, 5), "…", ...list.slice(-5)];
/** @param {string[]} numbers @param {string} sign */
const written = (numbers, sign) => plain(joined(numbers.map(text => piece(text)[0]), sign));

/**
 * Why d output / d k is what it is, in words.
 * @param {string} lang
 * @param {Pass} pass
 * @param {number} k
 */
export function whyOf(lang, pass, k) {
  const { say } = speaking(lang), x = names[k], output = names[root], total = show(pass.grad[k]);
  const title = say("stepper.why.title", { output, x, total });
  /** @type {{ way: string, sum: string, links: [number, number][] }[]} */
  const none = [];
  if (!isFree[k]) return { title: "", text: say("constant"), paths: none, rest: "", sum: "" };
  if (k === root) return { title, text: say("why_output"), paths: none, rest: "", sum: "" };
  const { count, found } = largestPaths(pass, k), isAll = count === BigInt(found.length);
  const key = !count ? "none" : isAll ? count > 1n ? "many" : "one" : "largest";
  const paths = found.map(({ product, links }) => {
    const factors = written(ends(links.map(([node, j]) => show(pass.local[edge(node, j)]))), "×"), amount = show(product);
    return { way: ends([...links.map(([node]) => names[node]), x]).join(" ← "), sum: factors === amount ? factors : `${factors} = ${amount}`, links };
  });
  const terms = found.map(({ product }) => show(product));
  const rest = isAll ? "" : show(pass.grad[k] - found.reduce((sum, { product }) => sum + product, 0));
  if (rest) terms.push(rest);
  return {
    title,
    text: say(`stepper.why.${key}`, { output, x, count: showCount(lang, count), shown: found.length }),
    paths,
    rest: rest && `${say("stepper.why.rest")}: ${rest}`,
    sum: count > 1n ? say("stepper.why.sum", { sum: terms.length > 10 ? total : `${written(terms, "+")} = ${total}` }) : "",
  };
}
