/* The picture's views, as the SVG elements that they are made of, and painting: only what changed, what is in sight first. */
const SVG = $("curve").namespaceURI;
const make = (name, attributes = {}, ...inside) => {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...inside);
  return element;
};
const html = (name, attributes = {}, ...inside) => {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, attributes[key]);
  element.append(...inside);
  return element;
};

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
