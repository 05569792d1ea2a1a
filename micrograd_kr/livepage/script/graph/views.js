/* The picture's views as Python drew them, where their cards stand, and from where a view is looked at. */
import { args, graph, isLeaf, root } from "./contents.js";

/** @typedef {{ g: any, index: number, x: number, y: number, width: number, height: number, node: number, module: number,
      value: number, kind: string, isStub: boolean, data: any, grad: any, name: any, nameWidth: number }} Card */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** On the screen text is at least 11 px high: below this scale a card shows its name only, larger, or nothing. */
const SMALLEST_TEXT = 12;
export const READABLE = 11 / SMALLEST_TEXT, MARGIN = 16;

export const views = [...document.querySelectorAll("svg.view")].map((svg, index) => {
  const [, , width, height] = (svg.getAttribute("viewBox") ?? "").split(" ").map(Number);
  const view = {
    svg: /** @type {any} */ (svg), pan: /** @type {any} */ (svg.querySelector(".pan")), index, width, height,
    module: Number(/** @type {any} */ (svg).dataset.module), cards: /** @type {Card[]} */ ([]),
    edges: /** @type {{ path: any, uses: [number, number][], box: () => Box }[]} */ ([]), cardOf: /** @type {Map<number | string, Card>} */ (new Map()),
  };
  for (const g of /** @type {NodeListOf<any>} */ (svg.querySelectorAll(".card"))) {
    const [x, y] = g.dataset.at.split(" ").map(Number), rect = g.querySelector("rect"), { kind } = g.dataset;
    const card = {
      g, index: view.cards.length, x, y, width: +rect.getAttribute("width"), height: +rect.getAttribute("height"),
      node: +(g.dataset.n ?? -1), module: +(g.dataset.m ?? -1), value: +(g.dataset.n ?? g.dataset.out ?? -1),
      kind, isStub: kind.startsWith("card stub"), data: g.querySelector(".data"), grad: g.querySelector(".grad"),
      name: g.querySelector(".name"), nameWidth: +g.dataset.title,
    };
    g.index = card.index;
    view.cards.push(card);
    view.cardOf.set(card.module >= 0 ? "m" + card.module : card.node, card);
  }
  for (const path of /** @type {NodeListOf<any>} */ (svg.querySelectorAll(".edge"))) {
    /** @type {[number, number][]} */
    const uses = path.dataset.u.split(" ").map(/** @param {string} use */ use => use.split(":").map(Number));
    /** @type {Box | null} */
    let box = null;
    view.edges.push({ path, uses, box: () => box ??= boxAround(ends(view, ...uses[0])) });
  }
  return view;
});
/** @typedef {typeof views[number]} View */

/** by the number of its module */
export const viewOf = new Map(views.map(view => [view.module, view]));
/** @param {number} module */
export const placeOf = module => viewOf.get(module)?.index ?? 0;

/** The view around that of a module, -1 for the whole graph's. @param {number} module */
export function outer(module) {
  for (let m = graph.parents[module]; m !== null && m !== undefined; m = graph.parents[m]) if (viewOf.has(m)) return m;
  return -1;
}

/** The cards that an edge joins. @param {any} view @param {number} k @param {number} j */
const ends = (view, k, j) => [cardIn(view, k), cardIn(view, args[k][j])].filter(card => card !== undefined);

/** The card of node k in a view: its own, or the closed box that it is in. @param {View} view @param {number} k */
export function cardIn(view, k) {
  let card = view.cardOf.get(k);
  for (let m = /** @type {number | null} */ (graph.home[k]); !card && m !== null; m = graph.parents[m]) card = view.cardOf.get("m" + m);
  return card;
}

/** the first view in which each node stands itself */
const homeView = new Map();
for (const view of views) for (const card of view.cards) {
  if (card.node >= 0 && !card.isStub && !homeView.has(card.node)) homeView.set(card.node, view.module);
}

/** The module in whose view node k stands itself: the one given, if it does there. @param {number} k @param {number} module */
export function holder(k, module) {
  const here = viewOf.get(module)?.cardOf.get(k);
  if (here && !here.isStub) return module;
  const home = homeView.get(k);
  if (home !== undefined) return home;
  for (let m = /** @type {number | null} */ (graph.home[k]); m !== null; m = graph.parents[m]) if (viewOf.has(m)) return m;
  return 0;
}

/* --- the camera: x and y of the view's corner on the canvas, and the scale k ----------------------------------------- */

/** @param {State} state @returns {{ x: number, y: number, k: number }} */
export function cameraOf(state) {
  const view = views[placeOf(state.module)], { width, height } = state.room;
  const whole = Math.min((width - 2 * MARGIN) / view.width, (height - 2 * MARGIN) / view.height, 1.25);
  const k = state.zoom === null ? Math.max(whole, READABLE) : state.zoom || whole;
  if (state.at) return { ...state.at, k };
  /* what does not fit begins at the inputs before the first step, and at the output after the last */
  const start = state.position === 0, ends = view.cards.filter(card => start ? isLeaf[card.node] : card.value === root);
  const target = ends.length ? ends : [start ? view.cards[0] : view.cards[view.cards.length - 1]];
  const box = boxAround(start ? target.slice(0, 1) : target);
  return {
    x: centred(width, view.width * k, box.x * k, box.width * k),
    y: centred(height, view.height * k, box.y * k, box.height * k),
    k,
  };
}

/** Where content of a length begins in a room: centred if it fits, else so that a stretch of it is in the middle.
    @param {number} room @param {number} length @param {number} from @param {number} extent */
function centred(room, length, from, extent) {
  if (length <= room - 2 * MARGIN + 0.5) return (room - length) / 2;
  return Math.min(MARGIN, Math.max(room - MARGIN - length, room / 2 - from - extent / 2));
}

/** @param {Box[]} cards @returns {Box} */
function boxAround(cards) {
  const x = Math.min(...cards.map(card => card.x)), y = Math.min(...cards.map(card => card.y));
  return { x, y, width: Math.max(...cards.map(card => card.x + card.width)) - x, height: Math.max(...cards.map(card => card.y + card.height)) - y };
}

/** The state, looked at so that these nodes are in sight: the first of them at least, and as much of the others as the
    room holds. @param {State} state @param {number[]} which @returns {State} */
export function follow(state, which) {
  const view = views[placeOf(state.module)], camera = cameraOf(state), { k } = camera, { width, height } = state.room;
  const cards = [...new Set(which.map(node => cardIn(view, node)).filter(card => card !== undefined))];
  if (!cards.length) return state;
  const all = boxAround(cards), first = boxAround(cards.slice(0, 1));
  const x = nearest(camera.x, [all.x * k, all.width * k], [first.x * k, first.width * k], width);
  const y = nearest(camera.y, [all.y * k, all.height * k], [first.y * k, first.height * k], height);
  return x === camera.x && y === camera.y ? state : { ...state, at: { x, y } };
}

/** The least change of an offset that brings a stretch into a room; if that is too long, the first part of it, at the
    end of the room at which more of the rest is seen.
    @param {number} offset @param {number[]} all @param {number[]} first @param {number} room */
function nearest(offset, [from, extent], [firstFrom, firstExtent], room) {
  const margin = Math.min(MARGIN, room * 0.03);
  if (extent <= room - 2 * margin) {
    if (offset + from < margin) return margin - from;
    return Math.min(offset, room - margin - from - extent);
  }
  const before = firstFrom - from, after = extent - before - firstExtent;
  if (Math.min(before, after) > (room - firstExtent) / 2) return (room - firstExtent) / 2 - firstFrom;
  return before > after ? room - margin - firstFrom - firstExtent : margin - firstFrom;
}
