/* Beside the picture: the inputs, and the chosen node with the paths that make up its gradient. */
const rows = new Map();
const range = k => Math.max(2, 2 ** Math.ceil(Math.log2(Math.abs(initial[k]) * 1.5 || 1)));
const parameters = new Set(graph.trained), trained = new Set(parameters);

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
    if (text === "" || x !== x && !/^nan$/i.test(text)) { entry.setAttribute("aria-invalid", "true"); parts.x = undefined; announce(say("not_a_number")); }
    else change(k, x);
  });
  reset.addEventListener("click", () => change(k, initial[k]));
  const row = html("div", { class: "leaf" });
  const name = html("span", { class: "name", title: names[k] }, ...names[k].split(/(?<=\.)/).flatMap(part => [part, html("wbr")]));
  const parts = { row, slider, entry, reset, name };
  if (withTraining) {
    name.addEventListener("click", () => choose(k));
    if (!parameters.has(k)) row.append(html("span"));
  }
  if (withTraining && parameters.has(k)) {
    parts.train = html("input", { type: "checkbox" });
    parts.train.checked = trained.has(k);
    parts.train.addEventListener("change", () => { trained[parts.train.checked ? "add" : "delete"](k); });
    row.append(parts.train);
  }
  row.append(name, slider, entry, reset);
  return parts;
}

const stride = k => 10 ** Math.floor(Math.log10((isFinite(range(k)) ? range(k) : 2) / 20));
const tidy = x => Number(x.toPrecision(4));

function update(parts, k) {
  const x = data[k];
  if (Object.is(parts.x, x) && parts.x !== undefined) return;
  parts.x = x;
  const shown = show(x), most = +parts.slider.max;
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
  const jumps = html("div", { class: "controls jumps" });
  for (const [word, p] of [["to_forward", reached[k]], ["to_backward", seen[k]]]) {
    const button = html("button", { type: "button" }, say(word));
    button.addEventListener("click", () => { play(false); go(p); });
    if (p) jumps.append(button);
  }
  parts.push(jumps);
  const why = html("div", { class: "why" });
  parts.push(why);
  box.replaceChildren(...parts);
  detail = { ...detail, k, formula, table, why };
  updateDetail();
}

function updateDetail() {
  if (!detail || detail.k === undefined) return;
  const k = detail.k;
  runBackward(right);  /* so that local and product are those of the whole pass, whichever step is shown */
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

const ends = list => list.length <= 10 ? list : [...list.slice(0, 5), "…", ...list.slice(-5)];
function explain(k) {
  const why = detail.why, x = names[k], output = names[root], total = show(right[k]);
  if (!isFree[k]) return why.replaceChildren(html("p", {}, say("constant")));
  const title = html("h3", {}, say("stepper.why.title", { output, x, total }));
  if (k === root) return why.replaceChildren(title, html("p", {}, say("why_output")));
  const { count, found: shown } = largestPaths(k, MOST_PATHS), isAll = count === BigInt(shown.length);
  const key = isAll ? count > 1n ? "stepper.why.many" : "stepper.why.one" : "stepper.why.largest";
  const lines = shown.map(([amount, links]) => {
    const factors = links.map(([node, j]) => show(local[node][j]));
    const working = joined(ends(factors), "×");
    const button = html("button", { type: "button", class: "path" },
      html("span", {}, ends([...links.map(([node]) => names[node]), x]).join(" ← ")),
      html("span", { class: "sum" }, working === show(amount) ? working : `${working} = ${show(amount)}`));
    const light = () => { path = links; schedule(); }, dark = () => { path = null; schedule(); };
    for (const name of ["mouseenter", "focus"]) button.addEventListener(name, light);
    for (const name of ["mouseleave", "blur"]) button.addEventListener(name, dark);
    return html("li", {}, button);
  });
  const terms = shown.map(([amount]) => show(amount));
  if (!isAll) {
    terms.push(show(right[k] - shown.reduce((sum, [amount]) => sum + amount, 0)));
    lines.push(html("li", { class: "rest" }, `${say("stepper.why.rest")}: ${terms.at(-1)}`));
  }
  const sum = terms.length > 10 ? total : joined(terms, "+") + " = " + total;
  why.replaceChildren(title, html("p", {}, say(key, { output, x, count: showCount(count), shown: shown.length })), html("ul", {}, ...lines),
    ...(count > 1n ? [html("p", { class: "total" }, say("stepper.why.sum", { sum }))] : []));
}
