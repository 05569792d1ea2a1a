/* The state of the page, and what can happen to it: each action is a pure function from a state to the next. */
import { read } from "../shared/numbers.js";
import { args, given, graph, initial, isLeaf, leaves, root } from "./contents.js";
import { backwardSteps, momentOf, passOf, visitsOf } from "./passes.js";
import { cameraOf, follow, holder, outer, placeOf, viewOf, views } from "./views.js";

const MOST_UNDONE = 100;

/** @param {string} rate @returns {State} */
export const begin = rate => ({
  lang: graph.lang,
  numbers: initial,
  position: 0,
  stepped: true,
  engine: "right",
  carry: null,
  losses: [passOf(initial).data[root]],
  descents: 0,
  trained: new Set(graph.trained),
  rate,
  chosen: -1,
  path: -1,
  touched: graph.trained[0] ?? leaves[0] ?? -1,
  module: 0,
  focus: views[0].cards.length - 1,
  at: null,
  zoom: null,
  room: { width: 800, height: 500 },
  wide: false,
  log: false,
  playing: false,
  speed: 1,
  mistyped: "",
  notice: "",
  nudge: null,
  term: null,
  part: "",
  past: [],
});

/* --- what a state says about itself -------------------------------------------------------------------------------- */

/** How many steps there are. @param {State} state */
export const lastOf = state => given.length + backwardSteps(state.engine);

/** The step that leads to a position. @param {State} state @param {number} position @returns {Step} */
export function stepAt(state, position) {
  const backward = Math.max(0, position - given.length);
  if (!backward) return { phase: "forward", node: given[position - 1], backward };
  if (backward === 1) return { phase: "seed", node: root, backward };
  return { phase: "backward", node: visitsOf(state.engine).visits[backward - 2], backward };
}

/** The step that is shown, or null. @param {State} state */
export const shownStep = state => state.stepped && state.position > 0 ? stepAt(state, state.position) : null;

/** The gradients as far as the steps have gone. @param {State} state */
export const shownMoment = state => momentOf(state.numbers, state.engine, state.carry, Math.max(0, state.position - given.length));

/** The gradients at the end. @param {State} state */
export const wholeMoment = state => momentOf(state.numbers, state.engine, state.carry, backwardSteps(state.engine));

/** The position after the step in which this engine and the right one part; 0 if they never do. @param {State} state */
export function partingPosition(state) {
  const { parting } = wholeMoment(state);
  return parting ? given.length + parting.backward : 0;
}

/** The leaves that can be changed in the open view. @param {State} state */
export const leavesInView = state => views[placeOf(state.module)].cards.filter(card => card.node >= 0 && isLeaf[card.node]).map(card => card.node);

/** The leaf under the hand: the one touched last, if it is in view. @param {State} state */
export function touchedLeaf(state) {
  const here = leavesInView(state);
  return here.includes(state.touched) ? state.touched : here.find(k => state.trained.has(k)) ?? here[0] ?? -1;
}

/* --- actions ------------------------------------------------------------------------------------------------------- */

/** @param {State} state @returns {State} */
function remember(state) {
  const { numbers, position, stepped, carry, losses, descents, trained, touched, notice, nudge } = state;
  const kept = { numbers, position, stepped, carry, losses, descents, trained, touched, notice, nudge };
  return { ...state, past: [...state.past.slice(1 - MOST_UNDONE), kept] };
}

/** @param {State} state @returns {State} */
export function undo(state) {
  const before = state.past.at(-1);
  if (!before) return state;
  const position = Math.min(before.position, lastOf(state));
  return toShownStep({ ...state, ...before, position, past: state.past.slice(0, -1), playing: false, mistyped: "" });
}

/** The step that is shown, in the view where its node stands. @param {State} state @returns {State} */
function toShownStep(state) {
  const step = shownStep(state);
  return step ? follow(inView(state, step.node), [step.node, ...(step.phase === "seed" ? [] : args[step.node])]) : state;
}

/** New numbers; descent begins anew. @param {State} state @param {Float64Array} numbers @returns {State} */
function withNumbers(state, numbers) {
  const begins = state.position === 0 || state.position === lastOf(state);
  return {
    ...state, numbers, position: begins ? lastOf(state) : state.position, stepped: state.stepped && !begins,
    carry: null, descents: 0, losses: [passOf(numbers).data[root]], notice: "", nudge: null, mistyped: "", playing: false,
  };
}

/** A leaf is another number now. While it is dragged only the first change is remembered for undo.
    @param {number} k @param {number} x @param {boolean} continued
    @returns {(state: State) => State} */
export const change = (k, x, continued = false) => state => {
  if (Object.is(state.numbers[k], x)) return { ...state, touched: k, mistyped: "", notice: state.mistyped ? "" : state.notice };
  const numbers = state.numbers.slice();
  numbers[k] = x;
  return { ...withNumbers(continued ? state : remember(state), numbers), touched: k };
};

/** The page around this one gives leaves other numbers; the position stays. @param {[number, number][]} pairs
    @returns {(state: State) => State} */
export const renumber = pairs => state => {
  if (pairs.every(([k, x]) => !isLeaf[k] || Object.is(state.numbers[k], x))) return state;
  const numbers = state.numbers.slice();
  for (const [k, x] of pairs) if (isLeaf[k]) numbers[k] = x;
  return { ...state, numbers, carry: null, descents: 0, losses: [passOf(numbers).data[root]], nudge: null, mistyped: "", past: [] };
};

/** A text was typed as the number of a leaf. @param {number} k @param {string} text @returns {(state: State) => State} */
export const type = (k, text) => state => {
  const x = read(text);
  return x === undefined ? { ...state, mistyped: String(k), notice: "not_a_number", touched: k } : change(k, x)(state);
};

/** The leaf moves by a little, to see what the output does. @param {number} k @param {number} by
    @returns {(state: State) => State} */
export const nudge = (k, by) => state => {
  const changed = change(k, state.numbers[k] + by)(state);
  return { ...changed, notice: "nudged", nudge: { node: k, by, before: state.numbers } };
};

/** @param {State} state @returns {State} */
export const resetAll = state => {
  const changed = withNumbers(remember(state), initial);
  return { ...changed, trained: new Set(graph.trained) };
};

/** @param {string} text @returns {(state: State) => State} */
export const setRate = text => state => {
  const rate = read(text), isRate = rate !== undefined && rate >= 0 && rate < Infinity;
  return { ...state, rate: text, mistyped: isRate ? "" : "rate", notice: isRate ? state.mistyped ? "" : state.notice : "not_a_number" };
};

/** @param {number} k @param {boolean} on @returns {(state: State) => State} */
export const train = (k, on) => state => {
  const trained = new Set(state.trained);
  trained[on ? "add" : "delete"](k);
  return { ...remember(state), trained };
};

/** Gradient descent, with the gradients that the engine gives. @param {number} times @returns {(state: State) => State} */
export const descend = times => state => {
  const rate = read(state.rate);
  if (rate === undefined || !(rate >= 0) || rate === Infinity) return { ...state, mistyped: "rate", notice: "not_a_number" };
  if (!state.trained.size) return { ...state, notice: "nothing_trained" };
  let { numbers, carry, losses } = state;
  losses = losses.slice();
  for (let i = 0; i < times; i++) {
    const { grad } = momentOf(numbers, state.engine, carry, backwardSteps(state.engine));
    const next = numbers.slice();
    for (const k of state.trained) next[k] -= rate * grad[k];
    carry = grad;
    numbers = next;
    losses.push(passOf(numbers).data[root]);
  }
  return {
    ...remember(state), numbers, carry, losses, descents: state.descents + times,
    position: lastOf(state), stepped: false, notice: "descended", nudge: null, mistyped: "", playing: false,
  };
};

/** @param {number} position @param {boolean} playing @returns {(state: State) => State} */
export const go = (position, playing = false) => state => {
  const last = lastOf(state), p = Math.max(0, Math.min(last, position));
  const next = { ...state, position: p, stepped: true, notice: /** @type {const} */ (""), nudge: null, mistyped: "", playing: playing && p < last, path: -1 };
  return p === 0 ? { ...next, at: null } : toShownStep(next);
};

/** Both passes as a whole, in the view that is open. @param {State} state @returns {State} */
export const finish = state => ({ ...go(0)(state), position: lastOf(state), stepped: false });

/** @param {State} state @returns {State} */
export const togglePlay = state => state.playing ? { ...state, playing: false }
  : state.position === lastOf(state) ? go(0, true)({ ...state, playing: true }) : { ...go(state.position, true)(state), playing: true };

/** @param {number} speed @returns {(state: State) => State} */
export const setSpeed = speed => state => ({ ...state, speed });

/** @param {EngineName} engine @returns {(state: State) => State} */
export const setEngine = engine => state => {
  const changed = { ...state, engine, playing: false, notice: /** @type {const} */ (""), nudge: null };
  return { ...changed, position: lastOf(changed), stepped: false };
};

/** @param {string} lang @returns {(state: State) => State} */
export const speak = lang => state => ({ ...state, lang, term: null });

/** The view of a module is opened. @param {number} module @returns {(state: State) => State} */
export const open = module => state => module === state.module ? state
  : { ...state, module, at: null, zoom: null, focus: views[placeOf(module)].cards.length - 1 };

/** The view in which a node stands itself: this one, or the one where it is at home.
    @param {State} state @param {number} node @returns {State} */
export const inView = (state, node) => open(holder(node, state.module))(state);

/** The view around the open one. @param {State} state */
export const leave = state => {
  const around = outer(state.module);
  if (around < 0) return state;
  const left = open(around)(state), index = views[placeOf(around)].cards.findIndex(card => card.module === state.module);
  return index < 0 ? left : focusOn(index)(left);
};

/** @param {number} index @returns {(state: State) => State} */
export const focusOn = index => state => {
  const card = views[placeOf(state.module)].cards[index];
  return card ? follow({ ...state, focus: index, notice: state.notice === "card" ? "" : state.notice }, card.value >= 0 ? [card.value] : []) : state;
};

/** A card is pressed: a node shows its details, a box opens, what stands for a node elsewhere leads there.
    @param {number} index @returns {(state: State) => State} */
export const press = index => state => {
  const view = views[placeOf(state.module)], card = view.cards[index], focused = focusOn(index)(state);
  if (!card) return state;
  if (card.module >= 0) return viewOf.has(card.module) ? focusFirst(open(card.module)(focused)) : { ...focused, notice: "not_drawn" };
  if (!card.isStub) return choose(card.node)(focused);
  const there = inView(focused, card.node), place = views[placeOf(there.module)].cards.findIndex(one => one.node === card.node && !one.isStub);
  return { ...(place < 0 ? there : focusOn(place)(there)), chosen: card.node, path: -1 };
};
/** @param {State} state */
const focusFirst = state => focusOn(0)(state);

/** @param {number} k @returns {(state: State) => State} */
export const choose = k => state => state.chosen === k ? { ...state, chosen: -1, path: -1 }
  : follow({ ...state, chosen: k, path: -1, touched: isLeaf[k] ? k : state.touched }, [k]);

/** @param {number} path @returns {(state: State) => State} */
export const light = path => state => state.path === path ? state : { ...state, path };

/** @param {number} x @param {number} y @param {number} zoom @returns {(state: State) => State} */
export const look = (x, y, zoom) => state => ({ ...state, at: { x, y }, zoom: Math.max(0.05, Math.min(3, zoom)) });

/** Zoom by a factor around a point of the canvas. @param {number} by @param {number} [cx] @param {number} [cy]
    @returns {(state: State) => State} */
export const zoomBy = (by, cx, cy) => state => {
  const camera = cameraOf(state), k = Math.max(0.05, Math.min(3, camera.k * by)), f = k / camera.k;
  const x = cx ?? state.room.width / 2, y = cy ?? state.room.height / 2;
  return look(x - (x - camera.x) * f, y - (y - camera.y) * f, k)(state);
};

/** The whole view. @param {State} state @returns {State} */
export const fitAll = state => ({ ...state, at: null, zoom: 0 });

/** @param {number} width @param {number} height @returns {(state: State) => State} */
export const resize = (width, height) => state => {
  if (state.room.width === width && state.room.height === height) return state;
  const resized = { ...state, room: { width, height }, at: null }, step = shownStep(resized);
  return step ? follow(resized, [step.node, ...args[step.node]]) : resized;
};

/** @param {Partial<Pick<State, "wide" | "log" | "term" | "part" | "playing">>} parts @returns {(state: State) => State} */
export const set = parts => state => ({ ...state, ...parts });
