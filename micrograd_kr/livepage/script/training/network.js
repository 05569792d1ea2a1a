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
   * @param {HTMLCanvasElement} maps
   * @param {(layer: number, neuron: number) => void} choose
   */
  constructor(room, lines, maps, choose) {
    this.room = room;
    this.lines = lines;
    this.maps = maps;
    this.choose = choose;
    /** @type {{ button: HTMLButtonElement, x: number, y: number }[][]} */
    this.columns = [];
    this.shape = "";
    this.width = this.height = this.size = 0;
    this.atlas = document.createElement("canvas"); // all maps, one beside the other
    this.image = new ImageData(SMALL, SMALL);
  }

  /** Make the buttons of the neurons, if the net is another than before. @param {Trainer} trainer */
  build(trainer) {
    const { sizes } = trainer.net, shape = sizes.join("-");
    if (shape === this.shape) return;
    this.shape = shape;
    for (const column of this.columns) for (const { button } of column) button.remove();
    this.columns = sizes.map((size, l) => Array.from({ length: Math.min(size, MOST_SHOWN) }, (_, j) => {
      const button = html("button", { type: "button", class: "neuron", "data-layer": l, "data-neuron": j });
      button.addEventListener("click", () => this.choose(l, j));
      this.room.append(button);
      return { button, x: 0, y: 0 };
    }));
    this.atlas.width = SMALL * Math.max(...this.columns.map(column => column.length));
    this.atlas.height = SMALL * this.columns.length;
    this.image = new ImageData(this.atlas.width, this.atlas.height);
    this.place();
  }

  /** Put every neuron in its place. */
  place() {
    const width = this.width = this.room.clientWidth, height = this.height = this.room.clientHeight, count = this.columns.length;
    const most = Math.max(...this.columns.map(column => column.length), 1);
    const size = this.size = Math.round(Math.max(18, Math.min(44, (height - 16) / most - 5)));
    this.columns.forEach((column, l) => {
      const step = Math.min(64, (height - 12) / column.length), top = height / 2 - step * (column.length - 1) / 2;
      column.forEach((neuron, j) => {
        neuron.x = Math.round(count > 1 ? 8 + size / 2 + (width - size - 16) * l / (count - 1) : width / 2);
        neuron.y = Math.round(top + step * j);
        Object.assign(neuron.button.style, { left: `${neuron.x - size / 2}px`, top: `${neuron.y - size / 2}px`, width: `${size}px`, height: `${size}px` });
      });
    });
  }

  /** What the buttons are called. @param {(place: { layer: number, neuron: number }) => string} named */
  name(named) {
    this.columns.forEach((column, layer) => column.forEach(({ button }, neuron) => button.setAttribute("aria-label", named({ layer, neuron }))));
  }

  /** Where the middle of each column is, for what stands above it. */
  get middles() {
    return this.columns.map(column => column[0].x);
  }

  /** Which neuron is chosen, and which are dead. @param {{ layer: number, neuron: number } | null} chosen @param {(layer: number, neuron: number) => boolean} isDead */
  mark(chosen, isDead) {
    this.columns.forEach((column, l) => column.forEach(({ button }, j) => {
      const isChosen = !!chosen && chosen.layer === l && chosen.neuron === j;
      if (button.getAttribute("aria-pressed") !== String(isChosen)) button.setAttribute("aria-pressed", String(isChosen));
      button.classList.toggle("dead", isDead(l, j));
    }));
  }

  /**
   * The neurons' maps.
   * @param {Trainer} trainer @param {Field} field
   * @param {number[]} x the example whose numbers are shown where there is no plane to draw maps of
   */
  paintMaps(trainer, field, x) {
    const { isLine, isPlane } = field, { net } = trainer, { columns, image, atlas, size } = this;
    const pen = begin(this.maps, this.width, this.height);
    if (isPlane) {
      columns.forEach((column, l) => column.forEach((_, j) => paintMap(field.maps[l][j], byLargest(field.maps[l][j]), image, SMALL, SMALL * j, SMALL * l)));
      /** @type {CanvasRenderingContext2D} */ (atlas.getContext("2d")).putImageData(image, 0, 0);
    } else if (!isLine) net.run(trainer.parameters, x);
    columns.forEach((column, l) => column.forEach((neuron, j) => {
      const left = neuron.x - size / 2, top = neuron.y - size / 2;
      if (isPlane) pen.drawImage(atlas, SMALL * j, SMALL * l, SMALL, SMALL, left, top, size, size);
      else if (isLine) paintCurve(pen, field.maps[l][j], left, top, size);
      else {
        const numbers = l ? net.outs[l - 1] : x, share = numbers[j] / Math.max(1e-12, ...numbers.map(Math.abs));
        pen.fillStyle = css(mix(rgb("surface"), rgb(share < 0 ? "class0" : "class1"), Math.min(1, Math.abs(share)) || 0));
        pen.fillRect(left, top, size, size);
      }
    }));
  }

  /** @param {Trainer} trainer @param {{ layer: number, neuron: number } | null} chosen */
  paintLines(trainer, chosen) {
    const { columns, size } = this, { net, parameters } = trainer, pen = begin(this.lines, this.width, this.height);
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

/** A canvas of this size, wiped, and a pen for it. @param {HTMLCanvasElement} canvas @param {number} width @param {number} height */
function begin(canvas, width, height) {
  const scale = devicePixelRatio || 1, pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
  if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, width, height);
  return pen;
}

/**
 * A function of one input, as a small curve.
 * @param {CanvasRenderingContext2D} pen @param {Float32Array} values @param {number} left @param {number} top @param {number} size
 */
function paintCurve(pen, values, left, top, size) {
  const scaled = byLargest(values), middle = top + size / 2;
  pen.fillStyle = color("surface");
  pen.fillRect(left, top, size, size);
  pen.strokeStyle = color("line");
  pen.lineWidth = 1;
  pen.beginPath();
  pen.moveTo(left, middle);
  pen.lineTo(left + size, middle);
  pen.stroke();
  pen.strokeStyle = color("blue");
  pen.lineWidth = 1.8;
  pen.beginPath();
  for (let k = 0; k < LENGTH; k += 3) {
    const x = left + k / LENGTH * size, y = middle - scaled(values[k]) * size * 0.42;
    if (k) pen.lineTo(x, y); else pen.moveTo(x, y);
  }
  pen.stroke();
}
