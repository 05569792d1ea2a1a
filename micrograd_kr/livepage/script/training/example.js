/* One example's own computation graph: the graph page, in a frame of its own, with the numbers of this step. What is
   changed there comes back as a message, and the net goes on from it. */
import { html } from "../shared/elements.js";
import { scalarGraph, scalarViews } from "./scalar.js";

/** @typedef {import("./trainer.js").Trainer} Trainer */
/** @typedef {{ parameters: number[], inputs: number[], targets: number[] }} Places */

export class Example {
  /** @param {HTMLElement} room @param {Trainer} trainer @param {() => void} changed */
  constructor(room, trainer, changed) {
    this.room = room;
    this.trainer = trainer;
    this.changed = changed;
    /** @type {HTMLIFrameElement | null} */
    this.frame = null;
    /** @type {Places} */
    this.places = { parameters: [], inputs: [], targets: [] };
    this.shell = "";
    this.e = -1;
    this.count = 0;
    this.sent = "";
    addEventListener("message", event => this.hear(event));
  }

  /** Whether there is a graph to open, small enough to be drawn. */
  get isThere() {
    const { given, isLayered, net } = this.trainer;
    if (!isLayered) return !!given.frame;
    const neurons = net.sizes.slice(1).reduce((sum, size) => sum + size, 0);
    return net.count + net.sizes[0] + 3 * neurons + given.frame.head.length <= given.mostNodes;
  }

  /** @param {number} e @param {string} lang @param {import("./scalar.js").Say} say @param {string} title */
  async open(e, lang, say, title) {
    const { trainer } = this, { frame } = trainer.given;
    this.close();
    this.shell ||= await unpacked(trainer.given.shell);
    let page = this.shell;
    if (trainer.isLayered) {
      const built = scalarGraph(trainer, e, say), [views, data] = frame.parts;
      this.places = built.places;
      this.count = built.graph.op.length;
      const text = JSON.stringify({ lang, hosted: true, ...built.graph }).replace(/[<>&\u2028\u2029]/g, c => `\\u${c.charCodeAt(0).toString(16).padStart(4, "0")}`);
      page = page.replace(views, () => scalarViews(built, frame.symbols)).replace(data, () => text);
    } else {
      this.places = frame.places;
      this.count = frame.count;
      page = page.replace(frame.parts[0], opening => `${opening}"hosted":true,`).replace(/"lang":"\w+"/, `"lang":"${lang}"`);
    }
    this.e = e;
    this.sent = "";
    const made = /** @type {HTMLIFrameElement} */ (html("iframe", { sandbox: "allow-scripts", title }));
    made.srcdoc = page;
    this.frame = made;
    this.room.replaceChildren(made);
  }

  /** The numbers of another example, or of another step. @param {number} e */
  show(e) {
    const { trainer, places, frame } = this;
    if (!frame?.contentWindow || e >= trainer.x.length) return;
    this.e = e;
    /** @type {[number, number][]} */
    const numbers = [];
    places.parameters.forEach((node, i) => { if (node >= 0) numbers.push([node, trainer.parameters[i]]); });
    places.inputs.forEach((node, i) => { if (node >= 0) numbers.push([node, trainer.x[e][i]]); });
    places.targets.forEach((node, i) => { if (node >= 0) numbers.push([node, trainer.y[e][i]]); });
    const text = JSON.stringify(numbers);
    if (text === this.sent) return;
    this.sent = text;
    frame.contentWindow.postMessage({ numbers }, "*");
  }

  /** @param {MessageEvent} event */
  hear(event) {
    const { trainer, places, e } = this, numbers = event.data?.numbers;
    if (!this.frame || event.source !== this.frame.contentWindow || !Array.isArray(numbers)) return;
    if (event.data.ready) { this.sent = ""; this.show(e); return; }
    const found = new Map(numbers.filter(pair => Array.isArray(pair) && Number.isInteger(pair[0]) && typeof pair[1] === "number"));
    places.parameters.forEach((node, i) => { if (found.has(node)) trainer.parameters[i] = found.get(node); });
    trainer.x[e] = trainer.x[e].map((x, i) => found.get(places.inputs[i]) ?? x);
    trainer.y[e] = trainer.y[e].map((y, i) => found.get(places.targets[i]) ?? y);
    trainer.stopped = "";
    trainer.note();
    this.sent = JSON.stringify(numbers);
    this.changed();
  }

  close() {
    this.frame = null;
    this.room.replaceChildren();
  }
}

/** @param {string} packed deflated, in base64 */
async function unpacked(packed) {
  const bytes = Uint8Array.from(atob(packed), c => c.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"))).text();
}
