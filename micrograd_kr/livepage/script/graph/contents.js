/* What the page was given: the graph, the table's rules and the words. Everything a person wrote reaches the page as
   text only. Nodes are numbers, arguments come before what is computed from them; edges are numbered, too. */
import { $ } from "../shared/elements.js";
import * as helpers from "../shared/functions.js";
import { speaker } from "../shared/language.js";

const { knowledge, rules } = globalThis.pageContents;

/** @type {GraphContents} */
export const graph = { ...JSON.parse($("graph").textContent), ...knowledge };
export const { op, args, names, ops } = graph;
export const count = op.length, root = count - 1;
export const isFree = op.map(k => k !== -2), isLeaf = op.map(k => k === -1);
export const nodes = [...op.keys()], computed = nodes.filter(k => op[k] >= 0), leaves = nodes.filter(k => isLeaf[k]);
/** the forward steps */
export const given = nodes.filter(k => isFree[k]);

/** the first edge of each node: its argument j comes over edge firstEdge[k] + j */
export const firstEdge = new Int32Array(count + 1);
for (const k of nodes) firstEdge[k + 1] = firstEdge[k] + args[k].length;
export const edgeCount = firstEdge[count];
/** @param {number} k @param {number} j */
export const edge = (k, j) => firstEdge[k] + j;

/** @param {number | string} x */
const number = x => typeof x === "number" ? x : x === "inf" ? Infinity : x === "-inf" ? -Infinity : NaN;
export const initial = Float64Array.from(graph.data, number);

/** @type {{ forward: Forward[], partials: Partials[], formulas: Function }} */
export const { forward, partials, formulas } = rules(helpers);

const speakers = speaker(graph);
/** @type {Map<string, ReturnType<typeof speakers>>} */
const made = new Map();
/** what says things in a language
    @param {string} lang */
export function speaking(lang) {
  const found = made.get(lang) ?? speakers(lang);
  made.set(lang, found);
  return found;
}
