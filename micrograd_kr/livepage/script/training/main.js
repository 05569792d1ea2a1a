/* The training page: one state (the trainer, and what the reader looks at), one render of all that is seen. */
import { $, html, make } from "../shared/elements.js";
import * as helpers from "../shared/functions.js";
import { speaker } from "../shared/language.js";
import { show } from "../shared/numbers.js";
import { color, css, forgetColors } from "./colors.js";
import { paintCurve } from "./curve.js";
import { DATA_SETS } from "./datasets.js";
import { Example } from "./example.js";
import { experimentsFor } from "./experiments.js";
import { Field } from "./field.js";
import { MOST_SHOWN, Network } from "./network.js";
import { classColor, Plane } from "./plane.js";
import { Trainer } from "./trainer.js";
import { deadNeurons, remarks } from "./words.js";

const { knowledge, rules } = globalThis.pageContents;
const given = { ...JSON.parse($("data").textContent), ...knowledge }, speakers = speaker(knowledge);
const trainer = new Trainer(rules(helpers), given);
/* for the console, and for whoever wants to check the numbers */
Object.assign(globalThis, { trainer });

const SPEEDS = [0.1, 1, 5, 20], LONGEST_FRAME = 12; // steps a frame; milliseconds
const RATES = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10], BATCHES = [0, 1, 2, 4, 8, 16, 32, 64];
const STRENGTHS = [0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1];

const MOST_IN_PLANE = 8; // inputs; with more there is no plane unless it is asked for

/* what the reader looks at */
const view = {
  lang: given.lang, playing: false, speed: 1, due: 0, turn: 0, isLog: false,
  /** @type {[number, number]} */
  axes: given.inputs > MOST_IN_PLANE ? [-1, -1] : [0, Math.min(1, given.inputs - 1)],
  chosen: 0, isOpen: false, tool: "look",
  /** @type {{ layer: number, neuron: number } | null} */
  neuron: null,
  /** @type {number[] | null} */
  cursor: null,
  experiment: "",
  /** @type {any[]} */
  dead: [],
  isFresh: true, // whether the net or the data may have another shape than before
};
let language = speakers(view.lang);
/** @param {string} key @param {Record<string, any>} [pieces] @returns {string} */
const say = (key, pieces) => language.say(`training_page.${key}`, pieces);

let field = new Field(trainer, view.axes);
const plane = new Plane($("plane")), network = new Network($("network"), $("lines"), $("maps"), (layer, neuron) => {
  const { neuron: now } = view;
  view.neuron = now && now.layer === layer && now.neuron === neuron ? null : { layer, neuron };
  render();
});
const example = new Example($("frame-room"), trainer, () => render());

// --- painting ---------------------------------------------------------------------------------------------------------

let asked = false;
/** Paint all that is seen, once in a frame. */
function render() {
  if (asked) return;
  asked = true;
  requestAnimationFrame(() => { asked = false; paint(); });
}

function fresh() {
  view.isFresh = true;
  view.neuron = null;
  if (view.chosen >= trainer.x.length) view.chosen = 0;
  if (view.isOpen) open(false);
  render();
}

function paint() {
  if (view.isFresh) {
    view.isFresh = false;
    field = new Field(trainer, view.axes);
    paintSettings();
  }
  const { now, settings } = trainer;
  write("steps", String(trainer.steps));
  write("epochs", String(trainer.epoch));
  write("train-loss", trainer.train.length ? show(now.train) : "–");
  write("test-loss", trainer.test.length ? show(now.test) : "–");
  write("accuracy", now.accuracy === now.accuracy ? `${(now.accuracy * 100).toFixed(1)}%` : "–");
  write("play", say(view.playing ? "pause" : "play"));
  $("play").disabled = !trainer.train.length;
  $("step").disabled = !trainer.train.length || !!trainer.stopped;
  /* while it plays the parts are painted in turns, so that a frame has time for a step */
  const turn = view.playing ? view.turn++ % 4 : -1, isTurn = (/** @type {number[]} */ ...turns) => turn < 0 || turns.includes(turn);
  const isSeen = !view.isOpen && trainer.isLayered;
  if (isSeen) network.build(trainer);
  if (turn < 0 || trainer.steps % 10 === 0) view.dead = deadNeurons(trainer);
  if (turn < 0 && isSeen) network.name(neuronName);
  if (isTurn(0, 2)) field.compute();
  if (isTurn(1) && isSeen) {
    network.mark(view.neuron, (l, j) => l > 0 && !!view.dead[l - 1] && !view.dead[l - 1].alive[j]);
    network.paintLines(trainer, view.neuron);
    paintLayers();
  }
  if (isTurn(3) && isSeen) network.paintMaps(trainer, field, trainer.x[view.chosen] ?? field.middle);
  const { neuron } = view, shown = neuron && field.maps[neuron.layer]?.[neuron.neuron];
  if (isTurn(0, 2)) plane.paint(field, { chosen: view.chosen, cursor: view.cursor, neuron: shown ?? null, names: field.isPlane || field.isLine ? [given.names[view.axes[0]], field.isLine ? "y" : given.names[view.axes[1]]] : [say("target"), say("prediction")] });
  if (isTurn(3)) paintCurve($("curve"), trainer.history, view.isLog);
  if (turn < 0) $("curve").setAttribute("aria-label", say("curve", { step: trainer.steps, train: show(now.train), test: trainer.test.length ? show(now.test) : "–" }));
  write("result-title", shown ? say("map_of", { neuron: neuronName(neuron) }) : say(field.isLine ? "fit" : !field.isPlane ? "compared" : given.classes.length ? "regions" : "surface"));
  if (isTurn(1)) { paintNeuron(); paintRemarks(); paintExample(); }
  if (view.isOpen) example.show(view.chosen);
  if (settings.rate !== +$("rate").value) paintSettings();
}

/** @param {string} id @param {string} text */
function write(id, text) {
  const element = $(id);
  if (element.textContent !== text) element.textContent = text;
}

let said = "";
function paintRemarks() {
  const found = remarks(trainer), texts = found.map(({ key, pieces }) => say(key, pieces));
  /* while it plays only what is said changes, and not the numbers in it */
  const key = view.lang + found.map(remark => remark.key).join() + (view.playing ? "" : texts.join());
  if (key === said) return;
  said = key;
  $("remarks").replaceChildren(...found.map(({ grave }, i) => html("p", grave ? { class: "grave" } : {}, texts[i])));
}

/** @param {{ layer: number, neuron: number } | null} place */
function neuronName(place) {
  if (!place) return "";
  const { layer, neuron } = place;
  if (!layer) return given.names[neuron];
  return layer === trainer.net.sizes.length - 1 ? (trainer.net.sizes[layer] > 1 ? say("output_of", { number: neuron + 1 }) : say("output")) : say("neuron_of", { layer, number: neuron + 1 });
}

/** What the chosen neuron computes, with the weights of now. */
function paintNeuron() {
  const { neuron } = view, { net, parameters } = trainer;
  if (!trainer.isLayered) { $("neuron").textContent = say("no_layers"); return; }
  if (!neuron) { $("neuron").textContent = say("neuron_hint"); return; }
  const { layer, neuron: j } = neuron;
  if (!layer) { $("neuron").textContent = say("neuron_input", { name: given.names[j] }); return; }
  const at = net.place(layer - 1, j), width = net.sizes[layer - 1];
  const terms = [...Array(Math.min(width, 6)).keys()].map(i => `${short(parameters[at + i])}·${layer > 1 ? say("short_neuron", { layer: layer - 1, number: i + 1 }) : given.names[i]}`);
  if (width > 6) terms.push("…");
  terms.push(short(parameters[at + width]));
  const sum = terms.join(" + ").replaceAll("+ −", "− "), name = trainer.activationNames[layer - 1];
  const dead = view.dead[layer - 1] && !view.dead[layer - 1].alive[j] ? ` ${say("neuron_dead")}` : "";
  const own = layer < net.sizes.length - 1 ? `: ${say("short_neuron", { layer, number: j + 1 })}` : "";
  $("neuron").textContent = `${neuronName(neuron)}${own} = ${name === "linear" ? sum : `${activationName(name)}(${sum})`}${dead}`;
}

/** @param {number} x */
const short = x => show(+x.toPrecision(3)).replace("-", "−");
/** @param {string} name */
const activationName = name => name.startsWith("own") ? say("own_activation") : name;

function paintLayers() {
  const { sizes } = trainer.net, { gradients } = trainer.now, most = Math.max(...gradients, 1e-300);
  const middles = network.middles;
  [...$("layers").children].forEach((/** @type {any} */ element, l) => {
    const left = `${middles[l]}px`;
    if (element.style.left !== left) element.style.left = left;
    if (!l) return;
    const size = gradients[l - 1], share = Number.isFinite(size) && size > 0 ? Math.max(0, 1 + Math.log10(size / most) / 4) : 0;
    element.querySelector(".flow").textContent = say("gradient_of", { size: short(size) });
    element.querySelector("i").style.width = `${(100 * share).toFixed(0)}%`;
  });
  if (middles.length !== sizes.length) render();
}

// --- the controls -----------------------------------------------------------------------------------------------------

/** @param {string} id @param {[string, string][]} options @param {string | number} value */
function fill(id, options, value) {
  const list = options.some(([key]) => key === String(value)) ? options : [...options, [String(value), show(+value)]];
  $(id).replaceChildren(...list.map(([key, text]) => html("option", { value: key }, text)));
  $(id).value = String(value);
}

/** @param {number[]} numbers @param {number} own @returns {[string, string][]} */
const numbered = (numbers, own) => [...new Set([...numbers, own])].sort((a, b) => a - b).map(x => [String(x), show(x)]);

/** All controls as they are set now. */
function paintSettings() {
  const { settings } = trainer, { rules: known } = trainer;
  fill("optimizer", Object.keys(known.optimizers).map(name => [name, say(`optimizer.${name}`)]), settings.optimizer);
  fill("rate", numbered(RATES, settings.rate), settings.rate);
  fill("batch", numbered(BATCHES, settings.batch).map(([key, text]) => [key, key === "0" ? say("all") : text]), settings.batch);
  fill("speed", SPEEDS.map(speed => [String(speed), say("speed_of", { speed: speed < 1 ? "1/10" : String(speed) })]), view.speed);
  fill("penalty", ["none", "l1", "l2", "decay"].filter(name => name !== "decay" || trainer.rule.decay).map(name => [name, say(`penalty.${name}`)]), settings.penalty);
  fill("strength", numbered(STRENGTHS, settings.strength || STRENGTHS[2]), settings.strength || STRENGTHS[2]);
  $("strength").disabled = settings.penalty === "none";
  $("net-settings").hidden = !trainer.isLayered;
  const heading = document.querySelector("h1"), net = trainer.net.sizes.join("-");
  if (heading?.dataset.w === "title" && heading.dataset.net !== net) {
    heading.dataset.net = net;
    document.title = heading.textContent = say("title", { net });
  }
  for (const button of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("#experiments button"))) button.setAttribute("aria-pressed", String(button.dataset.key === view.experiment));
  $("experiment").textContent = view.experiment ? say(`experiment.${view.experiment}.watch`) : "";
  if (trainer.isLayered) {
    const own = given.layers.length > 1 ? given.layers[0].activation : "";
    const offered = Object.keys(known.activations).filter(name => !name.startsWith("own")).map(name => /** @type {[string, string]} */ ([name, name]));
    fill("activation", [...own && (own.startsWith("own") || given.mixed) ? [/** @type {[string, string]} */ (["own", say("as_given")])] : [], ...offered], settings.activation === "own" && own && !own.startsWith("own") && !given.mixed ? own : settings.activation);
    $("activation").disabled = !settings.hidden.length;
    fill("start", ["own", ...Object.keys(given.initializations)].map(name => [name, name === "own" ? say(trainer.isOwnNet ? "as_given" : "as_library") : name]), settings.start);
  }
  $("noise").value = String(settings.noise);
  $("noise-shown").textContent = show(settings.noise);
  $("noise").disabled = given.targets !== 1;
  $("count").value = String(settings.count);
  $("count-shown").textContent = String(settings.data === "own" ? trainer.x.length : settings.count);
  $("count").disabled = settings.data === "own";
  $("test").value = String(settings.test);
  $("test-shown").textContent = `${Math.round(settings.test * 100)}%`;
  if (document.activeElement !== $("seed")) $("seed").value = String(settings.seed);
  $("seed").removeAttribute("aria-invalid");
  for (const input of document.querySelectorAll("#sets input")) /** @type {HTMLInputElement} */ (input).checked = /** @type {HTMLInputElement} */ (input).value === settings.data;
  document.documentElement.classList.toggle("line", given.inputs === 1);
  $("axes-row").hidden = given.inputs < 3;
  $("log").setAttribute("aria-pressed", String(view.isLog));
  makeLayers();
  makeLegend();
}

/** @param {Partial<import("./trainer.js").Settings>} changes */
function set(changes) {
  view.experiment = "";
  trainer.set(changes);
  fresh();
}

function makeSets() {
  $("sets").replaceChildren(...trainer.dataSets.map(name => {
    const canvas = html("canvas", { width: 72, height: 72, "aria-hidden": "true" });
    const input = html("input", { type: "radio", name: "set", value: name });
    input.checked = name === trainer.settings.data;
    input.addEventListener("change", () => set({ data: name }));
    const made = name === "own" ? given.own : DATA_SETS[name].make(80, DATA_SETS[name].noise / 2, 1, Math.max(2, given.classes.length));
    sketch(canvas, made, name === "own");
    return html("label", {}, input, canvas, say(`set.${name}`));
  }));
  $("sets").hidden = trainer.dataSets.length < 2;
}

/** Things to try: a click sets the page up for one, and trains. */
function makeExperiments() {
  const offered = experimentsFor(trainer);
  $("experiments").replaceChildren(...offered.map(({ key, changes }) => {
    const button = html("button", { type: "button", "data-key": key }, say(`experiment.${key}`));
    button.addEventListener("click", () => {
      play(false);
      trainer.reset();
      trainer.set(changes);
      trainer.begin();
      view.experiment = key;
      view.speed = 5;
      fresh();
      play(true);
    });
    return button;
  }));
  $("experiments").parentElement.hidden = !offered.length;
}

/** A small picture of a data set. @param {HTMLCanvasElement} canvas @param {any} made @param {boolean} isOwn */
function sketch(canvas, made, isOwn) {
  const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d")), isLine = given.inputs === 1;
  const points = made.x.slice(0, 150).map((/** @type {number[]} */ row, /** @type {number} */ e) => [row[0], isLine ? made.y[e][0] : row[1] ?? 0, made.y[e][0]]);
  const ends = [0, 1].map(i => { const all = points.map((/** @type {number[]} */ p) => p[i]); return [Math.min(...all), Math.max(...all)]; });
  pen.clearRect(0, 0, 72, 72);
  for (const [x, y, label] of points) {
    const place = isOwn ? given.classes.indexOf(label) : label;
    pen.fillStyle = css(given.classes.length ? classColor(Math.max(0, place)) : classColor(1));
    pen.beginPath();
    pen.arc(5 + 62 * (x - ends[0][0]) / (ends[0][1] - ends[0][0] || 1), 67 - 62 * (y - ends[1][0]) / (ends[1][1] - ends[1][0] || 1), 3, 0, 7);
    pen.fill();
  }
}

/** What stands above each column: its name, its size to change, and the size of its gradient. */
function makeLayers() {
  document.documentElement.classList.toggle("recorded", !trainer.isLayered);
  if (!trainer.isLayered) return;
  const { hidden } = trainer.settings, { sizes } = given, last = trainer.net.sizes.length - 1;
  const focused = document.activeElement?.id;
  /** @param {string} id @param {string} text @param {string} label @param {number[] | null} to */
  const button = (id, text, label, to) => {
    const made = html("button", { type: "button", id, "aria-label": label, title: label }, text);
    made.disabled = !to;
    if (to) made.addEventListener("click", () => set({ hidden: to }));
    return made;
  };
  $("layers").replaceChildren(...trainer.net.sizes.map((size, l) => {
    const name = l === 0 ? say("inputs") : l === last ? say("output") : say("layer", { layer: l });
    const inside = [html("b", {}, size > MOST_SHOWN ? say("some_of", { name, shown: MOST_SHOWN, size }) : name)];
    if (l === 0) {
      inside.push(html("span", {}, say("add_layer_hint")), html("span", { class: "size" },
        button("more-layers", "+", say("add_layer"), hidden.length < given.mostLayers ? [...hidden, hidden.at(-1) ?? 4] : null),
        button("fewer-layers", "−", say("remove_layer"), hidden.length ? hidden.slice(0, -1) : null)));
    } else {
      const other = (/** @type {number} */ by) => {
        const next = by > 0 ? sizes.find((/** @type {number} */ s) => s > size) : sizes.findLast((/** @type {number} */ s) => s < size);
        return next ? hidden.map((s, i) => i === l - 1 ? next : s) : null;
      };
      inside.push(html("span", { class: "flow" }), html("span", { class: "gauge", "aria-hidden": "true" }, html("i")));
      if (l < last) inside.push(html("span", { class: "size" }, button(`fewer-${l}`, "−", say("fewer", { layer: name }), other(-1)), html("b", {}, String(size)), button(`more-${l}`, "+", say("more", { layer: name }), other(1))));
    }
    return html("div", { class: "layer" }, ...inside);
  }));
  if (focused) $(focused)?.focus();
}

/** A small sign of a class, as its points are drawn. @param {number} place @param {boolean} isTest */
function sign(place, isTest = false) {
  const style = { fill: isTest ? "none" : css(classColor(place)), stroke: css(classColor(place)), "stroke-width": 2 };
  return make("svg", { viewBox: "0 0 12 12", "aria-hidden": "true" }, place % 3 === 1 ? make("rect", { x: 2, y: 2, width: 8, height: 8, ...style }) : place % 3 ? make("path", { d: "M6 1.5 10.8 10H1.2z", ...style }) : make("circle", { cx: 6, cy: 6, r: 4.5, ...style }));
}

function makeLegend() {
  const { classes } = given;
  const entries = classes.map((/** @type {number} */ label, /** @type {number} */ place) => html("span", {}, sign(place), say("class", { label: given.labels[place] })));
  if (trainer.test.length) entries.push(html("span", {}, sign(classes.length ? 0 : 1, true), say("test_points")));
  $("legend").replaceChildren(...entries);
  const drawable = given.targets === 1 && given.inputs < 3 && (classes.length > 0 || given.inputs === 1);
  const tools = ["look", ...drawable ? (classes.length ? classes.map((/** @type {number} */ _, /** @type {number} */ place) => `add${place}`) : ["add0"]) : []];
  if (drawable) tools.push("clear");
  const key = `${view.lang}${tools}${color("class0")}`;
  if ($("tools").dataset.key === key) return;
  $("tools").dataset.key = key;
  $("tools").replaceChildren(...tools.map(tool => {
    if (tool === "clear") {
      const button = html("button", { type: "button", class: "quiet", id: "clear" }, say("clear"));
      button.addEventListener("click", () => { trainer.clear(); trainer.begin(); play(false); fresh(); });
      return button;
    }
    const input = html("input", { type: "radio", name: "tool", value: tool });
    input.checked = tool === view.tool;
    input.addEventListener("change", () => { view.tool = tool; paintExample(); });
    const place = +tool.slice(3);
    return html("label", {}, input, ...tool === "look" ? [say("tool.look")] : classes.length ? [sign(place), say("tool.add", { label: given.labels[place] })] : [say("tool.add_point")]);
  }));
  $("tools").hidden = tools.length < 2;
}

function paintExample() {
  const e = view.chosen, { x, y } = trainer;
  write("plane-hint", say(view.tool !== "look" ? "plane_hint_draw" : example.isThere ? "plane_hint" : "too_large"));
  $("open").disabled = !x.length || !example.isThere;
  $("example-back").disabled = $("example-next").disabled = x.length < 2;
  if (!x.length) { $("example").textContent = "–"; return; }
  const number = e + 1, count = x.length, { classes, labels } = given;
  if (classes.length) {
    const label = labels[classes.indexOf(y[e][0])] ?? short(y[e][0]), guess = labels[trainer.classAt(x[e])];
    $("example").textContent = say("example_class", { number, count, label, guess });
  } else {
    const score = [...trainer.net.run(trainer.parameters, x[e])].slice(0, 3).map(short).join(", ");
    $("example").textContent = say("example", { number, count, target: y[e].slice(0, 3).map(short).join(", "), score });
  }
}

// --- what happens -----------------------------------------------------------------------------------------------------

/** @param {boolean} on */
function play(on) {
  if (on === view.playing) return;
  if (on && trainer.stopped) trainer.begin();
  view.playing = on && trainer.train.length > 0;
  view.due = 0;
  if (view.playing) requestAnimationFrame(frame);
  render();
}

function frame() {
  if (!view.playing) return;
  view.due += view.speed;
  const until = performance.now() + LONGEST_FRAME;
  let taken = 0;
  while (view.due >= 1 && performance.now() < until) {
    view.due--;
    if (!trainer.step()) { view.due = 0; view.playing = false; break; }
    taken++;
  }
  view.due = Math.min(view.due, view.speed);
  if (taken || trainer.stopped) trainer.note();
  paint();
  if (view.playing) requestAnimationFrame(frame);
}

/** @param {boolean} on */
function open(on) {
  if (on === view.isOpen) return;
  view.isOpen = on && example.isThere && trainer.x.length > 0;
  if (on) play(false);
  $("inside").hidden = !view.isOpen;
  document.documentElement.classList.toggle("opened", view.isOpen);
  if (view.isOpen) {
    view.neuron = null;
    $("inside-title").textContent = say("inside_title", { number: view.chosen + 1 });
    $("inside-hint").textContent = say(given.classes.length && field.isPlane ? "inside_hint" : "inside_hint_curve");
    example.open(view.chosen, view.lang, say, say("inside"));
    $("inside-title").focus();
  } else {
    example.close();
    $("open").focus();
  }
  render();
}

/** @param {number} e */
function choose(e) {
  view.chosen = e;
  if (view.isOpen) {
    $("inside-title").textContent = say("inside_title", { number: e + 1 });
  }
  render();
}

/** What a click or Enter at two numbers of the plane does. @param {number[]} numbers @param {number} e the example there, or -1 */
function press(numbers, e) {
  if (view.tool === "look") {
    if (e >= 0) { choose(e); open(true); }
    return;
  }
  const place = +view.tool.slice(3);
  if (field.isLine) trainer.add([numbers[0]], [numbers[1]]);
  else {
    const x = field.middle.slice();
    x[view.axes[0]] = numbers[0];
    x[view.axes[1]] = numbers[1];
    trainer.add(x, [given.classes[place]]);
  }
  $("count-shown").textContent = String(trainer.x.length);
  render();
}

/** Another input along an axis; without one there is no plane. @param {0 | 1} index @param {number} input */
function chooseAxis(index, input) {
  view.axes[index] = input;
  const other = /** @type {0 | 1} */ (1 - index);
  if (input < 0) view.axes[other] = -1;
  else if (view.axes[other] < 0) view.axes[other] = input ? 0 : 1;
  $("axis-x").value = String(view.axes[0]);
  $("axis-y").value = String(view.axes[1]);
  fresh();
}

/** @param {string} id @param {string} event @param {(event: any) => void} action */
const on = (id, event, action) => $(id).addEventListener(event, action);
on("play", "click", () => play(!view.playing));
on("step", "click", () => { play(false); trainer.run(1); render(); });
on("begin", "click", () => { play(false); trainer.begin(); fresh(); });
on("reset", "click", () => { play(false); trainer.reset(); view.experiment = ""; fresh(); });
on("speed", "change", () => { view.speed = +$("speed").value; });
for (const id of ["rate", "batch", "strength"]) on(id, "change", () => set({ [id]: +$(id).value }));
for (const id of ["optimizer", "activation", "start"]) on(id, "change", () => set({ [id]: $(id).value }));
on("penalty", "change", () => set({ penalty: $("penalty").value, strength: +$("strength").value }));
for (const id of ["noise", "count", "test"]) on(id, "input", () => set({ [id]: +(+$(id).value).toFixed(2) }));
on("seed", "change", () => {
  const seed = Number($("seed").value.normalize("NFKC"));
  if (Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) set({ seed });
  else $("seed").setAttribute("aria-invalid", "true");
});
on("reseed", "click", () => set({ seed: (trainer.settings.seed + 1) % 2 ** 32 }));
on("log", "click", () => { view.isLog = !view.isLog; $("log").setAttribute("aria-pressed", String(view.isLog)); render(); });
on("open", "click", () => open(true));
on("close", "click", () => open(false));
on("example-back", "click", () => choose((view.chosen - 1 + trainer.x.length) % trainer.x.length));
on("example-next", "click", () => choose((view.chosen + 1) % trainer.x.length));
for (const [id, index] of /** @type {[string, 0 | 1][]} */ ([["axis-x", 0], ["axis-y", 1]])) {
  on(id, "change", () => { chooseAxis(index, +$(id).value); });
}
on("plane", "click", event => {
  const box = $("plane").getBoundingClientRect(), left = event.clientX - box.x, top = event.clientY - box.y;
  view.cursor = null;
  press(plane.numbers(left, top), plane.nearest(left, top));
});
on("plane", "keydown", event => {
  const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[/** @type {string} */ (event.key)];
  if (way) {
    const { across, upwards } = field, by = event.shiftKey ? 0.01 : 0.05;
    const start = view.cursor ?? (trainer.x.length ? plane.pair(field, view.chosen) : [(across.low + across.high) / 2, (upwards.low + upwards.high) / 2]);
    view.cursor = [start[0] + way[0] * by * (across.high - across.low), start[1] + way[1] * by * (upwards.high - upwards.low)];
    if (view.tool === "look") {
      const [left, top] = plane.at(view.cursor[0], view.cursor[1]), near = plane.nearest(left, top);
      if (near >= 0) choose(near);
    }
    render();
  } else if (event.key === "Enter" || event.key === " ") {
    const at = view.cursor ?? plane.pair(field, view.chosen), [left, top] = plane.at(at[0], at[1]);
    press(at, plane.nearest(left, top));
  } else if (event.key === "Escape") { view.cursor = null; render(); } else return;
  event.preventDefault();
  event.stopPropagation();
});
document.addEventListener("keydown", event => {
  const target = /** @type {Element} */ (event.target);
  if (event.ctrlKey || event.metaKey || event.altKey || target.closest("input, select")) return;
  if (event.key === "Escape" && view.isOpen) open(false);
  else if (event.key === " " && !target.closest("button, canvas")) play(!view.playing);
  else return;
  event.preventDefault();
});
for (const button of document.querySelectorAll("[data-lang]")) button.addEventListener("click", () => speak(/** @type {HTMLElement} */ (button).dataset.lang ?? "en"));

/** @param {string} code */
function speak(code) {
  view.lang = code;
  language = speakers(code);
  document.documentElement.lang = code;
  for (const element of document.querySelectorAll("[data-w]")) element.textContent = say(/** @type {HTMLElement} */ (element).dataset.w ?? "", /** @type {any} */ (element).dataset);
  for (const element of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-l]"))) {
    element.setAttribute("aria-label", say(element.dataset.l ?? ""));
    if (element.title) element.title = say(element.dataset.l ?? "");
  }
  for (const button of document.querySelectorAll("[data-lang]")) button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.lang === code));
  document.title = $("h1")?.textContent ?? document.title;
  for (const [id, index] of /** @type {[string, 0 | 1][]} */ ([["axis-x", 0], ["axis-y", 1]])) {
    fill(id, [["-1", say("no_axis")], ...given.names.map((/** @type {string} */ name, /** @type {number} */ i) => [String(i), name])], view.axes[index]);
    $(id).setAttribute("aria-label", say(id.replace("-", "_")));
  }
  makeSets();
  makeExperiments();
  paintSettings();
  if (view.isOpen) { open(false); open(true); }
  render();
}

new ResizeObserver(() => { network.place(); render(); }).observe($("network"));
new ResizeObserver(() => { plane.measure(); render(); }).observe($("plane"));
const repaint = () => { forgetColors(); plane.measure(); network.place(); delete $("tools").dataset.key; makeSets(); makeLegend(); said = ""; paint(); };
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", repaint);
matchMedia("print").addEventListener("change", repaint);
document.documentElement.classList.add("alive");
speak(view.lang);
