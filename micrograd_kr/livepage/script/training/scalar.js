/* The computation graph of one example, for a net of any size, as the graph page reads it: its nodes, and its views as
   SVG. What an op, an activation or the loss is made of has been written by Python; here they are only put together. */
import { show } from "../shared/numbers.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {(key: string, pieces?: Record<string, any>) => string} Say */
/** @typedef {{ name: string, tight: number, args: number[], op: number, spelling?: string, number?: number | string }} Listed */

/**
 * @typedef {object} Scalar
 * @property {number[]} op @property {number[][]} args @property {(number | string)[]} data @property {string[]} names
 * @property {string[]} spelling @property {number[]} tight @property {number[]} trained @property {number[]} home
 * @property {(number | null)[]} parents @property {string[]} titles
 */

/** @typedef {{ graph: Scalar, places: { parameters: number[], inputs: number[], targets: number[] }, outputs: number[] }} Built */

const ATOM = 100;

/**
 * The graph of an example, node by node, arguments first.
 * @param {Trainer} trainer @param {number} e the example @param {Say} say
 * @returns {Built}
 */
export function scalarGraph(trainer, e, say) {
  const { given, net, parameters } = trainer, { frame, names } = given, sumSign = frame.parts[2];
  /** @type {Scalar} */
  const graph = { op: [], args: [], data: [], names: [], spelling: [], tight: [], trained: [], home: [], parents: [null], titles: [""] };
  /** @param {number} op @param {number[]} args @param {number | string} data @param {string} name @param {string} spelling @param {number} tight @param {number} home */
  const add = (op, args, data, name, spelling, tight, home) => {
    graph.op.push(op);
    graph.args.push(args);
    graph.data.push(data);
    graph.names.push(name);
    graph.spelling.push(spelling);
    graph.tight.push(tight);
    graph.home.push(home);
    return graph.op.length - 1;
  };
  const places = { parameters: /** @type {number[]} */ (Array(net.count).fill(-1)), inputs: /** @type {number[]} */ (Array(given.inputs).fill(-1)), targets: /** @type {number[]} */ (Array(given.targets).fill(-1)) };
  const last = net.sizes.length - 1, many = net.sizes[last] > 1;
  /** @type {number[]} */
  let from = [];
  /** @type {number[]} by module, from 1 */
  const outputs = [];
  for (let l = 1; l <= last; l++) {
    const layer = [], width = net.sizes[l - 1], activation = trainer.activationNames[l - 1], steps = /** @type {Listed[]} */ (frame.activations[activation]);
    for (let j = 0; j < net.sizes[l]; j++) {
      const home = graph.titles.length, at = net.place(l - 1, j), short = l < last ? say("short_neuron", { layer: l, number: j + 1 }) : many ? `score${j + 1}` : "score";
      graph.parents.push(0);
      graph.titles.push(short);
      const weights = Array.from({ length: width }, (_, i) => add(-1, [], parameters[at + i], `w${l}.${j + 1}.${i + 1}`, "", ATOM, home));
      if (l === 1 && j === 0) from = names.map((/** @type {string} */ name, /** @type {number} */ i) => places.inputs[i] = add(-1, [], trainer.x[e][i], name, "", ATOM, 0));
      const bias = add(-1, [], parameters[at + width], `b${l}.${j + 1}`, "", ATOM, home), args = [...weights, ...from, bias];
      [...weights, bias].forEach((node, i) => { places.parameters[at + i] = node; if (!(trainer.isOwnNet && trainer.frozen?.[at + i])) graph.trained.push(node); });
      const isPlain = steps.length === 1 && steps[0].op === -1;
      const sumName = isPlain ? short : `s${short}`;
      const shown = args.length > 6 ? [graph.names[args[0]], graph.names[args[1]], "…", graph.names[bias]] : args.map(node => graph.names[node]);
      let node = add(frame.dots[width], args, 0, sumName, `${frame.symbols[frame.dots[width]]}(${shown.join(", ")})`, ATOM, home);
      if (!isPlain) {
        /** @type {number[]} */
        const made = [];
        const named = (/** @type {string} */ text) => text.replaceAll(sumSign, sumName);
        steps.forEach((step, k) => {
          if (step.op === -1) { made.push(node); return; }
          const isLast = k === steps.length - 1, name = isLast ? short : step.op === -2 ? step.name : `${short}: ${named(step.name)}`;
          made.push(add(step.op, step.args.map(arg => made[arg]), step.number ?? 0, name, named(step.spelling ?? ""), step.op === -2 ? step.tight : ATOM, home));
        });
        node = made[made.length - 1];
      }
      layer.push(node);
      outputs[home] = node;
    }
    from = layer;
  }
  /** @type {number[]} */
  const made = [];
  for (const step of /** @type {Listed[]} */ (frame.head)) {
    const score = /^score(\d*)$/.exec(step.name), target = /^y(\d*)$/.exec(step.name);
    if (step.op === -1 && score) made.push(from[(+score[1] || 1) - 1]);
    else if (step.op === -1 && target) made.push(places.targets[(+target[1] || 1) - 1] = add(-1, [], trainer.y[e][(+target[1] || 1) - 1], step.name, "", ATOM, 0));
    else made.push(add(step.op, step.args.map(arg => made[arg]), step.number ?? 0, step.name, step.spelling ?? "", step.tight, 0));
  }
  return { graph, places, outputs };
}

// --- views ------------------------------------------------------------------------------------------------------------

/** @typedef {{ kind: "node" | "stub" | "module" | "constant", number: number, x: number, y: number, width: number, height: number, rank: number }} Card */
/** @typedef {{ tail: Card, head: Card, uses: [number, number][] }} Line */

const PADDING = 12, ROWS = 68, PILL = 28, GAP = 16, RANK_GAP = 78, NUMBERS = 142;

/** How wide a text is, about. @param {string} text @param {number} size */
function textWidth(text, size) {
  let width = 0;
  for (const c of text) width += c > "\u1100" ? 1 : /[mwMW@]/.test(c) ? 0.85 : /[iljtfr.,:;'()\[\] ]/.test(c) ? 0.36 : 0.6;
  return width * size;
}

/** @param {string} text */
const escaped = text => text.replace(/[&<>"']/g, c => `&#${c.charCodeAt(0)};`);

/** All views as SVG: the whole graph, in which every neuron is a box, and the inside of each. @param {Built} built @param {string[]} symbols */
export function scalarViews(built, symbols) {
  const { graph } = built;
  return graph.titles.map((_, module) => {
    const { cards, lines } = contents(built, module);
    const size = arrange(cards, lines, graph, symbols);
    return drawn(built, module, cards, lines, size, symbols);
  }).join("");
}

/** What stands in a view. @param {Built} built @param {number} module 0 for the whole graph */
function contents({ graph, outputs }, module) {
  /** @type {Map<string, Card>} */
  const cards = new Map();
  /** @param {number} node @returns {Card} */
  const cardOf = node => {
    const home = graph.home[node], isInside = home === module;
    const kind = isInside ? graph.op[node] === -2 ? "constant" : "node" : module ? "stub" : "module", number = kind === "module" ? home : node;
    const key = `${kind} ${number}`, known = cards.get(key);
    if (known) return known;
    const made = { kind: /** @type {Card["kind"]} */ (kind), number, x: 0, y: 0, width: 0, height: 0, rank: 0 };
    cards.set(key, made);
    return made;
  };
  /** @type {Map<string, Line>} */
  const lines = new Map();
  graph.op.forEach((_, node) => {
    if (module && graph.home[node] !== module) return;
    const head = cardOf(node);
    graph.args[node].forEach((arg, j) => {
      if (!module && graph.home[arg] !== 0 && graph.home[arg] === graph.home[node]) return; // inside a box
      const tail = cardOf(arg), key = `${tail.kind} ${tail.number} ${head.kind} ${head.number}`;
      const line = lines.get(key) ?? { tail, head, uses: [] };
      line.uses.push([node, j]);
      lines.set(key, line);
    });
  });
  return { cards: [...cards.values()], lines: [...lines.values()] };
}

/** Columns from what is given to what is computed last, each in the order of its neighbours. @param {Card[]} cards @param {Line[]} lines @param {Scalar} graph @param {string[]} symbols */
function arrange(cards, lines, graph, symbols) {
  for (const card of cards) {
    const title = titleOf(card, graph), chip = chipOf(card, graph, symbols);
    const first = textWidth(title, 13) + (chip ? 10 + textWidth(chip, 12.5) : 0);
    card.width = card.kind === "constant" ? Math.max(40, first + 2 * PADDING) : Math.max(first + 2 * PADDING, NUMBERS);
    card.height = card.kind === "constant" ? PILL : ROWS;
  }
  const fed = new Set(lines.map(line => line.head));
  /* as far to the right as what uses it allows: a number stands just before it is needed */
  for (let i = 0, moved = true; moved && i <= cards.length; i++) {
    moved = false;
    for (const { tail, head } of lines) if (tail.rank <= head.rank) { tail.rank = head.rank + 1; moved = true; }
  }
  const most = Math.max(...cards.map(card => card.rank));
  for (const card of cards) card.rank = most - card.rank;
  /** @type {Card[][]} */
  const columns = [];
  for (const card of cards) (columns[card.rank] ??= []).push(card);
  const place = new Map(), heights = columns.map(column => column.reduce((sum, card) => sum + card.height + GAP, -GAP));
  const high = Math.max(...heights, 1);
  const settle = () => columns.forEach((column, r) => {
    let y = (high - heights[r]) / 2;
    for (const card of column) { card.y = y; y += card.height + GAP; place.set(card, card.y + card.height / 2); }
  });
  settle();
  for (let sweep = 0; sweep < 4; sweep++) {
    for (const column of columns) {
      const mean = new Map(column.map(card => {
        const beside = lines.filter(line => line.head === card || line.tail === card && columns.length > 2 && !fed.has(card)).map(line => place.get(line.head === card ? line.tail : line.head));
        return [card, beside.length ? beside.reduce((a, b) => a + b, 0) / beside.length : place.get(card)];
      }));
      if (column.some(card => lines.some(line => line.head === card))) column.sort((a, b) => mean.get(a) - mean.get(b));
    }
    settle();
  }
  let x = 0;
  for (const column of columns) {
    const wide = Math.max(...column.map(card => card.width));
    for (const card of column) card.x = x + (wide - card.width) / 2;
    x += wide + RANK_GAP;
  }
  return { width: Math.max(1, x - RANK_GAP), height: high };
}

/** @param {Card} card @param {Scalar} graph */
const titleOf = (card, graph) => card.kind === "module" ? graph.titles[card.number] : graph.names[card.number];

/** @param {Card} card @param {Scalar} graph @param {string[]} symbols */
function chipOf(card, graph, symbols) {
  if (card.kind === "module") return "⤢";
  const op = graph.op[card.number];
  return op < 0 || graph.names[card.number] === graph.spelling[card.number] ? "" : symbols[op];
}

/** @param {Built} built @param {number} module @param {Card[]} cards @param {Line[]} lines @param {{ width: number, height: number }} size @param {string[]} symbols */
function drawn({ graph, outputs }, module, cards, lines, { width, height }, symbols) {
  const paths = lines.map(({ tail, head, uses }) => {
    const x = tail.x + tail.width, y = tail.y + tail.height / 2 - height, endX = head.x, endY = head.y + head.height / 2 - height, bend = Math.max(24, (endX - x) / 2);
    const d = `M${x.toFixed(1)},${y.toFixed(1)}C${(x + bend).toFixed(1)},${y.toFixed(1)} ${(endX - bend).toFixed(1)},${endY.toFixed(1)} ${endX.toFixed(1)},${endY.toFixed(1)}`;
    return `<path class="edge" d="${d}" data-u="${uses.map(use => use.join(":")).join(" ")}"/>`;
  });
  const shown = cards.map(card => {
    const title = titleOf(card, graph), chip = chipOf(card, graph, symbols), right = card.width - PADDING, isRoot = card.number === graph.op.length - 1 && card.kind !== "module";
    const place = `data-at="${card.x.toFixed(1)} ${card.y.toFixed(1)}" transform="translate(${card.x.toFixed(1)},${card.y.toFixed(1)})" data-title="${textWidth(title, 13).toFixed(0)}"`;
    const rect = `<rect width="${card.width.toFixed(0)}" height="${card.height}" rx="${card.kind === "constant" ? 14 : 10}"/>`;
    if (card.kind === "constant") return `<g class="card constant" data-kind="card constant" data-n="${card.number}" ${place}>${rect}<text class="name" x="${(card.width / 2).toFixed(0)}" y="18">${escaped(title)}</text></g>`;
    const top = `${rect}<text class="name" x="${PADDING}" y="21">${escaped(title)}</text>${chip ? `<text class="chip" x="${right.toFixed(0)}" y="21">${escaped(chip)}</text>` : ""}`;
    const rows = ["data", "grad"].map((key, i) => `<text class="key" data-w="${key}" x="${PADDING}" y="${41 + 17 * i}"></text><text class="${key}" x="${right.toFixed(0)}" y="${41 + 17 * i}">${show(0)}</text>`).join("");
    if (card.kind === "module") return `<g class="card module" data-kind="card module" data-m="${card.number}" data-out="${outputs[card.number]}" ${place}>${top}${rows}</g>`;
    const style = `${card.kind === "stub" ? "card stub" : graph.op[card.number] < 0 ? "card leaf" : "card"}${isRoot ? " output" : ""}`;
    return `<g class="${style}" data-kind="${style}" data-n="${card.number}" ${place}>${top}${rows}</g>`;
  });
  const title = escaped(graph.titles[module] || graph.names[graph.names.length - 1]);
  return `<svg class="view${module ? "" : " shown"}" role="group" aria-label="${title}" viewBox="0 0 ${width.toFixed(0)} ${height.toFixed(0)}" data-module="${module}"><g class="pan"><g transform="translate(0,${height.toFixed(1)})">${paths.join("")}</g>${shown.join("")}</g></svg>`;
}
