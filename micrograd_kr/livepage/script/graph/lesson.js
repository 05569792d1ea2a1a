/* The lesson beside the picture: the formula of the step, and the engine's few lines with the one that runs lit. */
import { html, $ } from "../shared/elements.js";
import { show } from "../shared/numbers.js";
import { firstEdge, graph, names, op, root, speaking } from "./contents.js";
import { passOf } from "./passes.js";
import { shownMoment, shownStep, touchedLeaf } from "./state.js";
import { chain, formulasOf, piece, spellNumbers, value, working, writtenOut } from "./words.js";

const MOST_ROWS = 3;

/** Stretches of text as elements. @param {Segment[]} segments */
export const spans = segments => segments.map(({ text, part }) => part ? html("span", { "data-part": part }, text) : text);

/** @param {number} k */
const symbol = k => graph.tight[k] < graph.atom ? `∂(${names[k]})` : `∂${names[k]}`;
/** ∂top/∂bottom @param {number} top @param {number} bottom @param {string} part */
const fraction = (top, bottom, part) => html("span", { class: "frac", "data-part": part },
  html("span", {}, symbol(top)), html("span", { class: "over" }, "/"), html("span", {}, symbol(bottom)));

/** @param {State} state @returns {(Node | string)[][]} */
function rowsOf(state) {
  const step = shownStep(state), pass = passOf(state.numbers), { say } = speaking(state.lang);
  if (!step) {
    const k = touchedLeaf(state);
    if (state.position === 0 || k < 0) return [[html("span", { class: "hint" }, say("formula_first"))]];
    return [[fraction(root, k, "product"), " = ", html("span", { "data-part": "product" }, show(pass.grad[k]))],
      [html("span", { class: "hint" }, say("formula_means", { leaf: names[k], output: names[root], moved: show(0.01 * pass.grad[k]) }))]];
  }
  const k = step.node;
  if (step.phase === "seed") return [[fraction(k, k, "product"), " = ", html("span", { "data-part": "product" }, "1")]];
  if (step.phase === "forward") {
    const formula = op[k] < 0 ? "" : piece(graph.spelling[k], "formula");
    const numbers = op[k] < 0 ? "" : piece(writtenOut(pass, k) || spellNumbers(pass, k), "formula");
    return [spans(chain([piece(names[k], "node"), formula, numbers, piece(value(pass, k), "number")]))];
  }
  const { flows } = shownMoment(state), found = formulasOf(pass, k);
  const rows = flows.slice(0, flows.length > MOST_ROWS ? MOST_ROWS - 1 : MOST_ROWS).map(flow => [
    fraction(root, flow.arg, "gradient"),
    state.engine === "overwrite" ? html("span", { class: "bug" }, " = ") : " += ",
    fraction(root, k, "upstream"), " × ", fraction(k, flow.arg, "local"), html("br"), "= ",
    ...spans(working(found[flow.edge - firstEdge[k]], flow)),
  ]);
  if (!flows.length) rows.push([html("span", { class: "hint" }, say("formula_nothing"))]);
  if (rows.length < flows.length) rows.push([say("stepper.flow.more", { count: flows.length - rows.length })]);
  return rows;
}

/* The engine: [when it runs, what it is]; parts of a line in {} with the part that they play. */
const FORWARD = ["forward", "for node in order: {node.data|number} = node.forward()"];
const ZERO = ["seed", "for node in order: node.grad = 0"], SEED = ["seed", "output.grad = 1"];
const LOOP = ["around", "for {node|node} in reversed(order):"], PARTIALS = ["around", "    for {arg|arg}, {local|local} in node.partials():"];
const SEND = ["send", "        {arg.grad|gradient} += {local|local} * {node.grad|upstream}"];
/** @type {Record<EngineName, string[][]>} */
const CODE = {
  right: [FORWARD, ZERO, SEED, LOOP, PARTIALS, SEND],
  overwrite: [FORWARD, ZERO, SEED, LOOP, PARTIALS, ["send", "        {arg.grad|gradient}{ = |bug}{local|local} * {node.grad|upstream}"]],
  forgotten: [FORWARD, ["never", "{# for node in order: node.grad = 0|bug}"], SEED, LOOP, PARTIALS, SEND],
  recursion: [FORWARD, ZERO, SEED, ["around", "def send({node|node}):"], PARTIALS, SEND, ["around", "    for arg in node.args:"], ["around", "        {send(arg)|bug}"]],
};

/** @param {EngineName} engine @param {string} phase of the step, or "" */
function codeOf(engine, phase) {
  return CODE[engine].map(([when, line]) => {
    const lit = when === phase || when === "send" && phase === "backward", around = when === "around" && phase === "backward";
    const parts = line.split(/\{([^|{}]*)\|(\w+)\}/);
    const inside = [];
    for (let i = 0; i < parts.length; i += 3) {
      inside.push(parts[i]);
      if (i + 1 < parts.length) inside.push(html("span", parts[i + 2] === "bug" ? { class: "bug" } : { "data-part": parts[i + 2] }, parts[i + 1]));
    }
    return html("span", { class: `line${lit ? " runs" : around ? " around" : ""}` }, ...inside);
  });
}

let code = "", formula = "";
/** @param {State} state */
export function paintLesson(state) {
  const phase = shownStep(state)?.phase ?? "", wanted = `${state.engine} ${phase}`;
  if (code !== wanted) $("code").replaceChildren(...codeOf(state.engine, phase));
  code = wanted;
  const rows = rowsOf(state).map(row => html("p", {}, ...row)), text = rows.map(row => row.outerHTML).join("");
  if (formula !== text) $("formula").replaceChildren(...rows);
  formula = text;
}
