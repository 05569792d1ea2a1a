/* Sentences: what the Stepper says, word for word, in stretches that know which part of the computation they are. */
import { show } from "../shared/numbers.js";
import { args, firstEdge, formulas, graph, isFree, names, op, ops, speaking } from "./contents.js";

const { atom, minus } = graph;

/** @param {string} text @param {string} [part] @returns {Segment[]} */
export const piece = (text, part = "") => [{ text, part }];
/** @param {Segment[]} segments */
export const plain = segments => segments.map(segment => segment.text).join("");

/** The number of a node as text, True or False if it is the outcome of a comparison.
    @param {Pass} pass @param {number} k */
export const value = (pass, k) => op[k] >= 0 && ops[op[k]].truth ? pass.data[k] ? "True" : "False" : show(pass.data[k]);

/* how an op is written on operands: graph.names.bracketed and Op.spell */
/** @param {Spelling} o @param {number} index @param {string} text @param {number} tight */
const bracketed = (o, index, text, tight) => !o.tight ? text
  : tight > o.tight || tight === o.tight && index === 0 && o.tight < minus
    ? text.startsWith("-") && index > 0 ? `(${text})` : text : `(${text})`;
/** @param {Spelling} o @param {string[]} texts */
const spell = (o, texts) => !o.tight ? `${o.symbol}(${texts.join(", ")})` : o.arity === 1 ? o.symbol + texts[0] : texts.join(` ${o.symbol} `);
/** @param {string} text */
const tightness = text => text.startsWith("-") ? minus : atom;

/** @param {Pass} pass @param {number} k */
export function spellNumbers(pass, k) {
  const o = ops[op[k]], a = args[k], many = a.length > graph.operands;
  const texts = (many ? [...a.slice(0, 2), a[a.length - 1]] : a).map((arg, j) => bracketed(o, j, value(pass, arg), tightness(value(pass, arg))));
  if (many) texts.splice(-1, 0, "…");
  return spell(o, texts);
}

/* a number that carries how it was computed: the rules of the table write formulas with it */
class Written {
  /** @param {string} text @param {number} x @param {number} tight */
  constructor(text, x, tight) { this.text = text; this.x = x; this.tight = tight; }
  valueOf() { return this.x; }
}
/** @param {string} name @param {any} x @param {any[]} operands @returns {any} */
function formulate(name, x, ...operands) {
  const o = graph.primitives[name];
  if (!o) return new Written(name, x, atom);
  if (!operands.some(y => y instanceof Written)) return x;
  const texts = operands.map((y, index) => y instanceof Written ? bracketed(o, index, y.text, y.tight) : bracketed(o, index, show(y), tightness(show(y))));
  return new Written(spell(o, texts), x, o.tight || atom);
}
/** @param {string} name @param {any} x @param {any} y @param {any} z */
const power = (name, x, y, z) => z === 1 ? y : formulate(name, x, y, z);
/** @param {string} name @param {any} x @param {any} y @param {any} z */
const times = (name, x, y, z) => y === 1 ? z : power(name, x, y, z);
const { formulas: partialRules, inFull: fullRules } = formulas(formulate, times, power);

/** For each argument the local derivative as a short formula on names, "" where there is no simple one.
    @param {Pass} pass @param {number} k @returns {string[]} */
export function formulasOf(pass, k) {
  /** @type {any[]} */
  const found = [];
  const rule = partialRules[op[k]], { data } = pass;
  if (!rule) return found;
  rule(new Written(names[k], data[k], graph.tight[k]), args[k].map(arg => isFree[arg] ? new Written(names[arg], data[arg], graph.tight[arg]) : data[arg]), found);
  return found.map(x => x instanceof Written && [...x.text].length <= graph.longest ? x.text : "");
}

/** The forward rule of an n-ary op on its numbers, written out if that is short: stepper.formula.written_out
    @param {Pass} pass @param {number} k @returns {string} */
export function writtenOut(pass, k) {
  const rule = fullRules[op[k]], a = args[k];
  if (!rule || a.length > graph.longestWrittenOut / 3) return "";
  const found = rule(a.map(arg => new Written(value(pass, arg), pass.data[arg], tightness(value(pass, arg)))));
  return found instanceof Written && [...found.text].length <= graph.longestWrittenOut ? found.text : "";
}

/** The texts with = between them, each only once. @param {(Segment[] | "")[]} parts @returns {Segment[]} */
export function chain(parts) {
  /** @type {Map<string, Segment[]>} */
  const unique = new Map();
  for (const part of parts) if (part && part.length && !unique.has(plain(part))) unique.set(plain(part), part);
  return [...unique.values()].flatMap((part, index) => index ? [...piece(" = "), ...part] : part);
}

/** Numbers with a sign between them, negative ones in brackets. @param {Segment[]} numbers @param {string} sign */
export const joined = (numbers, sign) => numbers.flatMap(({ text, part }, index) =>
  [...(index ? piece(` ${sign} `) : []), { text: index && text.startsWith("-") ? `(${text})` : text, part }]);

/** local × upstream = product, as formula and in numbers. @param {string} formula @param {Sent} flow */
export function working(formula, { local, upstream, product }) {
  const up = { text: show(upstream), part: "upstream" };
  const enclosed = { text: formula?.includes(" ") ? `(${formula})` : formula, part: "local" };
  return chain([
    formula ? joined([enclosed, up], "×") : "",
    joined([{ text: show(local), part: "local" }, up], "×"),
    piece(show(product), "product"),
  ]);
}

/** @param {ReturnType<typeof speaking>} speech @param {{ sentence: string }} o @param {number[]} locals */
function ruleKey(speech, o, locals) {
  const state = locals.every(x => x === 0) ? ".closed" : locals.every(x => x === 1) ? ".open" : "";
  const own = "stepper.rule." + o.sentence;
  return [own + state, own, "stepper.rule" + state].find(speech.knows) ?? "stepper.rule";
}

/**
 * What a step says: micrograd_kr.stepper.steps.
 * @param {string} lang
 * @param {Step} step
 * @param {Pass} pass
 * @param {EngineName} engine
 * @param {Moment} moment after the step
 * @returns {Segment[]}
 */
export function sentence(lang, { phase, node: k }, pass, engine, moment) {
  const speech = speaking(lang), { phrase } = speech, node = piece(names[k], "node");
  if (phase === "seed") return phrase("stepper.seed", { node });
  if (phase === "forward") {
    const number = value(pass, k), formula = graph.spelling[k];
    if (op[k] < 0) return phrase("stepper.leaf", { node, number: piece(number, "number") });
    const inFull = writtenOut(pass, k), numbers = inFull || spellNumbers(pass, k), own = "stepper.forward." + ops[op[k]].sentence;
    const shown = inFull && [...formula].length > graph.longestBeside ? "" : piece(formula, "formula");
    const equation = chain([node, shown, piece(numbers, "formula"), piece(number, "number")]);
    return phrase(speech.knows(own) ? own : "stepper.forward", { node, formula, numbers, number, equation });
  }
  const upstream = piece(show(moment.grad[k]), "upstream"), { flows } = moment;
  if (!flows.length) return phrase("stepper.backward.nothing", { node, upstream });
  const found = formulasOf(pass, k), first = firstEdge[k];
  const shown = flows.slice(0, flows.length > graph.flows ? graph.flows - 1 : graph.flows).map(flow => {
    const had = show(flow.before), pieces = { arg: piece(names[flow.arg], "arg"), working: working(found[flow.edge - first], flow), before: had, grad: show(flow.after) };
    const key = engine === "overwrite" && flow.before !== 0 ? "livepage.flow_replaced" : flow.before === 0 ? "stepper.flow" : "stepper.flow.added";
    return phrase(key, pieces);
  });
  if (shown.length < flows.length) shown.push(phrase("stepper.flow.more", { count: flows.length - shown.length }));
  const silent = flows[0].upstream === 0 && flows.every(flow => flow.product === 0);
  const rule = phrase(ruleKey(speech, ops[op[k]], flows.map(flow => flow.local)), { node, upstream });
  const join = speech.say("join");
  const list = shown.flatMap((flow, index) => index ? [...piece(join), ...flow] : flow);
  return phrase(silent ? "stepper.backward.zero" : "stepper.backward", { node, upstream, rule, flows: list });
}
