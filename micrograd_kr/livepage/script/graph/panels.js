/* What stands around the picture: the sentence, the player, the chosen node, descent, and the engines compared. */
import { html, $ } from "../shared/elements.js";
import { show } from "../shared/numbers.js";
import { args, edge, given, graph, isFree, names, op, root, speaking } from "./contents.js";
import { curve, verdict } from "./curve.js";
import { icon } from "./inputs.js";
import { spans } from "./lesson.js";
import { MOST_VISITS, passOf, visitsOf } from "./passes.js";
import { describe } from "./picture.js";
import { lastOf, partingPosition, shownMoment, stepAt, wholeMoment } from "./state.js";
import { placeOf, views } from "./views.js";
import { whyOf } from "./why.js";
import { chain, formulasOf, piece, plain, sentence, spellNumbers, value } from "./words.js";

/* --- the sentence ---------------------------------------------------------------------------------------------------- */

/** What the page says now. @param {State} state @returns {Segment[]} */
export function captionOf(state) {
  const { phrase, say } = speaking(state.lang), pass = passOf(state.numbers), last = lastOf(state);
  if (state.notice === "descended") {
    return phrase("descended", { count: state.descents, before: show(state.losses[0]), loss: show(pass.data[root]), node: names[root] });
  }
  if (state.notice === "nudged" && state.nudge) {
    const { node: k, by, before } = state.nudge, past = passOf(before), gradient = past.grad[k];
    return phrase("nudged", {
      leaf: piece(names[k], "arg"), by: show(by), output: piece(names[root], "node"), moved: piece(show(pass.data[root] - past.data[root]), "number"),
      gradient: piece(show(gradient), "product"), guess: show(gradient * by),
    });
  }
  if (state.notice === "card") return piece(describe(state, views[placeOf(state.module)].cards[state.focus]));
  if (state.notice) return phrase(state.notice);
  if (state.position === 0) return phrase("at_start");
  if (!state.stepped && state.position === last) {
    return state.engine === "right" ? phrase("all_done", { node: names[root], number: show(pass.data[root]) }) : outcome(state);
  }
  const step = stepAt(state, state.position), said = sentence(state.lang, step, pass, state.engine, shownMoment(state));
  return state.engine !== "right" && partingPosition(state) === state.position
    ? [...said, ...piece(" "), { text: plain(why(state)), part: "wrong" }] : said;
}

/** How a broken engine ends. @param {State} state */
function outcome(state) {
  const { phrase } = speaking(state.lang), at = partingPosition(state);
  const ends = visitsOf(state.engine).finished ? [] : phrase("never_ends", { count: MOST_VISITS.toLocaleString("en-US") });
  if (!at) return ends.length ? ends : phrase("same_anyway");
  return [...ends, ...(ends.length ? piece(" ") : []), ...phrase("parted", { step: at }), ...piece(" "), ...why(state)];
}

/** Why the engines part, in words. @param {State} state */
function why(state) {
  const parting = wholeMoment(state).parting;
  if (!parting) return [];
  const { kind, node, arg, got, should } = parting;
  return speaking(state.lang).phrase(`parting_${kind}`, { node: names[node], arg: piece(names[arg], "arg"), got: show(got), should: show(should) });
}

let caption = "";
/** @param {State} state */
export function paintCaption(state) {
  const segments = captionOf(state), text = JSON.stringify(segments);
  if (caption === text) return;
  caption = text;
  $("caption").replaceChildren(...spans(segments));
}

/* --- the player ------------------------------------------------------------------------------------------------------ */

/** @param {State} state */
export function paintPlayer(state) {
  const { say } = speaking(state.lang), slider = $("position"), last = lastOf(state), part = partingPosition(state), { position } = state;
  slider.max = last;
  slider.value = position;
  slider.setAttribute("aria-valuetext", say("step_of", { step: position, steps: last }));
  $("where").textContent = `${position} / ${last}`;
  $("first").disabled = $("back").disabled = position === 0;
  $("last").disabled = $("next").disabled = position === last && state.stepped;
  $("last").disabled = $("next").disabled = position === last;
  $("parts").hidden = !part;
  $("parts").style.left = `${100 * part / last}%`;
  const word = state.playing ? "pause" : "play";
  if ($("play").getAttribute("data-shows") !== word) $("play").replaceChildren(icon(word));
  $("play").setAttribute("data-shows", word);
  $("play").setAttribute("aria-pressed", String(state.playing));
  $("play").setAttribute("aria-label", say(word));
  $("undo").disabled = !state.past.length;
  $("speed").value = String(state.speed);
  $("wide").setAttribute("aria-pressed", String(state.wide));
}

/* --- the chosen node ------------------------------------------------------------------------------------------------- */

let detail = "";
/** @type {any[]} */
let pathButtons = [];
/**
 * @param {State} state
 * @param {{ go: (position: number) => void, light: (path: number) => void }} hands
 */
export function paintDetail(state, hands) {
  const box = $("detail"), k = state.chosen;
  box.parentElement.hidden = k < 0;
  const key = k < 0 ? "" : `${state.lang} ${k}`;
  if (k < 0) { detail = key; return; }
  const { say } = speaking(state.lang), pass = passOf(state.numbers);
  if (detail !== key) {
    detail = key;
    const parts = [html("h2", {}, names[k]), html("p", { class: "formula" })];
    if (op[k] >= 0) {
      const heads = [["argument", ""], ["local", "local"], ["upstream", "upstream"], ["product", "product"]];
      const head = html("tr", {}, ...heads.map(([word, part]) => html("th", { scope: "col", "data-part": part }, say(word))));
      parts.push(html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("contributions") }, html("table", {}, html("thead", {}, head), html("tbody"))));
    }
    const jumps = html("div", { class: "controls jumps" }), steps = [["to_forward", given.indexOf(k) + 1], ["to_backward", backwardStepOf(k)]];
    for (const [word, position] of /** @type {[string, number][]} */ (steps)) {
      if (!position) continue;
      const button = html("button", { type: "button" }, say(word));
      button.addEventListener("click", () => hands.go(position));
      jumps.append(button);
    }
    box.replaceChildren(...parts, jumps, html("div", { class: "why" }));
    box.parentElement.scrollIntoView?.({ block: "nearest" });
    shownNumbers = null;
  }
  if (shownNumbers !== state.numbers) {
    shownNumbers = state.numbers;
    fillDetail(state, pass, k, hands);
  }
  pathButtons.forEach((button, index) => button.classList.toggle("on", index === state.path));
}
/** @type {Float64Array | null} */
let shownNumbers = null;

/** The position after the backward step of a node in the right engine, 0 if it has none. @param {number} k */
function backwardStepOf(k) {
  const index = visitsOf("right").visits.indexOf(k);
  return index < 0 ? k === root ? given.length + 1 : 0 : given.length + 2 + index;
}

/** @param {State} state @param {Pass} pass @param {number} k @param {{ light: (path: number) => void }} hands */
function fillDetail(state, pass, k, hands) {
  const box = $("detail"), { say } = speaking(state.lang);
  const equation = op[k] < 0 ? [piece(names[k]), piece(value(pass, k))] : [piece(names[k]), piece(graph.spelling[k]), piece(spellNumbers(pass, k)), piece(value(pass, k))];
  box.querySelector(".formula").textContent = plain(chain(equation));
  const table = box.querySelector("tbody");
  if (table) {
    const formulas = formulasOf(pass, k);
    table.replaceChildren(...args[k].slice(0, 200).map((arg, j) => {
      const e = edge(k, j), numbers = [pass.local[e], pass.grad[k], pass.product[e]].map(show);
      if (formulas[j]) numbers[0] = `${formulas[j]} = ${numbers[0]}`;
      return html("tr", {}, html("th", { scope: "row" }, names[arg]), ...(isFree[arg] ? numbers : ["—", "—", "—"]).map(text => html("td", {}, text)));
    }));
  }
  const told = whyOf(state.lang, pass, k);
  pathButtons = told.paths.map(({ way, sum }, index) => {
    const button = html("button", { type: "button", class: "path" }, html("span", {}, way), html("span", { class: "sum" }, sum));
    for (const name of ["mouseenter", "focus"]) button.addEventListener(name, () => hands.light(index));
    for (const name of ["mouseleave", "blur"]) button.addEventListener(name, () => hands.light(-1));
    return button;
  });
  const lines = [...pathButtons.map(button => html("li", {}, button)), ...(told.rest ? [html("li", { class: "rest" }, told.rest)] : [])];
  box.querySelector(".why").replaceChildren(
    ...(told.title ? [html("h3", {}, told.title)] : []), html("p", {}, told.text), ...(lines.length ? [html("ul", {}, ...lines)] : []),
    ...(told.sum ? [html("p", { class: "total" }, told.sum)] : []));
}

/* --- gradient descent ------------------------------------------------------------------------------------------------ */

/** @type {number[] | null} */
let plotted = null;
let plottedAs = "";
/** @param {State} state */
export function paintDescent(state) {
  if (!graph.trained.length) return;
  const { say } = speaking(state.lang), { losses, descents } = state, first = descents - losses.length + 1, as = `${state.lang} ${state.log}`;
  $("log").setAttribute("aria-pressed", String(state.log));
  if (state.mistyped === "rate") $("rate").setAttribute("aria-invalid", "true");
  else $("rate").removeAttribute("aria-invalid");
  if ($("rate") !== document.activeElement && $("rate").value !== state.rate) $("rate").value = state.rate;
  if (plotted === losses && plottedAs === as) return;
  plotted = losses;
  plottedAs = as;
  $("curve").replaceChildren(...curve(losses, first, state.log));
  $("loss").textContent = `${names[root]} = ${show(losses[losses.length - 1])}`;
  $("count").textContent = say("steps_taken", { count: descents });
  $("curve").setAttribute("aria-label", say("curve", { first: show(losses[0]), last: show(losses[losses.length - 1]), count: descents }));
  const { key, at } = verdict(losses);
  $("verdict").textContent = key ? say(key, { step: first + at, first: show(losses[0]), last: show(losses[losses.length - 1]) }) : "";
}

/* --- engines --------------------------------------------------------------------------------------------------------- */

const MOST_COMPARED = 8;
/** @param {State} state */
export function paintEngine(state) {
  const { say } = speaking(state.lang), moment = shownMoment(state), broken = state.engine !== "right", part = partingPosition(state);
  $("engine").value = state.engine;
  $("about").textContent = say("about_" + state.engine);
  $("compared").hidden = $("toparting").hidden = !broken;
  $("toparting").disabled = !part;
  $("toparting").textContent = part ? say("to_parting", { step: part }) : say("never_parts");
  if (!broken) return;
  const met = given.filter(k => moment.received[k]).reverse(), wrong = met.filter(k => moment.wrong[k]), fine = met.filter(k => !moment.wrong[k]);
  const rows = [...wrong, ...fine].slice(0, MOST_COMPARED);
  $("compared").querySelector("tbody").replaceChildren(...rows.map(k => html("tr", moment.wrong[k] ? { class: "wrong" } : {},
    html("th", { scope: "row" }, names[k]), html("td", {}, show(moment.grad[k])), html("td", {}, show(moment.expected[k])))));
  $("compared").querySelector("caption").textContent = rows.length ? say("compared", { count: wrong.length }) : say("compared_nothing");
}
