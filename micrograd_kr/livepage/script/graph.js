/* The graph: what the page was given. forward[k](a) and partials[k](o, a, d) are the table's rules, one of each for
   every op (and number of arguments) in the graph. Everything a person wrote reaches the page as text only. */
const $ = id => document.getElementById(id);
const graph = { ...JSON.parse($("graph").textContent), ...knowledge };
const number = x => typeof x === "number" ? x : x === "inf" ? Infinity : x === "-inf" ? -Infinity : NaN;
const { op, args, names, ops } = graph, count = op.length, root = count - 1;
const isFree = op.map(k => k !== -2), isLeaf = op.map(k => k === -1);
const computed = [...op.keys()].filter(k => op[k] >= 0), leaves = [...op.keys()].filter(k => isLeaf[k]);
const readers = args.map(() => []);
args.forEach((list, k) => list.forEach((arg, j) => readers[arg].push([k, j])));
const initial = Float64Array.from(graph.data, number), data = initial.slice();
const grad = new Float64Array(count), right = new Float64Array(count), carry = new Float64Array(count);
const local = args.map(list => new Array(list.length).fill(0)), product = args.map(list => new Float64Array(list.length));
const scratch = args.map(list => new Float64Array(list.length));
let lang = graph.lang;
