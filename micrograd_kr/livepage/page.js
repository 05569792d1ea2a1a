/* The page's runtime. It is given the table's rules as functions: forward[k](a), partials[k](o, a, d) and told(...)[k](o, a, d),
   one of each for every op (and number of arguments) in the graph. Everything a person wrote reaches the page as text only. */
function start(forward, partials, told, knowledge) {
  const $ = id => document.getElementById(id);
  const graph = { ...JSON.parse($("graph").textContent), ...knowledge };
  const number = x => typeof x === "number" ? x : x === "inf" ? Infinity : x === "-inf" ? -Infinity : NaN;
  const { op, args, names, ops } = graph, count = op.length, root = count - 1;
  const isFree = op.map(k => k !== -2), isLeaf = op.map(k => k === -1);
  const computed = [...op.keys()].filter(k => op[k] >= 0), leaves = [...op.keys()].filter(k => isLeaf[k]);
  const readers = args.map(() => []);
  args.forEach((list, k) => list.forEach((arg, j) => readers[arg].push([k, j])));
  const initial = Float64Array.from(graph.data, number), data = initial.slice();
  const grad = new Float64Array(count), right = new Float64Array(count), carry = new Float64Array(count);
  const local = args.map(list => new Float64Array(list.length)), product = args.map(list => new Float64Array(list.length));
  const scratch = args.map(list => new Float64Array(list.length));
  let lang = graph.lang, words = graph.words[lang];

  /* --- numbers and sentences ------------------------------------------------------------------------------------ */

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

  const fill = (template, pieces) => template.replace(/\{(\w+)(?::([^}]+))?\}/g, (_, name, pair) => {
    const text = String(pieces[name]);
    return pair ? text + particle(text, pair) : text;
  });
  const say = (key, pieces = {}) => fill(words[key] ?? words["livepage." + key] ?? key, pieces);

  const tables = graph.particles, pattern = Object.fromEntries(Object.entries(tables.patterns).map(([name, text]) => [name, new RegExp(text)]));
  const VOWEL = "", RIEUL = "ㄹ", OTHER = "ㅇ", UNREAD = null;

  /* micrograd_kr.locale.particles in JavaScript; the tables are its own */
  function lastSound(word) {
    word = word.replace(pattern.skipped, "");
    if (!word) return UNREAD;
    const end = [...word].at(-1), code = end.codePointAt(0) - 0xAC00;
    if (code >= 0 && code < 11172) return code % 28 === 0 ? VOWEL : code % 28 === 8 ? RIEUL : OTHER;
    const bare = sound => sound === "_" ? VOWEL : sound;
    if (end in tables.digits) {
      const fraction = pattern.fraction.exec(word);
      if (fraction) return lastSound(fraction[1]);
      const whole = pattern.whole.exec(word.replaceAll(",", ""));
      return whole ? tables.units.find(([least]) => whole[2].length >= least)[1] : bare(tables.digits[end]);
    }
    const letters = pattern.word.exec(word)?.[0];
    if (!letters) return end.toLowerCase() in tables.greek ? bare(tables.greek[end.toLowerCase()]) : UNREAD;
    const lower = letters.toLowerCase();
    if (Object.hasOwn(tables.words, lower)) return bare(tables.words[lower]);
    if (letters.length === 1 || letters === letters.toUpperCase() || !/[aeiouy]/.test(lower)) return bare(tables.letters[lower.at(-1)]);
    return bare(tables.endings.find(([ending]) => new RegExp(`(?:${ending})$`).test(lower))[1]);
  }

  function particle(word, forms) {
    const [consonant, vowel] = forms.split("/"), sound = lastSound(word);
    if (sound === UNREAD) return consonant.endsWith(vowel) ? `(${consonant.slice(0, -vowel.length)})${vowel}` : `${consonant}(${vowel})`;
    return sound === VOWEL || sound === RIEUL && consonant.startsWith("으") ? vowel : consonant;
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
  class Told {
    constructor(text, x, tight) { this.text = text; this.x = x; this.tight = tight; }
    valueOf() { return this.x; }
  }
  function tell(name, x, ...operands) {
    const o = graph.primitives[name];
    if (!o) return new Told(name, x, atom);
    if (!operands.some(y => y instanceof Told)) return x;
    return new Told(written(o, operands.map(y => y instanceof Told ? [y.text, y.tight] : [show(y), tightness(show(y))])), x, o.tight || atom);
  }
  const power = (name, x, y, z) => z === 1 ? y : tell(name, x, y, z);
  const times = (name, x, y, z) => y === 1 ? z : power(name, x, y, z);
  const { formulas: formulaRules, inFull: fullRules } = told(tell, times, power);
  function formulasOf(k) {
    const found = [], rule = formulaRules[op[k]];
    if (!rule) return found;
    rule(new Told(names[k], data[k], graph.tight[k]), args[k].map(arg => isFree[arg] ? new Told(names[arg], data[arg], graph.tight[arg]) : data[arg]), found);
    return found.map(x => x instanceof Told && [...x.text].length <= graph.longest ? x.text : "");
  }

  /* the forward rule of an n-ary op on its numbers, written out if that is short: stepper.formula.written_out */
  function writtenOut(k) {
    const rule = fullRules[op[k]], a = args[k];
    if (!rule || a.length > graph.longestWrittenOut / 3) return "";
    const found = rule(a.map(arg => new Told(value(arg), data[arg], tightness(value(arg)))));
    return found instanceof Told && [...found.text].length <= graph.longestWrittenOut ? found.text : "";
  }

  /* the Stepper's sentence for the step that leads to position p: micrograd_kr.stepper.sentences */
  const chain = texts => [...new Set(texts.filter(Boolean))].join(" = ");
  const joined = (numbers, sign) => numbers.map((text, index) => index && text.startsWith("-") ? `(${text})` : text).join(` ${sign} `);

  function ruleKey(o, locals) {
    const state = locals.every(x => x === 0) ? ".closed" : locals.every(x => x === 1) ? ".open" : "";
    const own = "stepper.rule." + o.sentence;
    return [own + state, own, "stepper.rule" + state, "stepper.rule"].find(key => key in words);
  }

  const before = new Float64Array(count);
  function sentence(p) {
    const [phase, k] = steps[p - 1], node = names[k];
    if (!phase) {
      const number = value(k), formula = graph.spelling[k];
      if (op[k] < 0) return say("stepper.leaf", { node, number });
      const inFull = writtenOut(k), numbers = inFull || spellNumbers(k), own = "stepper.forward." + ops[op[k]].sentence;
      const equation = chain([node, inFull && [...formula].length > graph.longestBeside ? "" : formula, numbers, number]);
      return say(own in words ? own : "stepper.forward", { node, formula, numbers, number, equation });
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
    return say(silent ? "stepper.backward.zero" : "stepper.backward", { node, upstream, rule, flows: flows.join(words.join) });
  }

  /* --- the engine, and the famous mistakes ------------------------------------------------------------------------ */

  function runForward() {
    for (const k of computed) {
      const a = args[k], x = scratch[k];
      for (let j = 0; j < a.length; j++) x[j] = data[a[j]];
      data[k] = +forward[op[k]](x);
    }
  }

  function hand(k, into) {
    const a = args[k], d = local[k], p = product[k], upstream = into[k];
    partials[op[k]](data[k], scratch[k], d);
    for (let j = 0; j < a.length; j++) if (isFree[a[j]]) p[j] = d[j] * upstream;
    return a;
  }

  function runBackward(into, from = computed.length) {
    into.fill(0);
    into[root] = isFree[root] ? 1 : 0;
    for (let i = computed.length - 1; i >= computed.length - from; i--) {
      const k = computed[i], a = hand(k, into), p = product[k];
      for (let j = 0; j < a.length; j++) if (isFree[a[j]]) into[a[j]] += p[j];
    }
  }

  const engines = {
    right: () => runBackward(grad),
    recursion() {
      grad.fill(0);
      grad[root] = 1;
      const stack = [root];
      for (let visits = 0; stack.length; visits++) {
        if (visits > 100000) return false;
        const k = stack.pop();
        if (op[k] < 0) continue;
        const a = hand(k, grad);
        for (let j = 0; j < a.length; j++) if (isFree[a[j]]) grad[a[j]] += product[k][j];
        for (let j = a.length - 1; j >= 0; j--) stack.push(a[j]);
      }
    },
    overwrite() {
      grad.fill(0);
      grad[root] = 1;
      for (let i = computed.length - 1; i >= 0; i--) {
        const k = computed[i], a = hand(k, grad);
        for (let j = 0; j < a.length; j++) if (isFree[a[j]]) grad[a[j]] = product[k][j];
      }
    },
    forgotten() {
      runBackward(grad);
      for (const k of leaves) grad[k] += descents ? carry[k] : right[k];
    },
  };
  let engine = "right", finished = true, firstWrong = -1, descents = 0;
  const same = (x, y) => x === y || x !== x && y !== y || Math.abs(x - y) <= 1e-12 * Math.abs(y);

  function compute() {
    runForward();
    runBackward(right);
    firstWrong = -1;
    if (engine === "right") { grad.set(right); finished = true; }
    else {
      finished = engines[engine]() !== false;
      for (let k = root; k >= 0 && firstWrong < 0; k--) if (isFree[k] && !same(grad[k], right[k])) firstWrong = k;
      const shown = grad.slice();
      runBackward(right);
      grad.set(shown);
    }
  }

  /* --- steps: position p means that the first p steps have been taken ------------------------------------------- */

  const steps = graph.steps, last = steps.length;
  const reached = new Int32Array(count).fill(0), seen = new Int32Array(count).fill(0);
  steps.forEach(([phase, k], index) => { (phase ? seen : reached)[k] = index + 1; });
  const firstBackward = steps.findIndex(([phase]) => phase);
  let position = last;

  function gradAt(p, into) {
    runBackward(into, Math.max(0, p - firstBackward - 1));
    if (p <= firstBackward) into.fill(0);
  }

  /* --- what the picture is made of ------------------------------------------------------------------------------- */

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

  /* --- painting: only what changed, only what is in sight -------------------------------------------------------- */

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
    const stepping = position < last, now = position > 0 && (stepping || playing) ? steps[position - 1] : null;
    const current = now ? now[1] : -1, phase = now ? now[0] : 0;
    const far = view.k < 0.34, box = canvas.getBoundingClientRect();
    const left = -view.x / view.k, top = -view.y / view.k, wideness = box.width / view.k, highness = box.height / view.k;
    if (view.far !== far) { view.far = far; view.svg.classList.toggle("far", far); }
    const arguments_ = new Set(current >= 0 ? args[current].filter(k => !phase || isFree[k]) : []);
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
      const used = edge.uses.some(([n, i]) => n === current && (!phase || isFree[args[n][i]]));
      const state = "edge" + (used ? phase ? " back" : " fore" : "") + (stepping && reached[k] > position ? " dim" : "")
        + (path && path.some(([n, i]) => edge.uses.some(([m, l]) => m === n && l === i)) ? " on" : "")
        + (chosen >= 0 && !used && (k === chosen || args[k][j] === chosen) ? " near" : "");
      if (edge.state !== state) { edge.state = state; edge.path.setAttribute("class", state); }
      const width = wide ? most ? (0.6 + 7 * Math.min(f / most, 1)).toFixed(1) : "0.6" : "";
      if (edge.width !== width) { edge.width = width; edge.path.style.strokeWidth = width; }
    }
    paintChips(current, phase);
  }

  function paintChips(current, phase) {
    view.chips.replaceChildren();
    if (current < 0 || op[current] < 0 || args[current].length > 12) return;
    for (const edge of view.edges) {
      for (const [k, j] of edge.uses) {
        if (k !== current || phase && !isFree[args[k][j]] || edge.uses.length > 1) continue;
        const lines = phase ? [show(local[k][j]) + " × " + show(grad[k]), "= " + show(product[k][j])] : [value(args[k][j])];
        if (lines.join(" ").length < 14) lines.splice(0, 2, lines.join(" "));
        const spot = edge.path.getPointAtLength(edge.path.getTotalLength() * 0.5), high = 8 + 14 * lines.length;
        const w = Math.max(...lines.map(line => line.length)) * 6.4 + 14;
        view.chips.append(make("g", { class: phase ? "back" : "", transform: `translate(${spot.x},${spot.y})` },
          make("rect", { x: -w / 2, y: -high / 2, width: w, height: high, rx: 9 }),
          ...lines.map((line, i) => make("text", { y: 14 * i + 15.5 - high / 2 }, line))));
      }
    }
  }

  /* --- the side: inputs, descent, engines, the chosen node ------------------------------------------------------- */

  const rows = new Map();
  const range = k => Math.max(2, 2 ** Math.ceil(Math.log2(Math.abs(initial[k]) * 1.5 || 1)));
  const trained = new Set(graph.trained.filter(k => isLeaf[k]));

  function controls(k, withTraining) {
    const reach = isFinite(range(k)) ? range(k) : 2;
    const slider = html("input", { type: "range", min: -reach, max: reach, step: "any" });
    const entry = html("input", { type: "text", inputmode: "decimal", autocomplete: "off", spellcheck: "false" });
    const reset = html("button", { type: "button", class: "quiet reset" }, icon("reset"));
    slider.addEventListener("keydown", event => {
      const by = { ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageUp: 10, PageDown: -10 }[event.key];
      if (by) { event.preventDefault(); change(k, tidy(data[k] + by * stride(k) * (event.shiftKey ? 10 : 1))); }
    });
    slider.addEventListener("input", () => change(k, tidy(+slider.value)));
    entry.addEventListener("change", () => {
      const text = entry.value.trim().replace(/^([-+]?)inf$/i, "$1Infinity"), x = /^nan$/i.test(text) ? NaN : Number(text);
      if (text === "" || x !== x && !/^nan$/i.test(text)) { entry.setAttribute("aria-invalid", "true"); announce(say("not_a_number")); }
      else change(k, x);
    });
    reset.addEventListener("click", () => change(k, initial[k]));
    const row = html("div", { class: "leaf" });
    const name = html("span", { class: "name", title: names[k] }, ...names[k].split(/(?<=\.)/).flatMap(part => [part, html("wbr")]));
    const parts = { row, slider, entry, reset, name };
    if (withTraining) {
      parts.train = html("input", { type: "checkbox" });
      parts.train.checked = trained.has(k);
      parts.train.addEventListener("change", () => { trained[parts.train.checked ? "add" : "delete"](k); });
      row.append(parts.train);
      name.addEventListener("click", () => choose(k));
    }
    row.append(name, slider, entry, reset);
    return parts;
  }

  const stride = k => 10 ** Math.floor(Math.log10((isFinite(range(k)) ? range(k) : 2) / 20));
  const tidy = x => Number(x.toPrecision(4));

  function update(parts, k) {
    const x = data[k], shown = show(x), most = +parts.slider.max;
    if (Math.abs(x) > most && isFinite(x)) { parts.slider.max = 2 * Math.abs(x); parts.slider.min = -2 * Math.abs(x); }
    parts.slider.value = x;
    parts.slider.setAttribute("aria-valuetext", shown);
    if (parts.shown !== shown || document.activeElement !== parts.entry) { parts.entry.value = parts.shown = shown; }
    parts.entry.removeAttribute("aria-invalid");
    parts.reset.disabled = Object.is(x, initial[k]);
  }

  function nameControls(parts, k) {
    parts.slider.setAttribute("aria-label", say("slide", { node: names[k] }));
    parts.entry.setAttribute("aria-label", say("value_of", { node: names[k] }));
    parts.reset.setAttribute("aria-label", say("reset_one", { node: names[k] }));
    parts.reset.title = say("reset_one", { node: names[k] });
    if (parts.train) parts.train.setAttribute("aria-label", parts.train.title = say("train_this", { node: names[k] }));
  }

  const MOST_ROWS = 40;
  function listLeaves() {
    rows.clear();
    const here = view.cards.map(card => card.node).filter(k => k >= 0 && isLeaf[k]);
    $("leaves").replaceChildren(...here.slice(0, MOST_ROWS).map(k => {
      const parts = controls(k, true);
      rows.set(k, parts);
      nameControls(parts, k);
      return parts.row;
    }));
    $("more").textContent = here.length > MOST_ROWS ? say("more_leaves", { count: here.length - MOST_ROWS })
      : view.cards.some(card => card.module >= 0) ? say("in_boxes") : here.length ? "" : say("no_leaves");
  }

  let detail = null;
  function choose(k) {
    chosen = chosen === k ? -1 : k;
    path = null;
    describe();
    schedule();
  }

  function describe() {
    const box = $("detail");
    detail = null;
    box.parentElement.hidden = chosen < 0;
    if (chosen < 0) return box.replaceChildren();
    const k = chosen, parts = [html("h2", {}, names[k])];
    if (isLeaf[k]) {
      detail = controls(k, false);
      nameControls(detail, k);
      update(detail, k);
      parts.push(detail.row);
    }
    const formula = html("p", { class: "formula" });
    parts.push(formula);
    let table = null;
    if (op[k] >= 0) {
      table = html("tbody");
      const head = html("tr", {}, ...["argument", "local", "upstream", "product"].map(word => html("th", { scope: "col" }, say(word))));
      parts.push(html("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": say("contributions") }, html("table", {}, html("thead", {}, head), table)));
    }
    const why = html("div", { class: "why" });
    parts.push(why);
    box.replaceChildren(...parts);
    detail = { ...detail, k, formula, table, why };
    updateDetail();
  }

  function updateDetail() {
    if (!detail || detail.k === undefined) return;
    const k = detail.k;
    if (detail.slider) update(detail, k);
    detail.formula.textContent = chain(op[k] < 0 ? [names[k], value(k)] : [names[k], graph.spelling[k], spellNumbers(k), value(k)]);
    if (detail.table) {
      const formulas = formulasOf(k);
      detail.table.replaceChildren(...args[k].slice(0, 200).map((arg, j) => html("tr", {}, html("th", { scope: "row" }, names[arg]),
        ...(isFree[arg] ? [(formulas[j] ? formulas[j] + " = " : "") + show(local[k][j]), show(right[k]), show(product[k][j])]
          : ["—", "—", "—"]).map(text => html("td", {}, text)))));
    }
    explain(k);
  }

  /* the paths from the output to node k, as [product, links from the output on]; without recursion */
  function pathsTo(k, most) {
    const found = [], stack = [[k, null]];
    while (stack.length && found.length <= most) {
      const [node, link] = stack.pop();
      if (node === root) {
        const links = [];
        let amount = 1;
        for (let l = link; l; l = l[2]) { links.push([l[0], l[1]]); amount *= local[l[0]][l[1]]; }
        found.push([amount, links]);
      } else for (let i = readers[node].length - 1; i >= 0; i--) stack.push([readers[node][i][0], [...readers[node][i], link]]);
    }
    return found;
  }

  const ends = list => list.length <= 10 ? list : [...list.slice(0, 5), "…", ...list.slice(-5)];
  function explain(k) {
    const why = detail.why, x = names[k], output = names[root], total = show(right[k]);
    if (!isFree[k]) return why.replaceChildren(html("p", {}, say("constant")));
    const title = html("h3", {}, say("stepper.why.title", { output, x, total }));
    if (k === root) return why.replaceChildren(title, html("p", {}, say("why_output")));
    const all = pathsTo(k, graph.mostPaths), countless = all.length > graph.mostPaths, count = all.length;
    const shown = countless ? readers[k].slice(0, 20).map(([reader, j]) => [product[reader][j], [[reader, j]]])
      : all.sort((a, b) => Math.abs(b[0]) - Math.abs(a[0])).slice(0, 20);
    const key = countless ? "livepage.countless" : count > shown.length ? "stepper.why.largest" : count > 1 ? "stepper.why.many" : "stepper.why.one";
    const lines = shown.map(([amount, links]) => {
      const factors = links.map(([node, j]) => show(local[node][j]));
      if (countless) factors.unshift(show(right[links[0][0]]));
      const working = joined(ends(factors), "×");
      const button = html("button", { type: "button", class: "path" },
        html("span", {}, ends([...links.map(([node]) => names[node]), x]).join(" ← ")),
        html("span", { class: "sum" }, working === show(amount) ? working : `${working} = ${show(amount)}`));
      const light = () => { path = links; schedule(); }, dark = () => { path = null; schedule(); };
      for (const name of ["mouseenter", "focus"]) button.addEventListener(name, light);
      for (const name of ["mouseleave", "blur"]) button.addEventListener(name, dark);
      return html("li", {}, button);
    });
    const terms = shown.map(([amount]) => show(amount)), rest = all.slice(shown.length).reduce((sum, [amount]) => sum + amount, 0);
    if (!countless && count > shown.length) terms.push(show(rest));
    const sum = terms.length > 10 ? total : joined(terms, "+") + " = " + total;
    why.replaceChildren(title, html("p", {}, say(key, { output, x, count, shown: shown.length })), html("ul", {}, ...lines),
      ...(count > 1 ? [html("p", { class: "total" }, say("stepper.why.sum", { sum }))] : []));
  }

  /* --- gradient descent by hand ---------------------------------------------------------------------------------- */

  let history = [];
  function descend(times) {
    const rate = Number($("rate").value);
    if (!(rate >= 0) || !isFinite(rate)) { $("rate").setAttribute("aria-invalid", "true"); return announce(say("not_a_number")); }
    $("rate").removeAttribute("aria-invalid");
    if (!trained.size) return announce(say("nothing_trained"));
    position = last;
    for (let i = 0; i < times; i++) {
      carry.set(grad);
      descents++;
      for (const k of trained) data[k] -= rate * grad[k];
      compute();
      history.push(data[root]);
    }
    if (history.length > 2000) history = history.slice(-2000);
    changed = true;
    schedule(() => announce(say("descended", { count: descents, before: show(history[0]), loss: show(data[root]), node: names[root] })));
  }

  function plot() {
    const finite = history.filter(isFinite), low = Math.min(...finite), high = Math.max(...finite), svg = $("curve");
    const spot = (y, i) => [8 + 284 * i / Math.max(1, history.length - 1), 82 - 68 * (high > low ? (y - low) / (high - low) : 0.5)];
    const points = history.map(spot).filter(([, y]) => isFinite(y));
    const end = points.at(-1);
    svg.replaceChildren(
      make("line", { class: "axis", x1: 8, y1: 90, x2: 292, y2: 90 }),
      make("polyline", { points: points.map(([x, y]) => x.toFixed(1) + "," + y.toFixed(1)).join(" ") }),
      ...(end ? [make("circle", { cx: end[0], cy: end[1], r: 4 })] : []));
    $("loss").textContent = `${names[root]} = ${show(data[root])}`;
    $("count").textContent = say("steps_taken", { count: descents });
    svg.setAttribute("aria-label", say("curve", { first: show(history[0]), last: show(history.at(-1)), count: descents }));
  }

  /* --- change, show ----------------------------------------------------------------------------------------------- */

  let changed = true, waiting = 0, resting = 0, after = null;
  function schedule(then) {
    after = then ?? after;
    if (waiting) return;
    waiting = requestAnimationFrame(frame);
    clearTimeout(resting);
    canvas.removeAttribute("data-rests");
  }

  function frame() {
    waiting = 0;
    if (changed) {
      compute();
      changed = false;
      if (!history.length) history = [data[root]];
      for (const [k, parts] of rows) update(parts, k);
      plot();
      if (position === last) updateDetail();
    }
    if (position < last) gradAt(position, grad);
    else if (engine === "right") { runBackward(right); grad.set(right); }
    paint();
    showPosition();
    /* what is out of sight follows when the hand rests */
    resting = setTimeout(() => { paint(true); canvas.setAttribute("data-rests", ""); }, 80);
    const then = after;
    after = null;
    if (then) then();
  }

  function change(k, x) {
    data[k] = x;
    descents = 0;
    history = [];
    changed = true;
    schedule(caption);
  }

  function announce(text) {
    const box = $("caption");
    if (box.textContent !== text) box.textContent = text;
  }

  function caption() {
    if (engine !== "right" && position === last) {
      return announce(!finished ? say("never_ends") : firstWrong < 0 ? say("same_anyway")
        : say("first_wrong", { node: names[firstWrong], wrong: show(grad[firstWrong]), right: show(right[firstWrong]) }));
    }
    announce(position === 0 ? say("at_start") : position === last && !playing && !stepped ? say("all_done", { node: names[root], number: show(data[root]) }) : sentence(position));
  }

  let stepped = false;
  function showPosition() {
    const slider = $("position");
    slider.value = position;
    const text = say("step_of", { step: position, steps: last });
    slider.setAttribute("aria-valuetext", text);
    $("where").textContent = `${position} / ${last}`;
    $("first").disabled = $("back").disabled = position === 0;
    $("last").disabled = $("next").disabled = position === last;
  }

  function go(p) {
    p = Math.max(0, Math.min(last, p));
    stepped = true;
    if (engine !== "right") setEngine("right");
    position = p;
    if (p > 0) reveal(steps[p - 1][1]);
    schedule(caption);
  }

  let playing = 0;
  function play(on = !playing) {
    clearInterval(playing);
    playing = 0;
    if (on) {
      if (position === last) go(0);
      playing = setInterval(() => { if (position >= last) play(false); else go(position + 1); }, 1100);
    }
    $("play").setAttribute("aria-pressed", String(!!playing));
    $("play").setAttribute("aria-label", say(playing ? "pause" : "play"));
    $("play").replaceChildren(icon(playing ? "pause" : "play"));
    schedule();
  }

  function setEngine(name) {
    engine = $("engine").value = name;
    $("about").textContent = say("about_" + name);
    changed = true;
    if (name !== "right") { play(false); position = last; }
    schedule(caption);
  }

  /* --- looking around --------------------------------------------------------------------------------------------- */

  function move(x, y, k, still) {
    view.still = still;
    view.k = Math.max(0.05, Math.min(3, k));
    view.x = x;
    view.y = y;
    view.pan.setAttribute("transform", `translate(${x.toFixed(1)},${y.toFixed(1)}) scale(${view.k.toFixed(4)})`);
    schedule();
  }

  const smallest = () => innerWidth < 700 ? 0.6 : 0.45;
  function fit(smallest = 0.05) {
    const { width, height } = canvas.getBoundingClientRect();
    const k = Math.max(smallest, Math.min((width - 32) / view.width, (height - 32) / view.height, 1.25));
    /* what does not fit begins at the output, where gradients begin */
    const x = view.width * k > width - 32 ? width - 16 - view.width * k : (width - view.width * k) / 2;
    move(x, (height - view.height * k) / 2, k, true);
  }

  function zoom(by, cx, cy) {
    const box = canvas.getBoundingClientRect();
    cx = cx ?? box.width / 2;
    cy = cy ?? box.height / 2;
    const k = Math.max(0.05, Math.min(3, view.k * by)), f = k / view.k;
    move(cx - (cx - view.x) * f, cy - (cy - view.y) * f, k);
  }

  function open(module) {
    view = viewOf.get(module);
    for (const other of views) other.svg.classList.toggle("shown", other === view);
    const trail = [];
    for (let m = module; m !== null && m !== undefined; m = graph.parents[m]) trail.unshift(m);
    $("trail").replaceChildren(...(views.length > 1 ? trail : []).map(m => {
      if (!viewOf.has(m)) return html("li", {}, html("span", {}, graph.titles[m]));
      const button = html("button", { type: "button" }, m ? graph.titles[m] : say("whole"));
      if (m === module) button.setAttribute("aria-current", "true");
      button.addEventListener("click", () => open(m));
      return html("li", {}, button);
    }));
    if (!view.k) fit(smallest());
    rove(view.cards.at(-1));
    listLeaves();
    changed = true;
    schedule();
  }

  /* bring node k, or the closed box that it is in, into sight: in this view, or in the next one around */
  function reveal(k) {
    for (let m = view.module; !cardIn(view, k) && m; ) {
      do m = graph.parents[m]; while (!viewOf.has(m));
      open(m);
    }
    const card = cardIn(view, k);
    if (!card) return;
    const box = canvas.getBoundingClientRect();
    const x = card.x * view.k + view.x, y = card.y * view.k + view.y, w = card.width * view.k, h = card.height * view.k;
    const dx = x < 8 ? 40 - x : x + w > box.width - 8 ? box.width - 40 - x - w : 0;
    const dy = y < 8 ? 40 - y : y + h > box.height - 8 ? box.height - 40 - y - h : 0;
    if (dx || dy) move(view.x + dx, view.y + dy, view.k);
  }

  /* one stop for the Tab key; arrows go to the nearest card in their direction */
  function rove(card, focus) {
    if (!card) return;
    if (focused) focused.g.setAttribute("tabindex", "-1");
    focused = card;
    card.g.setAttribute("tabindex", "0");
    card.g.setAttribute("role", "button");
    card.g.setAttribute("aria-label", card.module >= 0 ? say("open_module", { module: graph.titles[card.module] })
      : say(isLeaf[card.node] ? "card_leaf" : "card", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) }));
    if (focus) {
      if (card.value >= 0) reveal(card.value);
      card.g.focus({ preventScroll: true });
    }
  }

  function toward(dx, dy) {
    let best = null, least = Infinity;
    const cx = focused.x + focused.width / 2, cy = focused.y + focused.height / 2;
    for (const card of view.cards) {
      const x = card.x + card.width / 2 - cx, y = card.y + card.height / 2 - cy;
      const along = x * dx + y * dy, across = Math.abs(x * dy) + Math.abs(y * dx);
      if (along > 1 && along + 2.5 * across < least) { least = along + 2.5 * across; best = card; }
    }
    rove(best, true);
  }

  function press(card) {
    if (card.module >= 0) { open(card.module); rove(view.cards[0], true); }
    else if (card.g.dataset.kind === "card stub") { reveal2(card.node); }
    else choose(card.node);
  }
  function reveal2(k) {
    const other = views.find(one => one.cardOf.has(k) && one.cardOf.get(k).g.dataset.kind !== "card stub");
    if (other) { open(other.module); rove(view.cardOf.get(k), true); choose(k); }
  }

  /* --- hands ------------------------------------------------------------------------------------------------------ */

  let drag = null;
  const touches = new Map();
  canvas.addEventListener("pointerdown", event => {
    if (event.button) return;
    const card = event.target.closest?.(".card")?.card;
    touches.set(event.pointerId, event);
    canvas.setPointerCapture(event.pointerId);
    if (touches.size === 2) {
      const [a, b] = [...touches.values()];
      drag = { pinch: Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY), k: view.k };
      return;
    }
    const k = card && card.node >= 0 && isLeaf[card.node] && card.g.dataset.kind !== "card stub" ? card.node : -1;
    drag = { card, k, x: event.clientX, y: event.clientY, from: k >= 0 ? data[k] : 0, vx: view.x, vy: view.y, moved: false };
  });
  canvas.addEventListener("pointermove", event => {
    if (!drag) return;
    touches.set(event.pointerId, event);
    if (drag.pinch) {
      const [a, b] = [...touches.values()], box = canvas.getBoundingClientRect();
      if (b) zoom(drag.k * Math.hypot(a.clientX - b.clientX, a.clientY - b.clientY) / drag.pinch / view.k, (a.clientX + b.clientX) / 2 - box.x, (a.clientY + b.clientY) / 2 - box.y);
      return;
    }
    const dx = event.clientX - drag.x, dy = event.clientY - drag.y;
    if (!drag.moved && Math.hypot(dx, dy) < 4) return;
    drag.moved = true;
    if (drag.k >= 0) { canvas.classList.add("pulling"); change(drag.k, tidy(drag.from + dx * stride(drag.k) / 4)); }
    else move(drag.vx + dx, drag.vy + dy, view.k);
  });
  const drop = event => {
    touches.delete(event.pointerId);
    canvas.classList.remove("pulling");
    if (drag && !drag.pinch && !drag.moved && event.type === "pointerup" && drag.card) { rove(drag.card, true); press(drag.card); }
    if (!touches.size) drag = null;
  };
  canvas.addEventListener("pointerup", drop);
  canvas.addEventListener("pointercancel", drop);
  canvas.addEventListener("wheel", event => {
    if (!event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    const box = canvas.getBoundingClientRect();
    zoom(Math.exp(-event.deltaY / 300), event.clientX - box.x, event.clientY - box.y);
  }, { passive: false });
  canvas.addEventListener("keydown", event => {
    const card = event.target.card;
    if (!card || event.ctrlKey || event.metaKey || event.altKey) return;
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const by = { "+": 1, "=": 1, "-": -1, "_": -1 }[event.key];
    if (way) toward(...way);
    else if (event.key === "Enter" || event.key === " ") press(card);
    else if (by && card.node >= 0 && isLeaf[card.node]) {
      change(card.node, tidy(data[card.node] + by * stride(card.node)));
      schedule(() => { rove(card); announce(say("card_leaf", { node: names[card.node], data: show(data[card.node]), grad: show(grad[card.node]) })); });
    } else if (event.key === "Escape" && graph.parents[view.module] !== null) {
      let m = graph.parents[view.module];
      while (!viewOf.has(m)) m = graph.parents[m];
      open(m);
      rove(view.cards.at(-1), true);
    } else return;
    event.preventDefault();
    event.stopPropagation();
  });
  document.addEventListener("keydown", event => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, button, .scroll")) return;
    const to = { ArrowRight: position + 1, ArrowLeft: position - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) { play(false); go(to); }
    else if (event.key === " ") play();
    else return;
    event.preventDefault();
  });

  const icon = name => {
    const svg = make("svg", { viewBox: "0 0 20 20", class: "icon", "aria-hidden": "true" });
    svg.append(make("path", { d: graph.icons[name] }));
    return svg;
  };
  const onClick = (id, action) => $(id).addEventListener("click", action);
  onClick("first", () => { play(false); go(0); });
  onClick("back", () => { play(false); go(position - 1); });
  onClick("play", () => play());
  onClick("next", () => { play(false); go(position + 1); });
  onClick("last", () => { play(false); go(last); });
  onClick("closer", () => zoom(1.25));
  onClick("farther", () => zoom(0.8));
  onClick("fit", () => fit());
  onClick("descend", () => descend(1));
  onClick("descend10", () => descend(10));
  onClick("reset", () => {
    data.set(initial);
    carry.fill(0);
    descents = 0;
    history = [];
    changed = true;
    schedule(caption);
  });
  onClick("wide", () => { wide = !wide; $("wide").setAttribute("aria-pressed", String(wide)); schedule(); });
  onClick("close", () => choose(chosen));
  $("position").max = last;
  $("position").addEventListener("input", () => { play(false); go(+$("position").value); });
  $("engine").addEventListener("change", () => setEngine($("engine").value));
  for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => speak(button.dataset.lang));

  function speak(code) {
    lang = code;
    words = graph.words[lang];
    document.documentElement.lang = lang;
    for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(element.dataset.w, element.dataset);
    for (const element of document.querySelectorAll("[data-l]")) {
      element.setAttribute("aria-label", say(element.dataset.l));
      if (element.title) element.title = say(element.dataset.l);
    }
    for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(button.dataset.lang === lang));
    open(view.module);
    describe();
    $("about").textContent = say("about_" + engine);
    play(!!playing);
    schedule(caption);
  }

  new ResizeObserver(() => { if (view.still) fit(smallest()); else schedule(); }).observe(canvas);
  addEventListener("beforeprint", () => { fit(); frame(); });
  document.documentElement.classList.add("alive");
  compute();
  history = [data[root]];
  speak(lang);
}
