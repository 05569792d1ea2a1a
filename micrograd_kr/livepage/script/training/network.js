/* The net: a column of neurons for each layer, each with its own map, and the weights as lines between them. */
import { html } from "../shared/elements.js";
import { color, css, mix, rgb } from "./colors.js";
import { LENGTH, SIDE } from "./field.js";
import { byLargest, paintMap } from "./plane.js";

/** @typedef {import("./field.js").Field} Field */
/** @typedef {import("./trainer.js").Trainer} Trainer */

export const MOST_SHOWN = 16; // neurons in a column
const SMALL = SIDE / 2; // points along a side of a neuron's map

export class Network {
  /**
   * @param {HTMLElement} room
   * @param {HTMLCanvasElement} lines
   * @param {(layer: number, neuron: number) => void} choose
   */
  constructor(room, lines, choose) {
    this.room = room;
    this.lines = lines;
    this.choose = choose;
    /** @type {{ button: HTMLButtonElement, canvas: HTMLCanvasElement, image: ImageData, x: number, y: number }[][]} */
    this.columns = [];
    this.shape = "";
  }

  /** Make the buttons of the neurons, if the net is another than before. @param {Trainer} trainer */
  build(trainer) {
    const { sizes } = trainer.net, isLine = trainer.given.inputs === 1;
    const shape = sizes.join("-");
    if (shape === this.shape) return;
    this.shape = shape;
    for (const column of this.columns) for (const { button } of column) button.remove();
    this.columns = sizes.map((size, l) => Array.from({ length: Math.min(size, MOST_SHOWN) }, (_, j) => {
      const canvas = html("canvas", { width: isLine ? SIDE : SMALL, height: isLine ? SIDE : SMALL, "aria-hidden": "true" });
      const button = html("button", { type: "button", class: "neuron" }, canvas);
      button.dataset.layer = String(l);
      button.dataset.neuron = String(j);
      button.addEventListener("click", () => this.choose(l, j));
      this.room.append(button);
      return { button, canvas, image: new ImageData(SMALL, SMALL), x: 0, y: 0 };
    }));
    this.place();
  }

  /** Put every neuron in its place. */
  place() {
    const { clientWidth: width, clientHeight: height } = this.room, count = this.columns.length;
    const most = Math.max(...this.columns.map(column => column.length), 1);
    const size = Math.max(18, Math.min(44, (height - 16) / most - 5));
    this.columns.forEach((column, l) => {
      const step = Math.min(64, (height - 12) / column.length), top = height / 2 - step * (column.length - 1) / 2;
      column.forEach((neuron, j) => {
        neuron.x = count > 1 ? 8 + size / 2 + (width - size - 16) * l / (count - 1) : width / 2;
        neuron.y = top + step * j;
        Object.assign(neuron.button.style, { left: `${neuron.x - size / 2}px`, top: `${neuron.y - size / 2}px`, width: `${size}px`, height: `${size}px` });
      });
    });
    this.size = size;
  }

  /** What the buttons are called. @param {(place: { layer: number, neuron: number }) => string} named */
  name(named) {
    this.columns.forEach((column, layer) => column.forEach(({ button }, neuron) => button.setAttribute("aria-label", named({ layer, neuron }))));
  }

  /** Where the middle of each column is, for what stands above it. */
  get middles() {
    return this.columns.map(column => column[0].x);
  }

  /**
   * @param {Trainer} trainer @param {Field} field
   * @param {{ layer: number, neuron: number } | null} chosen
   * @param {(layer: number, neuron: number) => boolean} isDead
   * @param {number[]} x the example whose numbers are shown where there is no plane to draw maps of
   */
  paint(trainer, field, chosen, isDead, x) {
    const isLine = field.isLine, hasMaps = isLine || field.isPlane, { net } = trainer;
    if (!hasMaps) net.run(trainer.parameters, x);
    this.columns.forEach((column, l) => column.forEach(({ button, canvas, image }, j) => {
      const values = field.maps[l][j], pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
      if (isLine) paintCurve(pen, values);
      else if (field.isPlane) {
        paintMap(values, byLargest(values), image);
        pen.putImageData(image, 0, 0);
      } else {
        const numbers = l ? net.outs[l - 1] : x, share = numbers[j] / Math.max(1e-12, ...numbers.map(Math.abs));
        pen.fillStyle = css(mix(rgb("surface"), rgb(share < 0 ? "class0" : "class1"), Math.min(1, Math.abs(share)) || 0));
        pen.fillRect(0, 0, SMALL, SMALL);
      }
      button.setAttribute("aria-pressed", String(!!chosen && chosen.layer === l && chosen.neuron === j));
      button.classList.toggle("chosen", !!chosen && chosen.layer === l && chosen.neuron === j);
      button.classList.toggle("dead", isDead(l, j));
    }));
  }

  /** @param {Trainer} trainer @param {{ layer: number, neuron: number } | null} chosen */
  paintLines(trainer, chosen) {
    const { lines, columns, size = 0 } = this, { net, parameters } = trainer, scale = devicePixelRatio || 1;
    const width = this.room.clientWidth, height = this.room.clientHeight;
    if (lines.width !== Math.round(width * scale)) lines.width = Math.round(width * scale);
    if (lines.height !== Math.round(height * scale)) lines.height = Math.round(height * scale);
    const pen = /** @type {CanvasRenderingContext2D} */ (lines.getContext("2d"));
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    pen.lineCap = "round";
    const plus = color("class1"), minus = color("class0");
    for (let l = 1; l < columns.length; l++) {
      columns[l].forEach((to, j) => columns[l - 1].forEach((from, i) => {
        const w = parameters[net.place(l - 1, j) + i], thick = Math.min(7, 0.35 + 1.9 * Math.abs(w)) || 0;
        const isNear = !chosen || chosen.layer === l && chosen.neuron === j || chosen.layer === l - 1 && chosen.neuron === i;
        pen.globalAlpha = isNear ? chosen ? 0.95 : 0.62 : 0.09;
        pen.lineWidth = thick;
        pen.strokeStyle = w < 0 ? minus : plus;
        pen.setLineDash(w < 0 ? [5, 4 + thick] : []); // a second sign beside the colour
        const x = from.x + size / 2, end = to.x - size / 2, bend = (end - x) / 2;
        pen.beginPath();
        pen.moveTo(x, from.y);
        pen.bezierCurveTo(x + bend, from.y, end - bend, to.y, end, to.y);
        pen.stroke();
      }));
    }
    pen.globalAlpha = 1;
    pen.setLineDash([]);
  }
}

/** A function of one input, as a small curve. @param {CanvasRenderingContext2D} pen @param {Float32Array} values */
function paintCurve(pen, values) {
  const scaled = byLargest(values);
  pen.fillStyle = color("surface");
  pen.fillRect(0, 0, SIDE, SIDE);
  pen.strokeStyle = color("line");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(0, SIDE / 2);
  pen.lineTo(SIDE, SIDE / 2);
  pen.stroke();
  pen.strokeStyle = color("blue");
  pen.lineWidth = 2;
  pen.beginPath();
  for (let k = 0; k < LENGTH; k += 3) {
    const x = k / LENGTH * SIDE, y = SIDE / 2 - scaled(values[k]) * SIDE * 0.42;
    if (k) pen.lineTo(x, y); else pen.moveTo(x, y);
  }
  pen.stroke();
}
