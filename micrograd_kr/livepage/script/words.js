/* Numbers and sentences: what Python would write and the Stepper would say, word for word. */
/* naming.format_number: Python's format(x, ".5g"), and ".0f" from 1e5 to 1e10; half to even, unlike JavaScript */
function show(x) {
  if (x !== x) return "nan";
  const size = Math.abs(x), sign = x < 0 ? "-" : "";
  if (size === Infinity) return sign + "inf";
  if (size >= 1e5 && size < 1e10) {
    const near = Math.round(size);
    return sign + (near - size === 0.5 && near % 2 ? near - 1 : near);
  }
  let text = size.toExponential(4);
  if (size.toExponential(16).slice(6, 18) === "500000000000") {
    const exact = size.toExponential(60);
    if (/^50*e/.test(exact.slice(6)) && +exact[5] % 2 === 0) text = exact.slice(0, 6) + exact.slice(exact.indexOf("e"));
  }
  const [digits, power] = text.split("e"), e = +power;
  text = e < -4 || e > 4 ? digits : Number(text).toFixed(4 - e);
  if (text.includes(".")) text = text.replace(/\.?0+$/, "");
  if (text === "0") return "0";
  return sign + text + (e < -4 || e > 4 ? "e" + (e < 0 ? "-" : "+") + String(Math.abs(e)).padStart(2, "0") : "");
}

/* a message in the reader's language, else in English, else in any: micrograd_kr.locale */
const spoken = key => [lang, ...graph.order].find(code => key in graph.words[code]);
function say(key, pieces = {}) {
  if (!spoken(key)) key = "livepage." + key;
  const code = spoken(key);
  return graph.words[code][key].replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, forms) => {
    const text = String(pieces[name]);
    return forms ? text + agreeing(text, forms, code) : text;
  });
}

const endings = {};
const atTheEnd = pattern => new RegExp(`(?:${pattern})$`);
function agreeing(word, forms, code) {
  const rules = graph.agreement[code], [first, second] = forms.split("/");
  const compiled = endings[code] ??= (rules.endings ?? []).map(([kind, pattern]) => [kind, atTheEnd(pattern)]);
  const end = word.slice(-100).replace(atTheEnd(rules.skipped ?? ""), "").normalize("NFD");
  const kind = end && compiled.find(([, pattern]) => pattern.test(end))?.[0];
  if (kind) return [first, second][(rules.form[kind + first[0]] ?? rules.form[kind] ?? 1) - 1];
  return first.endsWith(second) ? `(${first.slice(0, first.length - second.length)})${second}` : `${first}(${second})`;
}

/* how an op is written on operands: naming.bracketed and Op.spell */
const { atom, minus } = graph;
const bracketed = (o, index, text, tight) => !o.tight ? text
  : tight > o.tight || tight === o.tight && index === 0 && o.tight < minus
    ? text.startsWith("-") && index > 0 ? `(${text})` : text : `(${text})`;
const spell = (o, texts) => !o.tight ? `${o.symbol}(${texts.join(", ")})` : o.arity === 1 ? o.symbol + texts[0] : texts.join(` ${o.symbol} `);
const written = (o, operands) => spell(o, operands.map(([text, tight], index) => bracketed(o, index, text, tight)));
const tightness = text => text.startsWith("-") ? minus : atom;
const value = k => op[k] >= 0 && ops[op[k]].truth ? data[k] ? "True" : "False" : show(data[k]);

function spellNumbers(k) {
  const o = ops[op[k]], a = args[k], many = a.length > graph.operands;
  const texts = (many ? [...a.slice(0, 2), a.at(-1)] : a).map((arg, j) => bracketed(o, j, value(arg), tightness(value(arg))));
  if (many) texts.splice(-1, 0, "…");
  return spell(o, texts);
}

/* a number that carries how it was computed: the rules of the table write formulas with it */
class Written {
  constructor(text, x, tight) { this.text = text; this.x = x; this.tight = tight; }
  valueOf() { return this.x; }
}
function formulate(name, x, ...operands) {
  const o = graph.primitives[name];
  if (!o) return new Written(name, x, atom);
  if (!operands.some(y => y instanceof Written)) return x;
  return new Written(written(o, operands.map(y => y instanceof Written ? [y.text, y.tight] : [show(y), tightness(show(y))])), x, o.tight || atom);
}
const power = (name, x, y, z) => z === 1 ? y : formulate(name, x, y, z);
const times = (name, x, y, z) => y === 1 ? z : power(name, x, y, z);
const { formulas: partialRules, inFull: fullRules } = formulaRules(formulate, times, power);
function formulasOf(k) {
  const found = [], rule = partialRules[op[k]];
  if (!rule) return found;
  rule(new Written(names[k], data[k], graph.tight[k]), args[k].map(arg => isFree[arg] ? new Written(names[arg], data[arg], graph.tight[arg]) : data[arg]), found);
  return found.map(x => x instanceof Written && [...x.text].length <= graph.longest ? x.text : "");
}

/* the forward rule of an n-ary op on its numbers, written out if that is short: stepper.formula.written_out */
function writtenOut(k) {
  const rule = fullRules[op[k]], a = args[k];
  if (!rule || a.length > graph.longestWrittenOut / 3) return "";
  const found = rule(a.map(arg => new Written(value(arg), data[arg], tightness(value(arg)))));
  return found instanceof Written && [...found.text].length <= graph.longestWrittenOut ? found.text : "";
}

/* the Stepper's sentence for the step that leads to position p: micrograd_kr.stepper.sentences */
const chain = texts => [...new Set(texts.filter(Boolean))].join(" = ");
const joined = (numbers, sign) => numbers.map((text, index) => index && text.startsWith("-") ? `(${text})` : text).join(` ${sign} `);

function ruleKey(o, locals) {
  const state = locals.every(x => x === 0) ? ".closed" : locals.every(x => x === 1) ? ".open" : "";
  const own = "stepper.rule." + o.sentence;
  return [own + state, own, "stepper.rule" + state, "stepper.rule"].find(spoken);
}

const before = new Float64Array(count);
function sentence(p) {
  const [phase, k] = steps[p - 1], node = names[k];
  if (!phase) {
    const number = value(k), formula = graph.spelling[k];
    if (op[k] < 0) return say("stepper.leaf", { node, number });
    const inFull = writtenOut(k), numbers = inFull || spellNumbers(k), own = "stepper.forward." + ops[op[k]].sentence;
    const equation = chain([node, inFull && [...formula].length > graph.longestBeside ? "" : formula, numbers, number]);
    return say(spoken(own) ? own : "stepper.forward", { node, formula, numbers, number, equation });
  }
  if (p - 1 === firstBackward) return say("stepper.seed", { node });
  gradAt(p - 1, before);
  const upstream = show(before[k]), indices = [...args[k].keys()].filter(j => isFree[args[k][j]]);
  if (!indices.length) return say("stepper.backward.nothing", { node, upstream });
  hand(k, before);
  const formulas = formulasOf(k);
  const flows = indices.slice(0, indices.length > graph.flows ? graph.flows - 1 : graph.flows).map(j => {
    const arg = args[k][j], had = before[arg], product_ = show(product[k][j]), d = show(local[k][j]), formula = formulas[j];
    before[arg] += product[k][j];
    const enclosed = formula?.includes(" ") ? `(${formula})` : formula;
    const working = chain([formula ? joined([enclosed, upstream], "×") : "", joined([d, upstream], "×"), product_]);
    return say(had === 0 ? "stepper.flow" : "stepper.flow.added", { arg: names[arg], working, before: show(had), grad: show(before[arg]) });
  });
  if (flows.length < indices.length) flows.push(say("stepper.flow.more", { count: indices.length - flows.length }));
  const silent = before[k] === 0 && indices.every(j => product[k][j] === 0);
  const rule = say(ruleKey(ops[op[k]], indices.map(j => local[k][j])), { node, upstream });
  return say(silent ? "stepper.backward.zero" : "stepper.backward", { node, upstream, rule, flows: flows.join(say("join")) });
}
