/* The picture: what a state looks like in the view that is open. Only what changed is written, what is in sight first. */
import { html, make, $ } from "../shared/elements.js";
import { show } from "../shared/numbers.js";
import { args, edge, graph, isFree, isLeaf, names, op, root, speaking } from "./contents.js";
import { passOf } from "./passes.js";
import { lastOf, partingPosition, shownMoment, shownStep, wholeMoment } from "./state.js";
import { cameraOf, cardIn, placeOf, READABLE, views, viewOf } from "./views.js";
import { largestPaths } from "./why.js";
import { joined, piece, plain, value, working } from "./words.js";

/** @typedef {import("./views.js").Card} Card */
/** @typedef {import("./views.js").View} View */

const FEW = 300; // cards, which are painted together whether they are in sight or not
const WIDEST = 11; // characters; longer numbers are squeezed into the width of so many
const drawn = views.map(view => {
  const chips = make("g", { class: "chips" });
  view.pan.append(chips);
  return { chips, far: false, size: 0, camera: "", shown: view.cards.map(() => ["", ""]), cards: view.cards.map(() => ""), edges: view.edges.map(() => ""), widths: view.edges.map(() => ""), hidden: new Set(), many: view.cards.length > FEW };
});

/** In a view of many cards a browser is quick only if it need not lay out those out of sight.
    @param {Set<any>} hidden @param {any} element @param {boolean} seen */
function unhide(hidden, element, seen) {
  if (hidden.has(element) !== seen) return;
  hidden[seen ? "delete" : "add"](element);
  element.style.display = seen ? "" : "none";
}

/** Everything is laid out again, for paper. */
export function unhideAll() {
  for (const { hidden } of drawn) for (const element of [...hidden]) unhide(hidden, element, true);
}

/** @param {Card} card @param {string[]} shown @param {0 | 1} slot @param {string} text */
function write(card, shown, slot, text) {
  if (shown[slot] === text) return;
  shown[slot] = text;
  const element = slot ? card.grad : card.data;
  element.firstChild.nodeValue = text;
  if (text.length > WIDEST) {
    element.setAttribute("textLength", 78);
    element.setAttribute("lengthAdjust", "spacingAndGlyphs");
  } else if (element.hasAttribute("textLength")) element.removeAttribute("textLength");
}

/**
 * The picture of a state.
 * @param {State} state
 * @param {boolean} everything or only what is in sight
 */
export function paint(state, everything) {
  const view = views[placeOf(state.module)], been = drawn[view.index], all = everything || !been.many, camera = cameraOf(state);
  const pass = passOf(state.numbers), moment = shownMoment(state), step = shownStep(state), last = lastOf(state);
  const stepping = state.position < last, backward = Math.max(0, state.position - firstBackward);
  for (const other of views) other.svg.classList.toggle("shown", other === view);
  const far = camera.k < READABLE - 1e-6, size = far ? 11 / camera.k : 0;
  if (been.far !== far) view.svg.classList.toggle("far", been.far = far);
  if (been.size !== size) view.svg.style.setProperty("--name", `${been.size = size}px`);
  const transform = `translate(${camera.x.toFixed(1)},${camera.y.toFixed(1)}) scale(${camera.k.toFixed(4)})`;
  if (been.camera !== transform) view.pan.setAttribute("transform", been.camera = transform);

  const current = step ? step.node : -1, isBack = step?.phase === "backward", isSeed = step?.phase === "seed";
  const left = -camera.x / camera.k, top = -camera.y / camera.k, right = left + state.room.width / camera.k, bottom = top + state.room.height / camera.k;
  const arguments_ = new Set(step && !isSeed ? args[current].filter(k => !isBack || isFree[k]) : []);
  const here = current >= 0 ? cardIn(view, current) : null;
  const links = litPath(state, pass), onPath = new Set(links.flatMap(([k, j]) => [k, args[k][j]]));
  const parting = partingPosition(state) && partingPosition(state) <= state.position ? wholeMoment(state).parting : null;
  const inSight = /** @param {{ x: number, y: number, width: number, height: number }} box */ box =>
    box.x <= right && box.y <= bottom && box.x + box.width >= left && box.y + box.height >= top;
  for (const card of view.cards) {
    const seen = inSight(card);
    if (been.many) unhide(been.hidden, card.g, seen);
    if (!all && !seen) continue;
    const k = card.value, dim = stepping && k >= 0 && reached[k] > state.position;
    const flowed = k >= 0 && backward > 0 && (!stepping || moment.received[k] === 1 || !isFree[k]);
    const looks = card.kind + (dim ? " dim" : "") + (card === here ? isBack || isSeed ? " now back" : " now" : arguments_.has(k) ? " arg" : "")
      + (k >= 0 && k === state.chosen ? " chosen" : "") + (k >= 0 && moment.wrong[k] ? " wrong" : "")
      + (parting && k === parting.arg ? " first" : "") + (onPath.has(k) ? " on" : "")
      + (far && card.nameWidth * size / 13 > card.width - 12 ? " long" : "");
    if (been.cards[card.index] !== looks) card.g.setAttribute("class", been.cards[card.index] = looks);
    if (!card.data || far && !all) continue;
    write(card, been.shown[card.index], 0, dim ? "·" : value(pass, k));
    if (card.grad) write(card, been.shown[card.index], 1, flowed ? show(moment.grad[k]) : "·");
  }

  /** @param {[number, number][]} uses */
  const flow = uses => uses.reduce((sum, [k, j]) => sum + (moment.used[edge(k, j)] ? Math.abs(moment.product[edge(k, j)]) || 0 : 0), 0);
  let most = 0;
  if (state.wide) for (const { uses } of view.edges) { const f = flow(uses); if (f < Infinity && f > most) most = f; }
  view.edges.forEach(({ path, uses, box }, index) => {
    const seen = !been.many || inSight(box());
    if (been.many) unhide(been.hidden, path, seen);
    if (!all && !seen) return;
    const [k, j] = uses[0], used = !isSeed && uses.some(([n, i]) => n === current && (!isBack || isFree[args[n][i]]));
    const looks = "edge" + (used ? isBack ? " back" : " fore" : "") + (stepping && reached[k] > state.position ? " dim" : "")
      + (links.some(([n, i]) => uses.some(([m, l]) => m === n && l === i)) ? " on" : "")
      + (state.chosen >= 0 && !used && (k === state.chosen || args[k][j] === state.chosen) ? " near" : "");
    if (been.edges[index] !== looks) path.setAttribute("class", been.edges[index] = looks);
    const width = state.wide ? most ? (0.6 + 7 * Math.min(flow(uses) / most, 1)).toFixed(1) : "0.6" : "";
    if (been.widths[index] !== width) path.style.strokeWidth = been.widths[index] = width;
  });
  paintChips(state, view, step, pass, moment);
}

const firstBackward = isFree.filter(Boolean).length;
/** the position after each node's forward step */
const reached = new Int32Array(names.length);
isFree.reduce((position, free, k) => (reached[k] = free ? position + 1 : 0, position + +free), 0);

/** The edges of the path that is lit. @param {State} state @param {Pass} pass @returns {[number, number][]} */
const litPath = (state, pass) => state.path < 0 || state.chosen < 0 ? [] : largestPaths(pass, state.chosen).found[state.path]?.links ?? [];

/** At each edge of the step, beside the argument: its number, or local derivative × upstream = product.
    @param {State} state @param {View} view @param {Step | null} step @param {Pass} pass @param {Moment} moment */
function paintChips(state, view, step, pass, moment) {
  const { chips } = drawn[view.index], current = step ? step.node : -1;
  chips.replaceChildren();
  if (!step || step.phase === "seed" || op[current] < 0 || args[current].length > 12) return;
  const isBack = step.phase === "backward", head = cardIn(view, current);
  /** @type {{ x: number, y: number, w: number, h: number }[]} */
  const placed = [];
  if (!head) return;
  args[current].forEach((arg, j) => {
    const tail = cardIn(view, arg), flow = moment.flows.find(one => one.edge === edge(current, j));
    if (!tail || tail === head || isBack && !flow) return;
    /** @type {Segment[][]} */
    let lines = [piece(value(pass, arg), "number")];
    if (flow) {
      const whole = working("", flow);
      const [first, second] = joined([{ text: show(flow.local), part: "local" }, { text: show(flow.upstream), part: "upstream" }], "×").filter(one => one.part);
      lines = plain(whole).length < 14 ? [whole] : [[first], [{ text: "× ", part: "" }, second], [{ text: "= ", part: "" }, ...piece(show(flow.product), "product")]];
    }
    const w = Math.max(...lines.map(line => plain(line).length)) * 6.8 + 14, h = 8 + 14 * lines.length;
    let x = tail.x + tail.width / 2, y = tail.y + tail.height / 2;
    const besides = tail.x + tail.width <= head.x ? 1 : head.x + head.width <= tail.x ? -1 : 0;
    if (besides) x += besides * ((tail.width + w) / 2 + 3);
    else y += Math.sign(head.y - tail.y) * ((tail.height + h) / 2 + 3);
    for (const other of placed) {
      if (Math.abs(other.x - x) < (other.w + w) / 2 && Math.abs(other.y - y) < (other.h + h) / 2) y = other.y + (other.h + h) / 2 + 2;
    }
    placed.push({ x, y, w, h });
    chips.append(make("g", { class: isBack ? "back" : "", transform: `translate(${x},${y})` },
      make("rect", { x: -w / 2, y: -h / 2, width: w, height: h, rx: 9 }),
      ...lines.map((line, i) => make("text", { y: 14 * i + 15.5 - h / 2 }, ...line.map(({ text, part }) => make("tspan", part ? { "data-part": part } : {}, text))))));
  });
}

/* --- for the keyboard and screen readers ------------------------------------------------------------------------------ */

/** A card's label: what can be seen in it, and what can be done. @param {State} state @param {Card} card */
export function describe(state, card) {
  const { say } = speaking(state.lang), pass = passOf(state.numbers), k = card.value, chip = card.g.querySelector(".chip:not([aria-hidden])");
  const seen = [card.name.textContent, chip?.textContent].filter(Boolean).join(" ");
  if (k < 0 || !card.data) return card.module >= 0 ? say("open_module", { module: seen }) : seen;
  const dim = reached[k] > state.position, { grad } = shownMoment(state), flowed = state.position === lastOf(state) || shownMoment(state).received[k] === 1;
  const pieces = { node: seen, data: dim ? "·" : value(pass, k), grad: flowed ? show(grad[k]) : "·" };
  if (card.module >= 0) return say("open_module", { module: say("card", pieces) });
  const label = say(isLeaf[k] && !card.isStub ? "card_leaf" : "card", pieces);
  return card.name.textContent.endsWith("…") ? `${label} ${names[k]}` : label;
}

/** @type {any} */
let stop = null;
/** One stop for the Tab key, with a label that says what is there now. @param {State} state */
export function paintFocus(state) {
  const view = views[placeOf(state.module)], card = view.cards[state.focus] ?? view.cards[0];
  if (stop !== card.g) {
    stop?.setAttribute("tabindex", "-1");
    stop?.removeAttribute("aria-label");
    stop?.removeAttribute("role");
    stop = card.g;
    stop.setAttribute("tabindex", "0");
    stop.setAttribute("role", "button");
  }
  stop.setAttribute("aria-label", describe(state, card));
}

/** The way from the whole graph to the open view. @param {State} state @param {(module: number) => void} open */
export function paintTrail(state, open) {
  const { say } = speaking(state.lang), trail = [];
  for (let m = /** @type {number | null} */ (state.module); m !== null && m !== undefined; m = graph.parents[m]) trail.unshift(m);
  $("trail").replaceChildren(...(views.length > 1 ? trail : []).map(m => {
    if (!viewOf.has(m)) return html("li", {}, html("span", {}, graph.titles[m]));
    const button = html("button", { type: "button" }, m ? graph.titles[m] : say("whole"));
    if (m === state.module) button.setAttribute("aria-current", "true");
    button.addEventListener("click", () => open(m));
    return html("li", {}, button);
  }));
}

/** The card nearest to the focused one in a direction, or -1. @param {State} state @param {number} dx @param {number} dy */
export function toward(state, dx, dy) {
  const { cards } = views[placeOf(state.module)], from = cards[state.focus] ?? cards[0];
  let best = -1, least = Infinity;
  const cx = from.x + from.width / 2, cy = from.y + from.height / 2;
  for (const card of cards) {
    const x = card.x + card.width / 2 - cx, y = card.y + card.height / 2 - cy;
    const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
    if (along > 1 && along + 2.5 * across < least) { least = along + 2.5 * across; best = card.index; }
  }
  return best;
}
