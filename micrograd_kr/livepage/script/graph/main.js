// @ts-nocheck - until the state has a module of its own
/* The graph page. */
import { $, html, make } from "../shared/elements.js";
import * as helpers from "../shared/functions.js";
import { speaker } from "../shared/language.js";
import { read, show } from "../shared/numbers.js";

const { knowledge, rules } = globalThis.pageContents;

/* The graph: what the page was given. forward[k](a) and partials[k](o, a, d) are the table's rules, one of each for
   every op (and number of arguments) in the graph. Everything a person wrote reaches the page as text only. */
const graph = { ...JSON.parse($("graph").textContent), ...knowledge };
const { forward, partials, formulas: formulaRules } = rules(helpers), speakers = speaker(knowledge);
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

/* Numbers and sentences: what Python would write and the Stepper would say, word for word. */
let spoken, say;
function setLanguage(code) {
  lang = code;
  const language = speakers(lang);
  spoken = language.knows;
  say = language.say;
}
setLanguage(graph.lang);

/* how an op is written on operands: naming.bracketed and Op.spell */
const { atom, minus } = graph;
const bracketed = (o, index, text, tight) => !o.tight ? text
  : tight > o.tight || tight === o.tight && index === 0 && o.tight < minus
    ? text.startsWith("-") && index > 0 ? `(${text})` : text : `(${text})`;
const spell = (o, texts) => !o.tight ? `${o.symbol}(${texts.join(", ")})` : o.arity === 1 ? o.symbol + texts[0] : texts.join(` ${o.symbol} `);
const written = (o, operands) => spell(o, operands.map(([text, tight], index) => bracketed(o, index, text, tight)));
const tightness = text => text.startsWith("-") ? minus : atom;
const value = k => op[k] >= 0 && ops[op[k]].truth ? data[k] ? "True" : "False" : show(data[k]);

function spellNumbers(k) {
  const o = ops[op[k]], a = args[k], many = a.length > graph.operands;
  const texts = (many ? [...a.slice(0, 2), a.at(-1)] : a).map((arg, j) => bracketed(o, j, value(arg), tightness(value(arg))));
  if (many) texts.splice(-1, 0, "…");
  return spell(o, texts);
}

/* a number that carries how it was computed: the rules of the table write formulas with it */
class Written {
  constructor(text, x, tight) { this.text = text; this.x = x; this.tight = tight; }
  valueOf() { return this.x; }
}
function formulate(name, x, ...operands) {
  const o = graph.primitives[name];
  if (!o) return new Written(name, x, atom);
  if (!operands.some(y => y instanceof Written)) return x;
  return new Written(written(o, operands.map(y => y instanceof Written ? [y.text, y.tight] : [show(y), tightness(show(y))])), x, o.tight || atom);
}
const power = (name, x, y, z) => z === 1 ? y : formulate(name, x, y, z);
const times = (name, x, y, z) => y === 1 ? z : power(name, x, y, z);
const { formulas: partialRules, inFull: fullRules } = formulaRules(formulate, times, power);
function formulasOf(k) {
  const found = [], rule = partialRules[op[k]];
  if (!rule) return found;
  rule(new Written(names[k], data[k], graph.tight[k]), args[k].map(arg => isFree[arg] ? new Written(names[arg], data[arg], graph.tight[arg]) : data[arg]), found);
  return found.map(x => x instanceof Written && [...x.text].length <= graph.longest ? x.text : "");
}

/* the forward rule of an n-ary op on its numbers, written out if that is short: stepper.formula.written_out */
function writtenOut(k) {
  const rule = fullRules[op[k]], a = args[k];
  if (!rule || a.length > graph.longestWrittenOut / 3) return "";
  const found = rule(a.map(arg => new Written(value(arg), data[arg], tightness(value(arg)))));
  return found instanceof Written && [...found.text].length <= graph.longestWrittenOut ? found.text : "";
}

/* the Stepper's sentence for the step that leads to position p: micrograd_kr.stepper.sentences */
const chain = texts => [...new Set(texts.filter(Boolean))].join(" = ");
const joined = (numbers, sign) => numbers.map((text, index) => index && text.startsWith("-") ? `(${text})` : text).join(` ${sign} `);

function ruleKey(o, locals) {
  const state = locals.every(x => x === 0) ? ".closed" : locals.every(x => x === 1) ? ".open" : "";
  const own = "stepper.rule." + o.sentence;
  return [own + state, own, "stepper.rule" + state, "stepper.rule"].find(spoken);
}

const before = new Float64Array(count);
function sentence(p) {
  const [phase, k] = steps[p - 1], node = names[k];
  if (!phase) {
    const number = value(k), formula = graph.spelling[k];
    if (op[k] < 0) return say("stepper.leaf", { node, number });
    const inFull = writtenOut(k), numbers = inFull || spellNumbers(k), own = "stepper.forward." + ops[op[k]].sentence;
    const equation = chain([node, inFull && [...formula].length > graph.longestBeside ? "" : formula, numbers, number]);
    return say(spoken(own) ? own : "stepper.forward", { node, formula, numbers, number, equation });
  }
  if (p - 1 === firstBackward) return say("stepper.seed", { node });
  gradAt(p - 1, before);
  const upstream = show(before[k]), indices = [...args[k].keys()].filter(j => isFree[args[k][j]]);
  if (!indices.length) return say("stepper.backward.nothing", { node, upstream });
  hand(k, before);
  const formulas = formulasOf(k);
  const flows = indices.slice(0, indices.length > graph.flows ? graph.flows - 1 : graph.flows).map(j => {
    const arg = args[k][j], had = before[arg], product_ = show(product[k][j]), d = show(local[k][j]), formula = formulas[j];
    before[arg] += product[k][j];
    const enclosed = formula?.includes(" ") ? `(${formula})` : formula;
    const working = chain([formula ? joined([enclosed, upstream], "×") : "", joined([d, upstream], "×"), product_]);
    return say(had === 0 ? "stepper.flow" : "stepper.flow.added", { arg: names[arg], working, before: show(had), grad: show(before[arg]) });
  });
  if (flows.length < indices.length) flows.push(say("stepper.flow.more", { count: indices.length - flows.length }));
  const silent = before[k] === 0 && indices.every(j => product[k][j] === 0);
  const rule = say(ruleKey(ops[op[k]], indices.map(j => local[k][j])), { node, upstream });
  return say(silent ? "stepper.backward.zero" : "stepper.backward", { node, upstream, rule, flows: flows.join(say("join")) });
}

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

/* The picture's views, as the SVG elements that they are made of, and painting: only what changed, what is in sight first. */
const views = [...document.querySelectorAll("svg.view")].map((svg, index) => {
  const pan = svg.querySelector(".pan"), [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.removeAttribute("viewBox");
  const view = { svg, pan, index, width, height, module: +svg.dataset.module, x: 0, y: 0, k: 0, cards: [], edges: [] };
  for (const g of svg.querySelectorAll(".card")) {
    const [x, y] = g.dataset.at.split(" ").map(Number), rect = g.querySelector("rect");
    const card = {
      g, x, y, width: +rect.getAttribute("width"), height: +rect.getAttribute("height"), state: null, shown: ["", ""],
      node: +(g.dataset.n ?? -1), module: +(g.dataset.m ?? -1), value: +(g.dataset.n ?? g.dataset.out ?? -1),
      data: g.querySelector(".data"), grad: g.querySelector(".grad"),
    };
    view.cards.push(card);
    g.card = card;
  }
  for (const path of svg.querySelectorAll(".edge")) {
    view.edges.push({ path, uses: path.dataset.u.split(" ").map(use => use.split(":").map(Number)), state: "", width: "" });
  }
  view.chips = make("g", { class: "chips" });
  pan.append(view.chips);
  view.cardOf = new Map(view.cards.map(card => [card.module >= 0 ? "m" + card.module : card.node, card]));
  return view;
});
/* the card of node k in a view: its own, or the closed box that it is in */
const cardIn = (one, k) => {
  let card = one.cardOf.get(k);
  for (let m = graph.home[k]; !card && m !== null; m = graph.parents[m]) card = one.cardOf.get("m" + m);
  return card;
};
const viewOf = new Map(views.map(view => [view.module, view]));
let view = views[0], chosen = -1, focused = null, wide = false, path = null;
const canvas = $("canvas");
let room = canvas.getBoundingClientRect();

const WIDEST = 11;
function write(card, slot, text) {
  if (card.shown[slot] === text) return;
  card.shown[slot] = text;
  const element = slot ? card.grad : card.data;
  element.firstChild.nodeValue = text;
  if (text.length > WIDEST) { element.setAttribute("textLength", 78); element.setAttribute("lengthAdjust", "spacingAndGlyphs"); }
  else if (element.hasAttribute("textLength")) { element.removeAttribute("textLength"); }
}

function paint(everything) {
  const stepping = position < last, now = position > 0 && (stepping || stepped) ? steps[position - 1] : null;
  /* the seed only sets the output's gradient: nothing flows yet */
  const current = now ? now[1] : -1, phase = now ? now[0] : 0, isSeed = phase && position - 1 === firstBackward;
  const far = view.k < 0.34, box = room;
  const left = -view.x / view.k, top = -view.y / view.k, wideness = box.width / view.k, highness = box.height / view.k;
  if (view.far !== far) { view.far = far; view.svg.classList.toggle("far", far); }
  const arguments_ = new Set(current >= 0 && !isSeed ? args[current].filter(k => !phase || isFree[k]) : []);
  const here = current >= 0 ? cardIn(view, current) : null;
  const onPath = new Set(path ? path.map(([k]) => k) : []);
  if (path && path.length) onPath.add(args[path.at(-1)[0]][path.at(-1)[1]]);
  for (const card of view.cards) {
    if (!everything && (card.x > left + wideness || card.y > top + highness || card.x + card.width < left || card.y + card.height < top)) continue;
    const k = card.value;
    if (k < 0 && card !== here && !card.state) continue;
    const dim = stepping && (reached[k] > position || op[k] >= 0 && !reached[k]);
    const flowed = !stepping || position > firstBackward && (k === root || grad[k] || seen[k] && seen[k] <= position);
    const wrong = engine !== "right" && k >= 0 && isFree[k] && !same(grad[k], right[k]);
    const state = (dim ? " dim" : "") + (card === here ? phase ? " now back" : " now" : arguments_.has(k) ? " arg" : "")
      + (k >= 0 && k === chosen ? " chosen" : "") + (wrong ? " wrong" : "") + (k >= 0 && k === firstWrong ? " first" : "") + (onPath.has(k) ? " on" : "")
      + (flowed ? "" : " dry");
    if (card.state !== state) { card.state = state; card.g.setAttribute("class", card.g.dataset.kind + state); }
    if (far && !everything || !card.data) continue;
    write(card, 0, dim ? "·" : value(k));
    if (card.grad) write(card, 1, flowed ? show(grad[k]) : "·");
  }
  let most = 0;
  const flow = edge => edge.uses.reduce((sum, [k, j]) => sum + (seen[k] <= position ? Math.abs(product[k][j]) || 0 : 0), 0);
  if (wide) for (const edge of view.edges) { const f = flow(edge); if (f < Infinity && f > most) most = f; }
  for (const edge of view.edges) {
    const [k, j] = edge.uses[0], f = wide ? flow(edge) : 0;
    const used = !isSeed && edge.uses.some(([n, i]) => n === current && (!phase || isFree[args[n][i]]));
    const state = "edge" + (used ? phase ? " back" : " fore" : "") + (stepping && reached[k] > position ? " dim" : "")
      + (path && path.some(([n, i]) => edge.uses.some(([m, l]) => m === n && l === i)) ? " on" : "")
      + (chosen >= 0 && !used && (k === chosen || args[k][j] === chosen) ? " near" : "");
    if (edge.state !== state) { edge.state = state; edge.path.setAttribute("class", state); }
    const width = wide ? most ? (0.6 + 7 * Math.min(f / most, 1)).toFixed(1) : "0.6" : "";
    if (edge.width !== width) { edge.width = width; edge.path.style.strokeWidth = width; }
  }
  paintChips(isSeed ? -1 : current, phase);
}

/* at each edge of the current step, beside the argument: its number, or local derivative × upstream = product */
function paintChips(current, phase) {
  view.chips.replaceChildren();
  if (current < 0 || op[current] < 0 || args[current].length > 12) return;
  const head = cardIn(view, current), placed = [];
  if (!head) return;
  args[current].forEach((arg, j) => {
    const tail = cardIn(view, arg);
    if (!tail || tail === head || phase && !isFree[arg]) return;
    const lines = phase ? [show(local[current][j]), "× " + show(grad[current]), "= " + show(product[current][j])] : [value(arg)];
    if (lines.join(" ").length < 14) lines.splice(0, 3, lines.join(" "));
    const w = Math.max(...lines.map(line => line.length)) * 6.4 + 14, h = 8 + 14 * lines.length;
    let x = tail.x + tail.width / 2, y = tail.y + tail.height / 2;
    const besides = tail.x + tail.width <= head.x ? 1 : head.x + head.width <= tail.x ? -1 : 0;
    if (besides) x += besides * ((tail.width + w) / 2 + 3);
    else y += Math.sign(head.y - tail.y) * ((tail.height + h) / 2 + 3);
    for (const other of placed) {
      if (Math.abs(other.x - x) < (other.w + w) / 2 && Math.abs(other.y - y) < (other.h + h) / 2) y = other.y + (other.h + h) / 2 + 2;
    }
    placed.push({ x, y, w, h });
    view.chips.append(make("g", { class: phase ? "back" : "", transform: `translate(${x},${y})` },
      make("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 9 }),
      ...lines.map((line, i) => make("text", { y: 14 * i + 15.5 - h / 2 }, line))));
  });
}

/* The paths from the output to a node, those with the largest products first: micrograd_kr.stepper.paths */
const MOST_PATHS = 20;

/* for every node from which x can be reached: the edges on the way, the size of the best one, and how many paths there
   are; sizes are logarithms, for ordering only */
function waysTo(x) {
  const ways = new Map([[x, { edges: [], best: 0, count: 1n }]]);
  for (const k of computed) {
    const edges = [];
    let best = -Infinity, count = 0n;
    args[k].forEach((arg, j) => {
      const further = isFree[arg] && ways.get(arg);
      if (!further) return;
      const sum = further.best + Math.log(Math.abs(local[k][j])), size = sum === sum ? sum : Infinity;
      edges.push({ size, arg, j });
      best = Math.max(best, size);
      count += further.count;
    });
    if (edges.length && k !== x) ways.set(k, { edges, best, count });
  }
  return ways;
}

/* the number of all paths, and the `most` largest as [product, links from the output on] */
function largestPaths(x, most) {
  const ways = waysTo(x), found = [], open = [{ loss: 0, age: 0, node: root, trail: null }];
  let age = 0;
  while (open.length && found.length < most) {
    let next = 0;
    open.forEach((one, i) => { if (one.loss < open[next].loss || one.loss === open[next].loss && one.age < open[next].age) next = i; });
    let [{ loss, node, trail }] = open.splice(next, 1);
    while (node !== x) {
      const { edges, best } = ways.get(node);
      let chosen = null;
      for (const { size, arg, j } of edges) {
        const step = [node, j, trail];
        if (!chosen && size === best) chosen = { arg, step };
        else open.push({ loss: loss + (size === best ? 0 : best - size), age: --age, node: arg, trail: step });
      }
      node = chosen.arg;
      trail = chosen.step;
    }
    const links = [];
    for (let link = trail; link; link = link[2]) links.push([link[0], link[1]]);
    links.reverse();
    found.push([links.reduce((product, [k, j]) => local[k][j] * product, 1), links]);
  }
  return { count: ways.get(root).count, found };
}

function showCount(count) {
  const digits = String(count);
  if (digits.length <= 40) return digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const mantissa = Number(digits[0] + "." + digits.slice(1, 17)).toFixed(3), over = mantissa === "10.000";
  return say("stepper.why.about", { count: `${over ? "1.000" : mantissa}e+${digits.length - 1 + over}` });
}

/* Beside the picture: the inputs, and the chosen node with the paths that make up its gradient. */
const rows = new Map();
const range = k => Math.max(2, 2 ** Math.ceil(Math.log2(Math.abs(initial[k]) * 1.5 || 1)));
const parameters = new Set(graph.trained), trained = new Set(parameters);

function controls(k, withTraining) {
  const reach = isFinite(range(k)) ? range(k) : 2;
  const slider = html("input", { type: "range", min: -reach, max: reach, step: "any" });
  const entry = html("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
  const reset = html("button", { type: "button", class: "quiet reset" }, icon("reset"));
  slider.addEventListener("keydown", event => {
    const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
    if (by) { event.preventDefault(); change(k, tidy(data[k] + by * stride(k) * (event.shiftKey ? 10 : 1))); }
  });
  slider.addEventListener("input", () => change(k, tidy(+slider.value)));
  entry.addEventListener("change", () => {
    const x = read(entry.value);
    if (x === undefined) { entry.setAttribute("aria-invalid", "true"); parts.x = undefined; announce(say("not_a_number")); }
    else change(k, x);
  });
  reset.addEventListener("click", () => change(k, initial[k]));
  const row = html("div", { class: "leaf" });
  const name = html("span", { class: "name", title: names[k] }, ...names[k].split(/(?<=\.)/).flatMap(part => [part, html("wbr")]));
  const parts = { row, slider, entry, reset, name };
  if (withTraining) {
    name.addEventListener("click", () => choose(k));
    if (!parameters.has(k)) row.append(html("span"));
  }
  if (withTraining && parameters.has(k)) {
    parts.train = html("input", { type: "checkbox" });
    parts.train.checked = trained.has(k);
    parts.train.addEventListener("change", () => { trained[parts.train.checked ? "add" : "delete"](k); });
    row.append(parts.train);
  }
  row.append(name, slider, entry, reset);
  return parts;
}

const stride = k => 10 ** Math.floor(Math.log10((isFinite(range(k)) ? range(k) : 2) / 20));
const tidy = x => Number(x.toPrecision(4));

function update(parts, k) {
  const x = data[k];
  if (Object.is(parts.x, x) && parts.x !== undefined) return;
  parts.x = x;
  const shown = show(x), most = +parts.slider.max;
  if (Math.abs(x) > most && isFinite(x)) { parts.slider.max = 2 * Math.abs(x); parts.slider.min = -2 * Math.abs(x); }
  parts.slider.value = x;
  parts.slider.setAttribute("aria-valuetext", shown);
  if (parts.shown !== shown || document.activeElement !== parts.entry) { parts.entry.value = parts.shown = shown; }
  parts.entry.removeAttribute("aria-invalid");
  parts.reset.disabled = Object.is(x, initial[k]);
}

function nameControls(parts, k) {
  parts.slider.setAttribute("aria-label", say("slide", { node: names[k] }));
  parts.entry.setAttribute("aria-label", say("value_of", { node: names[k] }));
  parts.reset.setAttribute("aria-label", say("reset_one", { node: names[k] }));
  parts.reset.title = say("reset_one", { node: names[k] });
  if (parts.train) parts.train.setAttribute("aria-label", parts.train.title = say("train_this", { node: names[k] }));
}

const MOST_ROWS = 40;
function listLeaves() {
  rows.clear();
  const here = view.cards.map(card => card.node).filter(k => k >= 0 && isLeaf[k]);
  $("leaves").replaceChildren(...here.slice(0, MOST_ROWS).map(k => {
    const parts = controls(k, true);
    rows.set(k, parts);
    nameControls(parts, k);
    return parts.row;
  }));
  $("more").textContent = here.length > MOST_ROWS ? say("more_leaves", { count: here.length - MOST_ROWS })
    : view.cards.some(card => card.module >= 0) ? say("in_boxes") : here.length ? "" : say("no_leaves");
}

let detail = null;
function choose(k) {
  chosen = chosen === k ? -1 : k;
  path = null;
  describe();
  schedule();
}

function describe() {
  const box = $("detail");
  detail = null;
  box.parentElement.hidden = chosen < 0;
  if (chosen < 0) return box.replaceChildren();
  const k = chosen, parts = [html("h2", {}, names[k])];
  if (isLeaf[k]) {
    detail = controls(k, false);
    nameControls(detail, k);
    update(detail, k);
    parts.push(detail.row);
  }
  const formula = html("p", { class: "formula" });
  parts.push(formula);
  let table = null;
  if (op[k] >= 0) {
    table = html("tbody");
    const head = html("tr", {}, ...["argument", "local", "upstream", "product"].map(word => html("th", { scope: "col" }, say(word))));
    parts.push(html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("contributions") }, html("table", {}, html("thead", {}, head), table)));
  }
  const jumps = html("div", { class: "controls jumps" });
  for (const [word, p] of [["to_forward", reached[k]], ["to_backward", seen[k]]]) {
    const button = html("button", { type: "button" }, say(word));
    button.addEventListener("click", () => { play(false); go(p); });
    if (p) jumps.append(button);
  }
  parts.push(jumps);
  const why = html("div", { class: "why" });
  parts.push(why);
  box.replaceChildren(...parts);
  detail = { ...detail, k, formula, table, why };
  updateDetail();
}

function updateDetail() {
  if (!detail || detail.k === undefined) return;
  const k = detail.k;
  runBackward(right);  /* so that local and product are those of the whole pass, whichever step is shown */
  if (detail.slider) update(detail, k);
  detail.formula.textContent = chain(op[k] < 0 ? [names[k], value(k)] : [names[k], graph.spelling[k], spellNumbers(k), value(k)]);
  if (detail.table) {
    const formulas = formulasOf(k);
    detail.table.replaceChildren(...args[k].slice(0, 200).map((arg, j) => html("tr", {}, html("th", { scope: "row" }, names[arg]),
      ...(isFree[arg] ? [(formulas[j] ? formulas[j] + " = " : "") + show(local[k][j]), show(right[k]), show(product[k][j])]
        : ["—", "—", "—"]).map(text => html("td", {}, text)))));
  }
  explain(k);
}

const ends = list => list.length <= 10 ? list : [...list.slice(0, 5), "…", ...list.slice(-5)];
function explain(k) {
  const why = detail.why, x = names[k], output = names[root], total = show(right[k]);
  if (!isFree[k]) return why.replaceChildren(html("p", {}, say("constant")));
  const title = html("h3", {}, say("stepper.why.title", { output, x, total }));
  if (k === root) return why.replaceChildren(title, html("p", {}, say("why_output")));
  const { count, found: shown } = largestPaths(k, MOST_PATHS), isAll = count === BigInt(shown.length);
  const key = isAll ? count > 1n ? "stepper.why.many" : "stepper.why.one" : "stepper.why.largest";
  const lines = shown.map(([amount, links]) => {
    const factors = links.map(([node, j]) => show(local[node][j]));
    const working = joined(ends(factors), "×");
    const button = html("button", { type: "button", class: "path" },
      html("span", {}, ends([...links.map(([node]) => names[node]), x]).join(" ← ")),
      html("span", { class: "sum" }, working === show(amount) ? working : `${working} = ${show(amount)}`));
    const light = () => { path = links; schedule(); }, dark = () => { path = null; schedule(); };
    for (const name of ["mouseenter", "focus"]) button.addEventListener(name, light);
    for (const name of ["mouseleave", "blur"]) button.addEventListener(name, dark);
    return html("li", {}, button);
  });
  const terms = shown.map(([amount]) => show(amount));
  if (!isAll) {
    terms.push(show(right[k] - shown.reduce((sum, [amount]) => sum + amount, 0)));
    lines.push(html("li", { class: "rest" }, `${say("stepper.why.rest")}: ${terms.at(-1)}`));
  }
  const sum = terms.length > 10 ? total : joined(terms, "+") + " = " + total;
  why.replaceChildren(title, html("p", {}, say(key, { output, x, count: showCount(count), shown: shown.length })), html("ul", {}, ...lines),
    ...(count > 1n ? [html("p", { class: "total" }, say("stepper.why.sum", { sum }))] : []));
}

/* Gradient descent by hand, and the loss as it falls. */
let history = [];
function descend(times) {
  const rate = Number($("rate").value);
  if (!(rate >= 0) || !isFinite(rate)) { $("rate").setAttribute("aria-invalid", "true"); return announce(say("not_a_number")); }
  $("rate").removeAttribute("aria-invalid");
  if (!trained.size) return announce(say("nothing_trained"));
  position = last;
  stepped = false;
  for (let i = 0; i < times; i++) {
    carry.set(grad);
    descents++;
    for (const k of trained) data[k] -= rate * grad[k];
    compute();
    history.push(data[root]);
  }
  if (history.length > 2000) history = history.slice(-2000);
  changed = true;
  schedule(() => announce(say("descended", { count: descents, before: show(history[0]), loss: show(data[root]), node: names[root] })));
}

function plot() {
  const finite = history.filter(isFinite), low = Math.min(...finite), high = Math.max(...finite), svg = $("curve");
  const spot = (y, i) => [8 + 284 * i / Math.max(1, history.length - 1), 82 - 68 * (high > low ? (y - low) / (high - low) : 0.5)];
  const points = history.map(spot).filter(([, y]) => isFinite(y));
  const end = points.at(-1);
  svg.replaceChildren(
    make("line", { class: "axis", x1: 8, y1: 90, x2: 292, y2: 90 }),
    make("polyline", { points: points.map(([x, y]) => x.toFixed(1) + "," + y.toFixed(1)).join(" ") }),
    ...(end ? [make("circle", { cx: end[0], cy: end[1], r: 4 })] : []));
  $("loss").textContent = `${names[root]} = ${show(data[root])}`;
  $("count").textContent = say("steps_taken", { count: descents });
  svg.setAttribute("aria-label", say("curve", { first: show(history[0]), last: show(history.at(-1)), count: descents }));
}

/* Change and show: frames, captions, the player. */
let changed = true, waiting = 0, resting = 0, after = null;
function schedule(then) {
  after = then ?? after;
  if (waiting) return;
  waiting = requestAnimationFrame(frame);
  clearTimeout(resting);
  canvas.removeAttribute("data-rests");
}

function frame() {
  waiting = 0;
  if (changed) {
    compute();
    changed = false;
    if (!history.length) history = [data[root]];
    for (const [k, parts] of rows) update(parts, k);
    plot();
    updateDetail();
  }
  if (position < last) gradAt(position, grad);
  else if (engine === "right") { runBackward(right); grad.set(right); }
  paint();
  if (focused) label(focused);
  showPosition();
  /* what is out of sight follows when the hand rests */
  resting = setTimeout(() => { paint(true); canvas.setAttribute("data-rests", ""); }, 80);
  const then = after;
  after = null;
  if (then) then();
}

function change(k, x) {
  if (position === 0) position = last;
  stepped = stepped && position < last;
  data[k] = x;
  descents = 0;
  history = [];
  changed = true;
  schedule(caption);
}

function announce(text) {
  const box = $("caption");
  if (box.textContent !== text) box.textContent = text;
}

function caption() {
  if (engine !== "right" && position === last) {
    return announce(!finished ? say("never_ends") : firstWrong < 0 ? say("same_anyway")
      : say("first_wrong", { node: names[firstWrong], wrong: show(grad[firstWrong]), right: show(right[firstWrong]) }));
  }
  announce(position === 0 ? say("at_start") : position === last && !stepped ? say("all_done", { node: names[root], number: show(data[root]) }) : sentence(position));
}

let stepped = true;
function showPosition() {
  const slider = $("position");
  slider.value = position;
  const text = say("step_of", { step: position, steps: last });
  slider.setAttribute("aria-valuetext", text);
  $("where").textContent = `${position} / ${last}`;
  $("first").disabled = $("back").disabled = position === 0;
  $("last").disabled = $("next").disabled = position === last;
}

function go(p) {
  p = Math.max(0, Math.min(last, p));
  if (engine !== "right") setEngine("right");
  stepped = true;
  position = p;
  if (p > 0) reveal(steps[p - 1][1]);
  schedule(caption);
}

let playing = 0;
function play(on = !playing) {
  clearInterval(playing);
  playing = 0;
  if (on) {
    if (position === last) go(0);
    playing = setInterval(() => { if (position >= last) play(false); else go(position + 1); }, 1100);
  }
  $("play").setAttribute("aria-pressed", String(!!playing));
  $("play").setAttribute("aria-label", say(playing ? "pause" : "play"));
  $("play").replaceChildren(icon(playing ? "pause" : "play"));
  schedule();
}

function setEngine(name) {
  engine = $("engine").value = name;
  $("about").textContent = say("about_" + name);
  changed = true;
  stepped = false;
  if (name !== "right") { play(false); position = last; }
  schedule(caption);
}

/* Looking around: panning, zooming, opening modules, going from card to card. */
function move(x, y, k, still) {
  view.still = still;
  view.k = Math.max(0.05, Math.min(3, k));
  view.x = x;
  view.y = y;
  view.pan.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${view.k.toFixed(4)})`);
  schedule();
}

const smallest = () => innerWidth < 700 ? 0.6 : 0.45;
function fit(smallest = 0.05) {
  const { width, height } = room;
  const k = Math.max(smallest, Math.min((width - 32) / view.width, (height - 32) / view.height, 1.25));
  /* what does not fit begins at the output, where gradients begin */
  const x = view.width * k > width - 32 ? width - 16 - view.width * k : (width - view.width * k) / 2;
  const output = cardIn(view, root) ?? view.cards.at(-1), overflows = view.height * k > height;
  move(x, overflows && k === smallest ? height / 2 - (output.y + output.height / 2) * k : (height - view.height * k) / 2, k, true);
}

function zoom(by, cx = room.width / 2, cy = room.height / 2) {
  const k = Math.max(0.05, Math.min(3, view.k * by)), f = k / view.k;
  move(cx - (cx - view.x) * f, cy - (cy - view.y) * f, k);
}

function open(module) {
  view = viewOf.get(module);
  for (const other of views) other.svg.classList.toggle("shown", other === view);
  const trail = [];
  for (let m = module; m !== null && m !== undefined; m = graph.parents[m]) trail.unshift(m);
  $("trail").replaceChildren(...(views.length > 1 ? trail : []).map(m => {
    if (!viewOf.has(m)) return html("li", {}, html("span", {}, graph.titles[m]));
    const button = html("button", { type: "button" }, m ? graph.titles[m] : say("whole"));
    if (m === module) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => open(m));
    return html("li", {}, button);
  }));
  if (!view.k) fit(smallest());
  rove(view.cards.at(-1));
  listLeaves();
  changed = true;
  schedule();
}

/* bring node k, or the closed box that it is in, into sight: in this view, or in the next one around */
function reveal(k) {
  for (let m = view.module; !cardIn(view, k) && m; ) {
    do m = graph.parents[m]; while (!viewOf.has(m));
    open(m);
  }
  const card = cardIn(view, k);
  if (!card) return;
  const box = room, x = card.x * view.k + view.x, y = card.y * view.k + view.y, w = card.width * view.k, h = card.height * view.k;
  const dx = x < 8 ? 40 - x : x + w > box.width - 8 ? box.width - 40 - x - w : 0;
  const dy = y < 8 ? 40 - y : y + h > box.height - 8 ? box.height - 40 - y - h : 0;
  if (dx || dy) move(view.x + dx, view.y + dy, view.k);
}

/* one stop for the Tab key; arrows go to the nearest card in their direction */
function rove(card, focus) {
  if (!card) return;
  if (focused) focused.g.setAttribute("tabindex", "-1");
  focused = card;
  card.g.setAttribute("tabindex", "0");
  card.g.setAttribute("role", "button");
  label(card);
  if (focus) {
    if (card.value >= 0) reveal(card.value);
    card.g.focus({ preventScroll: true });
  }
}

function label(card) {
  card.g.setAttribute("aria-label", card.module >= 0 ? say("open_module", { module: graph.titles[card.module] })
    : say(isLeaf[card.node] ? "card_leaf" : "card", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) }));
}

function toward(dx, dy) {
  let best = null, least = Infinity;
  const cx = focused.x + focused.width / 2, cy = focused.y + focused.height / 2;
  for (const card of view.cards) {
    const x = card.x + card.width / 2 - cx, y = card.y + card.height / 2 - cy;
    const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 1 && along + 2.5 * across < least) { least = along + 2.5 * across; best = card; }
  }
  rove(best, true);
}

function press(card) {
  if (card.module >= 0 && !viewOf.has(card.module)) announce(say("not_drawn"));
  else if (card.module >= 0) { open(card.module); rove(view.cards[0], true); }
  else if (card.g.dataset.kind === "card stub") { reveal2(card.node); }
  else choose(card.node);
}
function reveal2(k) {
  const other = views.find(one => one.cardOf.has(k) && one.cardOf.get(k).g.dataset.kind !== "card stub");
  if (other) { open(other.module); rove(view.cardOf.get(k), true); choose(k); }
}

/* Hands: pointers, keys, buttons, the language, and the start of it all. */
let drag = null;
const touches = new Map();
canvas.addEventListener("pointerdown", event => {
  if (event.button) return;
  const card = event.target.closest?.(".card")?.card;
  touches.set(event.pointerId, event);
  canvas.setPointerCapture(event.pointerId);
  if (touches.size === 2) {
    const [a, b] = [...touches.values()];
    drag = { pinch: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), k: view.k };
    return;
  }
  const k = card && card.node >= 0 && isLeaf[card.node] && card.g.dataset.kind !== "card stub" ? card.node : -1;
  drag = { card, k, x: event.clientX, y: event.clientY, from: k >= 0 ? data[k] : 0, vx: view.x, vy: view.y, moved: false };
});
canvas.addEventListener("pointermove", event => {
  if (!drag) return;
  touches.set(event.pointerId, event);
  if (drag.pinch) {
    const [a, b] = [...touches.values()], box = canvas.getBoundingClientRect();
    if (b) zoom(drag.k * Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) / drag.pinch / view.k, (a.clientX + b.clientX) / 2 - box.x, (a.clientY + b.clientY) / 2 - box.y);
    return;
  }
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  drag.moved = true;
  if (drag.k >= 0) { canvas.classList.add("pulling"); change(drag.k, tidy(drag.from + dx * stride(drag.k) / 4)); }
  else move(drag.vx + dx, drag.vy + dy, view.k);
});
const drop = event => {
  touches.delete(event.pointerId);
  canvas.classList.remove("pulling");
  if (drag && !drag.pinch && !drag.moved && event.type === "pointerup" && drag.card) { rove(drag.card, true); press(drag.card); }
  if (!touches.size) drag = null;
};
canvas.addEventListener("pointerup", drop);
canvas.addEventListener("pointercancel", drop);
canvas.addEventListener("wheel", event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  zoom(Math.exp(-event.deltaY / 300), event.clientX - box.x, event.clientY - box.y);
}, { passive: false });
canvas.addEventListener("keydown", event => {
  const card = event.target.card;
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
  const by = { "+": 1, "=": 1, "-": -1, "_": -1 }[event.key];
  if (way) toward(...way);
  else if (event.key === "Enter" || event.key === " ") press(card);
  else if (by && card.node >= 0 && isLeaf[card.node]) {
    change(card.node, tidy(data[card.node] + by * stride(card.node)));
    schedule(() => { rove(card); announce(say("card_leaf", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) })); });
  } else if (event.key === "Escape" && graph.parents[view.module] !== null) {
    let m = graph.parents[view.module];
    while (!viewOf.has(m)) m = graph.parents[m];
    open(m);
    rove(view.cards.at(-1), true);
  } else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, .scroll") || event.key === " " && event.target.closest("button")) return;
  const to = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: last }[event.key];
  if (to !== undefined) { play(false); go(to); }
  else if (event.key === " ") play();
  else return;
  event.preventDefault();
});

const icon = name => {
  const svg = make("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
  svg.append(make("path", { d: graph.icons[name] }));
  return svg;
};
const onClick = (id, action) => $(id).addEventListener("click", action);
onClick("first", () => { play(false); go(0); });
onClick("back", () => { play(false); go(position - 1); });
onClick("play", () => play());
onClick("next", () => { play(false); go(position + 1); });
onClick("last", () => { play(false); go(last); });
onClick("closer", () => zoom(1.25));
onClick("farther", () => zoom(0.8));
onClick("fit", () => fit());
onClick("descend", () => descend(1));
onClick("descend10", () => descend(10));
onClick("reset", () => {
  data.set(initial);
  stepped = false;
  carry.fill(0);
  descents = 0;
  history = [];
  changed = true;
  schedule(caption);
});
onClick("wide", () => { wide = !wide; $("wide").setAttribute("aria-pressed", String(wide)); schedule(); });
onClick("close", () => choose(chosen));
$("position").max = last;
$("position").addEventListener("input", () => { play(false); go(+$("position").value); });
$("engine").addEventListener("change", () => setEngine($("engine").value));
for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));

function speak(code) {
  setLanguage(code);
  document.documentElement.lang = lang;
  for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w, element.dataset);
  for (const element of document.querySelectorAll("[data-l]")) {
    element.setAttribute("aria-label", say(element.dataset.l));
    if (element.title) element.title = say(element.dataset.l);
  }
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  open(view.module);
  describe();
  $("about").textContent = say("about_" + engine);
  play(!!playing);
  schedule(caption);
}

new ResizeObserver(() => { room = canvas.getBoundingClientRect(); if (view.still) fit(smallest()); else schedule(); }).observe(canvas);
addEventListener("beforeprint", () => { room = canvas.getBoundingClientRect(); fit(); frame(); });
$("descent").hidden = !parameters.size;
document.documentElement.classList.add("alive");
compute();
history = [data[root]];
speak(lang);
