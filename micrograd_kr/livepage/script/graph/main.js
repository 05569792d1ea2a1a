/* The graph page: one state, one render. Events become actions, which are pure functions of state.js. */
import { $ } from "../shared/elements.js";
import { graph, isLeaf, leaves, speaking } from "./contents.js";
import { paintInputs, paintTouched, stride, tidy } from "./inputs.js";
import { paintLesson } from "./lesson.js";
import { paintCaption, paintDescent, paintDetail, paintEngine, paintPlayer } from "./panels.js";
import { paint, paintFocus, paintTrail, toward, unhideAll } from "./picture.js";
import * as act from "./state.js";
import { nameTerms, paintTerm } from "./terms.js";
import { cameraOf, placeOf, views } from "./views.js";

const canvas = $("canvas"), html = document.documentElement;
let state = act.begin($("rate").value);
let waiting = 0, resting = 0, player = 0, printing = false;

/** @param {(state: State) => State} action */
function dispatch(action) {
  const next = action(state);
  if (next === state) return;
  state = next;
  if (waiting) return;
  waiting = requestAnimationFrame(frame);
  clearTimeout(resting);
  canvas.removeAttribute("data-rests");
}

function frame() {
  waiting = 0;
  if (printing) return;
  render(state);
  /* what is out of sight follows when the hand rests */
  resting = setTimeout(() => {
    if (printing) return;
    paint(state, true);
    canvas.setAttribute("data-rests", "");
  }, 80);
}

/* --- render: everything on the page follows from the state ------------------------------------------------------------ */

let spoken = "", trail = "";
/** @param {State} now */
function render(now) {
  if (spoken !== now.lang) nameEverything(now.lang);
  spoken = now.lang;
  if (trail !== `${now.lang} ${now.module}`) paintTrail(now, module => dispatch(act.open(module)));
  trail = `${now.lang} ${now.module}`;
  html.dataset.part = now.part;
  paint(now, false);
  paintFocus(now);
  paintCaption(now);
  paintPlayer(now);
  paintLesson(now);
  paintInputs(now, hands);
  paintTouched(now, hands);
  paintDetail(now, hands);
  paintDescent(now);
  paintEngine(now);
  paintTerm(now);
  report(now);
  clearTimeout(player);
  if (now.playing) player = setTimeout(() => dispatch(act.go(now.position + 1, true)), readingTime(now));
}

/** As long as the sentence takes to read. @param {State} now */
const readingTime = now => (700 + 18 * $("caption").textContent.length) / now.speed;

/** @param {string} lang */
function nameEverything(lang) {
  const { say } = speaking(lang);
  html.lang = lang;
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-w]"))) {
    element.textContent = say(element.dataset.w ?? "", /** @type {any} */ (element.dataset));
  }
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-l]"))) {
    element.setAttribute("aria-label", say(element.dataset.l ?? ""));
    if (element.title) element.title = say(element.dataset.l ?? "");
  }
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-lang]"))) {
    button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
  }
  nameTerms(lang);
}

const hands = {
  /** @param {number} k @param {number} x @param {boolean} [continued] */
  change: (k, x, continued) => dispatch(act.change(k, x, continued)),
  /** @param {number} k @param {string} text */
  type: (k, text) => dispatch(act.type(k, text)),
  /** @param {number} k @param {boolean} on */
  train: (k, on) => dispatch(act.train(k, on)),
  /** @param {number} k */
  choose: k => dispatch(act.choose(k)),
  /** @param {number} k */
  touch: k => dispatch(now => now.touched === k ? now : { ...now, touched: k }),
  /** @param {number} position */
  go: position => dispatch(act.go(position)),
  /** @param {number} path */
  light: path => dispatch(act.light(path)),
};

/* --- in a page around it ---------------------------------------------------------------------------------------------- */

/* The training page opens this one in a frame: it sets the leaves' numbers, and hears of those that change here. */
let known = state.numbers;
/** @param {State} now */
function report(now) {
  if (!graph.hosted || now.numbers === known) return;
  known = now.numbers;
  parent.postMessage({ numbers: leaves.map(k => [k, now.numbers[k]]) }, "*");
}
if (graph.hosted) {
  html.classList.add("hosted");
  addEventListener("message", event => {
    if (event.source !== parent || !Array.isArray(event.data?.numbers)) return;
    dispatch(act.renumber(event.data.numbers));
    known = state.numbers;
  });
}

/* --- the picture under the hand --------------------------------------------------------------------------------------- */

/** @type {any} */
let drag = null;
/** @type {Map<number, PointerEvent>} */
const touches = new Map();
const pinch = () => {
  const [a, b] = [...touches.values()], box = canvas.getBoundingClientRect();
  return { size: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), x: (a.clientX + b.clientX) / 2 - box.x, y: (a.clientY + b.clientY) / 2 - box.y };
};
canvas.addEventListener("pointerdown", /** @param {any} event */ event => {
  if (event.button) return;
  const g = event.target.closest?.(".card"), card = g ? views[placeOf(state.module)].cards[g.index] : null;
  touches.set(event.pointerId, event);
  canvas.setPointerCapture(event.pointerId);
  if (touches.size === 2) { drag = { pinch: pinch() }; return; }
  const k = card && !card.isStub && card.node >= 0 && isLeaf[card.node] ? card.node : -1, camera = cameraOf(state);
  drag = { card, k, x: event.clientX, y: event.clientY, from: k >= 0 ? state.numbers[k] : 0, camera, moved: false };
});
canvas.addEventListener("pointermove", /** @param {PointerEvent} event */ event => {
  if (!drag) return;
  touches.set(event.pointerId, event);
  if (drag.pinch) {
    if (touches.size < 2) return;
    const now = pinch(), before = drag.pinch;
    drag = { pinch: now };
    dispatch(act.zoomBy(now.size / before.size, now.x, now.y));
    dispatch(before_ => { const { x, y, k } = cameraOf(before_); return act.look(x + now.x - before.x, y + now.y - before.y, k)(before_); });
    return;
  }
  const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
  if (!drag.moved && Math.hypot(dx, dy) < 4) return;
  if (drag.k >= 0) {
    canvas.classList.add("pulling");
    dispatch(act.change(drag.k, tidy(drag.from + dx * stride(drag.k, event.shiftKey) / 4), drag.moved));
  } else dispatch(act.look(drag.camera.x + dx, drag.camera.y + dy, drag.camera.k));
  drag.moved = true;
});
/** @param {PointerEvent} event */
const drop = event => {
  touches.delete(event.pointerId);
  canvas.classList.remove("pulling");
  if (drag && !drag.pinch && !drag.moved && event.type === "pointerup" && drag.card) pressCard(drag.card.index);
  if (!touches.size) drag = null;
};
canvas.addEventListener("pointerup", drop);
canvas.addEventListener("pointercancel", drop);
canvas.addEventListener("wheel", /** @param {WheelEvent} event */ event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const box = canvas.getBoundingClientRect();
  dispatch(act.zoomBy(Math.exp(-event.deltaY / 300), event.clientX - box.x, event.clientY - box.y));
}, { passive: false });

/** The card that the state stops at gets the focus of the keyboard. */
function focusCard() {
  if (waiting) { cancelAnimationFrame(waiting); frame(); }
  views[placeOf(state.module)].cards[state.focus]?.g.focus({ preventScroll: true });
}
/** @param {number} index */
function pressCard(index) {
  dispatch(act.press(index));
  focusCard();
}
canvas.addEventListener("focusin", /** @param {any} event */ event => {
  const index = event.target.index;
  if (index !== undefined && index !== state.focus) dispatch(act.focusOn(index));
});
canvas.addEventListener("keydown", /** @param {any} event */ event => {
  const card = views[placeOf(state.module)].cards[event.target.index ?? -1];
  if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
  const way = /** @type {Record<string, number[]>} */ ({ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] })[event.key];
  const by = /** @type {Record<string, number>} */ ({ "+": 1, "=": 1, "-": -1, "_": -1 })[event.key];
  if (way) {
    const next = toward(state, way[0], way[1]);
    if (next >= 0) { dispatch(act.focusOn(next)); focusCard(); }
  } else if (event.key === "Enter" || event.key === " ") pressCard(card.index);
  else if (by && !card.isStub && card.node >= 0 && isLeaf[card.node]) {
    dispatch(now => ({ ...act.change(card.node, tidy(now.numbers[card.node] + by * stride(card.node, event.shiftKey && event.key !== "+")))(now), notice: "card" }));
  } else if (event.key === "Escape" && state.module) {
    dispatch(act.leave);
    focusCard();
  } else return;
  event.preventDefault();
  event.stopPropagation();
});

/* --- keys, buttons and the rest --------------------------------------------------------------------------------------- */

document.addEventListener("keydown", /** @param {any} event */ event => {
  if (event.key === "Escape" && state.term) return dispatch(act.set({ term: null }));
  if (event.target.closest("input, select, textarea, .scroll")) return;
  if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !event.shiftKey && !event.altKey) {
    event.preventDefault();
    return dispatch(act.undo);
  }
  if (event.ctrlKey || event.metaKey || event.altKey || event.key === " " && event.target.closest("button")) return;
  const to = /** @type {Record<string, number>} */ ({ ArrowRight: state.position + 1, ArrowLeft: state.position - 1, Home: 0 })[event.key];
  if (to !== undefined) dispatch(act.go(to));
  else if (event.key === "End") dispatch(act.finish);
  else if (event.key === " ") dispatch(act.togglePlay);
  else return;
  event.preventDefault();
});

/** @param {string} id @param {(now: State, event: any) => (state: State) => State} action */
const onClick = (id, action) => $(id).addEventListener("click", /** @param {Event} event */ event => dispatch(action(state, event)));
onClick("first", () => act.go(0));
onClick("back", now => act.go(now.position - 1));
onClick("play", () => act.togglePlay);
onClick("next", now => act.go(now.position + 1));
onClick("last", () => act.finish);
onClick("closer", () => act.zoomBy(1.25));
onClick("farther", () => act.zoomBy(0.8));
onClick("fit", () => act.fitAll);
onClick("descend", () => act.descend(1));
onClick("descend10", () => act.descend(10));
onClick("reset", () => act.resetAll);
onClick("undo", () => act.undo);
onClick("log", now => act.set({ log: !now.log }));
onClick("wide", now => act.set({ wide: !now.wide }));
onClick("close", now => act.choose(now.chosen));
onClick("nudge", (now, event) => act.nudge(act.touchedLeaf(now), event.shiftKey ? 0.001 : 0.01));
onClick("toparting", now => act.go(act.partingPosition(now)));
$("rate").addEventListener("change", () => dispatch(act.setRate($("rate").value)));
$("position").addEventListener("input", () => dispatch(act.go(+$("position").value)));
$("engine").addEventListener("change", () => dispatch(act.setEngine($("engine").value)));
$("speed").addEventListener("change", () => dispatch(act.setSpeed(Number($("speed").value))));
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-lang]"))) {
  button.addEventListener("click", () => dispatch(act.speak(button.dataset.lang ?? graph.lang)));
}

/* a term is explained, and what plays the same part lights up in formula, code, picture and sentence */
for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-term]"))) {
  const id = button.dataset.term ?? "";
  const shown = () => dispatch(now => now.term?.anchor === button.id ? now : act.set({ term: { id, anchor: button.id } })(now));
  const hidden = () => dispatch(now => now.term?.anchor === button.id ? act.set({ term: null })(now) : now);
  for (const name of ["mouseenter", "focus", "click"]) button.addEventListener(name, shown);
  for (const name of ["mouseleave", "blur"]) button.addEventListener(name, hidden);
}
document.addEventListener("pointerdown", /** @param {any} event */ event => {
  if (state.term && !event.target.closest("[data-term]")) dispatch(act.set({ term: null }));
});
/** @param {any} event */
const overPart = event => {
  const part = event.target.closest?.("[data-part]:not(html)")?.dataset.part ?? "";
  if (part !== state.part) dispatch(act.set({ part }));
};
document.addEventListener("pointerover", overPart);
document.addEventListener("focusin", overPart);

/* --- the start -------------------------------------------------------------------------------------------------------- */

const measure = () => dispatch(act.resize(canvas.clientWidth, canvas.clientHeight));
new ResizeObserver(measure).observe(canvas);
addEventListener("beforeprint", () => {
  printing = true;
  paint({ ...state, at: null, zoom: 0 }, true);
  unhideAll();
  printed(true);
});
addEventListener("afterprint", () => {
  printing = false;
  printed(false);
  render(state);
});
/** On paper the picture is as wide as the paper, whatever the window's size. @param {boolean} on */
function printed(on) {
  for (const { svg, width, height, pan } of views) {
    if (on) {
      svg.setAttribute("viewBox", `-4 -4 ${width + 8} ${height + 8}`);
      pan.setAttribute("data-transform", pan.getAttribute("transform") ?? "");
      pan.removeAttribute("transform");
    } else {
      svg.removeAttribute("viewBox");
      pan.setAttribute("transform", pan.getAttribute("data-transform") ?? "");
    }
  }
}

for (const { svg } of views) svg.removeAttribute("viewBox");
html.classList.add("alive");
state = act.resize(canvas.clientWidth, canvas.clientHeight)(state);
render(state);
paint(state, true);
canvas.setAttribute("data-rests", "");
if (graph.hosted) parent.postMessage({ numbers: [], ready: true }, "*");
