/* The leaves: rows with a slider and a field, one of them under the hand below the picture. */
import { html, make, $ } from "../shared/elements.js";
import { show } from "../shared/numbers.js";
import { graph, initial, names, speaking } from "./contents.js";
import { leavesInView, touchedLeaf } from "./state.js";
import { views, placeOf } from "./views.js";

const MOST_ROWS = 40;
const parameters = new Set(graph.trained);

/** How far a leaf's slider reaches. @param {number} k */
function range(k) {
  const size = Math.abs(initial[k]);
  if (!Number.isFinite(size)) return 2;
  const reach = 2 ** Math.ceil(Math.log2(size && size < 0.05 ? 4 * size : Math.max(1.5 * size, 2)));
  return Number.isFinite(reach) ? reach : size;
}
/** How far one key press moves a leaf; a tenth of it, if the step is to be fine. @param {number} k @param {boolean} [fine] */
export const stride = (k, fine = false) => 10 ** (Math.floor(Math.log10(range(k) / 20)) - +fine);
/** Without the noise of many digits. @param {number} x */
export const tidy = x => Number(x.toPrecision(6));

/** @param {string} name */
export function icon(name) {
  const svg = make("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
  svg.append(make("path", { d: graph.icons[name] }));
  return svg;
}

/** @typedef {{ change: (k: number, x: number, continued?: boolean) => void, type: (k: number, text: string) => void,
      train: (k: number, on: boolean) => void, choose: (k: number) => void, touch: (k: number) => void }} Hands */
/** @typedef {{ k: number, row: any, slider: any, entry: any, reset: any, name: any, train: any, x: number | undefined, shown: string, wrong: boolean, most: number }} Row */

/** @param {number} k @param {Hands} hands @param {boolean} withTraining @returns {Row} */
function makeRow(k, hands, withTraining) {
  const slider = html("input", { type: "range", step: "any" });
  const entry = html("input", { type: "text", inputmode: "text", autocomplete: "off", spellcheck: "false" });
  const reset = html("button", { type: "button", class: "quiet reset" }, icon("reset"));
  const name = html("button", { type: "button", class: "name", title: names[k] }, ...names[k].split(/(?<=\.)/).flatMap(part => [part, html("wbr")]));
  /** @type {Row} */
  const parts = { k, row: html("div", { class: "leaf" }), slider, entry, reset, name, train: null, x: undefined, shown: "", wrong: false, most: 0 };
  slider.addEventListener("keydown", /** @param {KeyboardEvent} event */ event => {
    const by = /** @type {Record<string, number>} */ ({ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 })[event.key];
    if (!by || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    hands.change(parts.k, tidy((parts.x ?? 0) + by * stride(parts.k, event.shiftKey)));
  });
  let sliding = false;
  slider.addEventListener("input", () => { hands.change(parts.k, tidy(+slider.value), sliding); sliding = true; });
  slider.addEventListener("change", () => { sliding = false; });
  entry.addEventListener("change", () => hands.type(parts.k, entry.value));
  for (const element of [slider, entry]) element.addEventListener("focus", () => hands.touch(parts.k));
  reset.addEventListener("click", () => hands.change(parts.k, initial[parts.k]));
  name.addEventListener("click", () => hands.choose(parts.k));
  if (withTraining && parameters.has(k)) {
    parts.train = html("input", { type: "checkbox" });
    parts.train.addEventListener("change", () => hands.train(k, parts.train.checked));
  }
  parts.row.append(parts.train ?? html("span"), name, slider, entry, reset);
  return parts;
}

/** @param {State} state @param {Row} parts */
function update(state, parts) {
  const { k } = parts, x = state.numbers[k], wrong = state.mistyped === String(k);
  if (parts.train) parts.train.checked = state.trained.has(k);
  const most = Math.max(range(k), Number.isFinite(x) && Math.abs(x) > range(k) ? 2 ** Math.ceil(Math.log2(Math.abs(x)) + 0.5) : 0);
  if (most !== parts.most && Number.isFinite(most)) {
    parts.slider.min = -most;
    parts.slider.max = parts.most = most;
  }
  if (!Object.is(parts.x, x) || parts.wrong && !wrong) {
    parts.x = x;
    parts.shown = show(x);
    parts.slider.value = x;
    parts.slider.setAttribute("aria-valuetext", parts.shown);
    if (!wrong) parts.entry.value = parts.shown;
    parts.reset.disabled = Object.is(x, initial[k]);
  }
  parts.wrong = wrong;
  if (wrong) parts.entry.setAttribute("aria-invalid", "true");
  else parts.entry.removeAttribute("aria-invalid");
}

/** What was typed is shown as the page writes numbers, also if it is the number that was there. @param {Row} parts */
const settle = parts => { if (!parts.wrong && parts.entry !== document.activeElement && parts.entry.value !== parts.shown) parts.entry.value = parts.shown; };

/** @param {State} state @param {Row} parts */
function nameControls(state, parts) {
  const { say } = speaking(state.lang), node = names[parts.k];
  parts.slider.setAttribute("aria-label", say("slide", { node }));
  parts.entry.setAttribute("aria-label", say("value_of", { node }));
  parts.reset.setAttribute("aria-label", parts.reset.title = say("reset_one", { node }));
  if (parts.train) parts.train.setAttribute("aria-label", parts.train.title = say("train_this", { node }));
}

let listed = "";
/** @type {Row[]} */
let rows = [];
/** The inputs in view: parameters first, data after them. @param {State} state @param {Hands} hands */
export function paintInputs(state, hands) {
  const { say } = speaking(state.lang), key = `${state.lang} ${state.module}`;
  if (listed !== key) {
    listed = key;
    const here = leavesInView(state), shown = here.slice(0, MOST_ROWS);
    rows = shown.map(k => makeRow(k, hands, true));
    for (const parts of rows) nameControls(state, parts);
    const [trained, data] = [true, false].map(wanted => rows.filter(({ k }) => parameters.has(k) === wanted));
    const heading = /** @param {string} word */ word => parameters.size ? [html("h3", {}, say(word))] : [];
    $("leaves").replaceChildren(...trained.length ? heading("parameters") : [], ...trained.map(one => one.row), ...data.length ? heading("data_leaves") : [], ...data.map(one => one.row));
    const boxes = views[placeOf(state.module)].cards.some(card => card.module >= 0);
    $("more").textContent = here.length > MOST_ROWS ? say("more_leaves", { count: here.length - MOST_ROWS }) : boxes ? say("in_boxes") : here.length ? "" : say("no_leaves");
  }
  for (const parts of rows) { update(state, parts); settle(parts); }
  const touched = touchedLeaf(state);
  for (const parts of rows) parts.row.classList.toggle("touched", parts.k === touched);
}

/** @type {Row | null} */
let hand = null;
let handKey = "";
/** The leaf under the hand. @param {State} state @param {Hands} hands */
export function paintTouched(state, hands) {
  const k = touchedLeaf(state), key = `${state.lang} ${k}`;
  $("touched").hidden = k < 0;
  if (k < 0) { handKey = key; hand = null; return; }
  if (handKey !== key) {
    handKey = key;
    hand = makeRow(k, hands, false);
    nameControls(state, hand);
    $("touched").querySelector(".leaf")?.remove();
    $("touched").prepend(hand.row);
    const { say } = speaking(state.lang);
    $("nudge").title = say("nudge_hint", { node: names[k] });
    $("nudge").setAttribute("aria-label", say("nudge_hint", { node: names[k] }));
  }
  if (hand) { update(state, hand); settle(hand); }
}
