/* The plane of two inputs with its decision regions, or one input with the fitted line. */
import { show } from "../shared/numbers.js";
import { color, css, mix, rgb } from "./colors.js";
import { LENGTH, SIDE } from "./field.js";

/** @typedef {import("./field.js").Field} Field */
/** @typedef {import("./colors.js").Rgb} Rgb */

const MOST_POINTS = 1500; // that are painted
const MARGIN = { left: 34, right: 8, top: 8, bottom: 22 };

/** The colour of a class, by its place among the classes. @param {number} place */
export const classColor = place => rgb(`class${place % 6}`);

/**
 * The colours of a map: for two classes or a number from one colour over white to another.
 * @param {Float32Array} values
 * @param {(value: number) => number} scaled to -1 ... 1
 * @param {ImageData} image where it is painted
 * @param {number} [side] how many points it has along a side there
 * @param {number} [left] @param {number} [top]
 */
export function paintMap(values, scaled, image, side = SIDE, left = 0, top = 0) {
  const low = classColor(0), high = classColor(1), [r, g, b] = rgb("surface"), { data, width } = image, stride = SIDE / side;
  for (let row = 0; row < side; row++) {
    for (let column = 0, k = row * stride * SIDE, at = 4 * ((top + row) * width + left); column < side; column++, k += stride, at += 4) {
      const t = scaled(values[k]), to = t < 0 ? low : high, share = Math.min(1, Math.abs(t)) * 0.85 || 0;
      data[at] = r + (to[0] - r) * share;
      data[at + 1] = g + (to[1] - g) * share;
      data[at + 2] = b + (to[2] - b) * share;
      data[at + 3] = 255;
    }
  }
}

/** Scaled by the largest size among them. @param {Float32Array} values */
export function byLargest(values) {
  let most = 1e-12;
  for (const value of values) if (Math.abs(value) > most) most = Math.abs(value);
  return (/** @type {number} */ value) => value / most;
}

export class Plane {
  /** @param {HTMLCanvasElement} canvas */
  constructor(canvas) {
    this.canvas = canvas;
    this.small = document.createElement("canvas");
    this.small.width = this.small.height = SIDE;
    /** @type {Field | null} */
    this.field = null;
    this.width = this.height = 0;
    this.fonts = "";
  }

  /** Take the canvas's size. */
  measure() {
    this.width = this.canvas.clientWidth;
    this.height = this.canvas.clientHeight;
  }

  /** The place on the canvas of an example's two numbers. @param {number} x @param {number} y */
  at(x, y) {
    const { across, upwards } = /** @type {Field} */ (this.field), { width, height } = this;
    return [
      MARGIN.left + (x - across.low) / (across.high - across.low) * (width - MARGIN.left - MARGIN.right),
      height - MARGIN.bottom - (y - upwards.low) / (upwards.high - upwards.low) * (height - MARGIN.top - MARGIN.bottom),
    ];
  }

  /** The two numbers at a place on the canvas. @param {number} left @param {number} top */
  numbers(left, top) {
    const { across, upwards } = /** @type {Field} */ (this.field), { width, height } = this;
    return [
      across.low + (left - MARGIN.left) / (width - MARGIN.left - MARGIN.right) * (across.high - across.low),
      upwards.low + (height - MARGIN.bottom - top) / (height - MARGIN.top - MARGIN.bottom) * (upwards.high - upwards.low),
    ];
  }

  /** What an example's two numbers are. @param {Field} field @param {number} e */
  pair(field, e) {
    const { trainer, axes, isLine, isPlane } = field;
    if (!isLine && !isPlane) return this.compared(field, e);
    return isLine ? [trainer.x[e][0], trainer.y[e][0]] : [trainer.x[e][axes[0]], trainer.x[e][axes[1]]];
  }

  /**
   * An example's target and its prediction; examples of the same class and prediction are spread out a little.
   * @param {Field} field @param {number} e
   */
  compared({ trainer }, e) {
    const { classes } = trainer;
    if (!classes.length) return [trainer.y[e][0], trainer.net.run(trainer.parameters, trainer.x[e])[0]];
    const turn = e * 2.399963, far = 0.36 * Math.sqrt((e * 0.618034) % 1); // a sunflower
    return [classes.indexOf(trainer.y[e][0]) + far * Math.cos(turn), trainer.classAt(trainer.x[e]) + far * Math.sin(turn)];
  }

  /** The example nearest to a place on the canvas, -1 if none is near. @param {number} left @param {number} top */
  nearest(left, top) {
    const field = /** @type {Field} */ (this.field);
    let best = -1, least = 18 * 18;
    for (let e = 0; e < field.trainer.x.length; e++) {
      const [x, y] = this.pair(field, e), [px, py] = this.at(x, y), far = (px - left) ** 2 + (py - top) ** 2;
      if (far < least) { least = far; best = e; }
    }
    return best;
  }

  /**
   * @param {Field} field computed already
   * @param {{ chosen: number, cursor: number[] | null, neuron: Float32Array | null, names: string[] }} shown
   */
  paint(field, shown) {
    const { canvas, width, height } = this, scale = devicePixelRatio || 1;
    this.field = field;
    if (!width || !height) return;
    if (canvas.width !== Math.round(width * scale)) canvas.width = Math.round(width * scale);
    if (canvas.height !== Math.round(height * scale)) canvas.height = Math.round(height * scale);
    const pen = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    pen.setTransform(scale, 0, 0, scale, 0, 0);
    pen.clearRect(0, 0, width, height);
    const inner = { x: MARGIN.left, y: MARGIN.top, w: width - MARGIN.left - MARGIN.right, h: height - MARGIN.top - MARGIN.bottom };
    pen.save();
    pen.beginPath();
    pen.rect(inner.x, inner.y, inner.w, inner.h);
    pen.fillStyle = color("surface");
    pen.fill();
    pen.clip();
    if (field.isLine) this.paintLine(pen, field, shown.neuron);
    else if (field.isPlane) this.paintRegions(pen, field, shown.neuron, inner);
    else this.paintDiagonal(pen, field);
    pen.restore();
    this.paintAxes(pen, field, inner, shown.names);
    this.paintPoints(pen, field, shown.chosen);
    if (shown.cursor) {
      const [x, y] = this.at(shown.cursor[0], shown.cursor[1]);
      pen.strokeStyle = color("ink");
      pen.lineWidth = 1.5;
      pen.beginPath();
      pen.moveTo(x - 9, y); pen.lineTo(x + 9, y); pen.moveTo(x, y - 9); pen.lineTo(x, y + 9);
      pen.stroke();
    }
  }

  /** @param {CanvasRenderingContext2D} pen @param {Field} field @param {Float32Array | null} neuron */
  paintLine(pen, field, neuron) {
    const { across } = field, values = neuron ?? field.lean;
    const most = neuron ? Math.max(1e-12, ...neuron.map(Math.abs)) : 0;
    pen.strokeStyle = color(neuron ? "muted" : "line-fit");
    pen.lineWidth = 2.5;
    pen.beginPath();
    for (let k = 0; k < LENGTH; k++) {
      const x = across.low + (across.high - across.low) * (k + 0.5) / LENGTH, { upwards } = field;
      const y = neuron ? (upwards.low + upwards.high) / 2 + values[k] / most * (upwards.high - upwards.low) * 0.4 : values[k];
      const [px, py] = this.at(x, y);
      if (k) pen.lineTo(px, py); else pen.moveTo(px, py);
    }
    pen.stroke();
  }

  /** Where the prediction is the target. @param {CanvasRenderingContext2D} pen @param {Field} field */
  paintDiagonal(pen, { across, trainer }) {
    pen.fillStyle = color("soft");
    pen.strokeStyle = color("muted");
    pen.lineWidth = 1.5;
    if (trainer.classes.length) {
      for (let c = 0; c < trainer.classes.length; c++) {
        const [x, y] = this.at(c - 0.5, c + 0.5), [endX, endY] = this.at(c + 0.5, c - 0.5);
        pen.fillRect(x, y, endX - x, endY - y);
      }
      return;
    }
    pen.beginPath();
    pen.moveTo(.../** @type {[number, number]} */ (this.at(across.low, across.low)));
    pen.lineTo(.../** @type {[number, number]} */ (this.at(across.high, across.high)));
    pen.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} pen @param {Field} field @param {Float32Array | null} neuron
   * @param {{ x: number, y: number, w: number, h: number }} inner
   */
  paintRegions(pen, field, neuron, inner) {
    const { trainer } = field, brush = /** @type {CanvasRenderingContext2D} */ (this.small.getContext("2d")), image = brush.createImageData(SIDE, SIDE);
    const many = trainer.classes.length > 2;
    if (neuron) paintMap(neuron, byLargest(neuron), image);
    else if (many) {
      const back = rgb("surface");
      for (let k = 0; k < field.size; k++) {
        const found = mix(back, classColor(field.winner[k]), 0.42);
        for (let c = 0; c < 3; c++) image.data[4 * k + c] = found[c];
        image.data[4 * k + 3] = 255;
      }
    } else if (trainer.classes.length === 2) paintMap(field.lean, value => 0.75 * value / (0.5 + Math.abs(value)), image);
    else {
      const targets = trainer.y.map(row => row[0]), low = Math.min(...targets), high = Math.max(...targets), middle = (low + high) / 2;
      paintMap(field.lean, value => 2 * (value - middle) / (high - low || 1), image);
    }
    brush.putImageData(image, 0, 0);
    pen.drawImage(this.small, inner.x, inner.y, inner.w, inner.h);
    if (trainer.classes.length === 2) this.paintBoundary(pen, neuron ? null : field.lean, inner);
  }

  /** Where neither class fits better. @param {CanvasRenderingContext2D} pen @param {Float32Array | null} values @param {{ x: number, y: number, w: number, h: number }} inner */
  paintBoundary(pen, values, inner) {
    if (!values) return;
    const cell = inner.w / SIDE, row = inner.h / SIDE;
    pen.strokeStyle = color("ink");
    pen.lineWidth = 1.8;
    pen.beginPath();
    for (let i = 0; i < SIDE - 1; i++) {
      for (let j = 0; j < SIDE - 1; j++) {
        const a = values[i * SIDE + j], b = values[i * SIDE + j + 1], c = values[(i + 1) * SIDE + j + 1], d = values[(i + 1) * SIDE + j];
        const x = inner.x + (j + 0.5) * cell, y = inner.y + (i + 0.5) * row;
        /** @type {[number, number][]} */
        const cuts = [];
        if (a > 0 !== b > 0) cuts.push([x + cell * a / (a - b), y]);
        if (b > 0 !== c > 0) cuts.push([x + cell, y + row * b / (b - c)]);
        if (c > 0 !== d > 0) cuts.push([x + cell * d / (d - c), y + row]);
        if (d > 0 !== a > 0) cuts.push([x, y + row * a / (a - d)]);
        for (let k = 0; k + 1 < cuts.length; k += 2) {
          pen.moveTo(...cuts[k]);
          pen.lineTo(...cuts[k + 1]);
        }
      }
    }
    pen.stroke();
  }

  /**
   * @param {CanvasRenderingContext2D} pen @param {Field} field @param {{ x: number, y: number, w: number, h: number }} inner
   * @param {string[]} names
   */
  paintAxes(pen, field, inner, names) {
    pen.strokeStyle = color("line");
    pen.lineWidth = 1;
    pen.strokeRect(inner.x + 0.5, inner.y + 0.5, inner.w - 1, inner.h - 1);
    pen.fillStyle = color("muted");
    pen.font = `11px ${this.fonts ||= getComputedStyle(this.canvas).fontFamily}`;
    pen.textAlign = "center";
    pen.textBaseline = "alphabetic";
    const ofClasses = !field.isLine && !field.isPlane && field.trainer.classes.length > 0;
    const marks = (/** @type {import("./field.js").Span} */ span) => ofClasses ? [...field.trainer.classes.keys()] : ticks(span);
    const text = (/** @type {number} */ tick) => ofClasses ? field.trainer.given.labels[tick] : show(tick).replace("-", "−");
    for (const tick of marks(field.across)) {
      const [x] = this.at(tick, 0);
      pen.fillText(text(tick), x, this.height - 8);
    }
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const tick of marks(field.upwards)) {
      const [, y] = this.at(0, tick);
      pen.fillText(text(tick), inner.x - 4, y);
    }
    pen.fillStyle = color("ink");
    pen.font = `600 ${pen.font}`;
    pen.textAlign = "right";
    pen.textBaseline = "alphabetic";
    pen.fillText(names[0], inner.x + inner.w - 5, inner.y + inner.h - 6);
    pen.textAlign = "left";
    pen.fillText(names[1], inner.x + 5, inner.y + 14);
  }

  /** @param {CanvasRenderingContext2D} pen @param {Field} field @param {number} chosen */
  paintPoints(pen, field, chosen) {
    const { trainer } = field, { classes } = trainer, radius = trainer.x.length > 250 ? 3 : 4;
    const edge = color("surface"), ink = color("ink");
    for (let e = 0; e < Math.min(trainer.x.length, MOST_POINTS); e++) {
      const [x, y] = this.at(...(/** @type {[number, number]} */ (this.pair(field, e)))), place = classes.indexOf(trainer.y[e][0]);
      const tint = css(place >= 0 ? classColor(place) : field.isLine ? rgb("class1") : this.tint(field, trainer.y[e][0]));
      pen.beginPath();
      /* a second sign beside the colour */
      if (place % 3 === 1) pen.rect(x - radius * 0.9, y - radius * 0.9, radius * 1.8, radius * 1.8);
      else if (place % 3 === 2) { pen.moveTo(x, y - radius * 1.2); pen.lineTo(x + radius * 1.1, y + radius * 0.8); pen.lineTo(x - radius * 1.1, y + radius * 0.8); pen.closePath(); }
      else pen.arc(x, y, radius, 0, 2 * Math.PI);
      if (trainer.isTest?.[e]) {
        pen.fillStyle = edge;
        pen.fill();
        pen.strokeStyle = tint;
        pen.lineWidth = 2;
      } else {
        pen.fillStyle = tint;
        pen.fill();
        pen.strokeStyle = edge;
        pen.lineWidth = 1;
      }
      pen.stroke();
    }
    if (chosen >= 0 && chosen < trainer.x.length) {
      const [x, y] = this.at(...(/** @type {[number, number]} */ (this.pair(field, chosen))));
      pen.beginPath();
      pen.arc(x, y, radius + 5, 0, 2 * Math.PI);
      pen.strokeStyle = ink;
      pen.lineWidth = 2.5;
      pen.stroke();
    }
  }

  /** The colour of a target that is a number. @param {Field} field @param {number} y */
  tint(field, y) {
    const targets = field.trainer.y.map(row => row[0]), low = Math.min(...targets), high = Math.max(...targets);
    return mix(classColor(0), classColor(1), (y - low) / (high - low || 1));
  }
}

/** Round numbers within a span. @param {import("./field.js").Span} span */
export function ticks({ low, high }) {
  const rough = (high - low) / 4, power = 10 ** Math.floor(Math.log10(rough)), step = [1, 2, 5, 10].map(k => k * power).find(s => s >= rough) ?? rough;
  const found = [];
  for (let tick = Math.ceil(low / step); tick * step <= high; tick++) found.push(+(tick * step).toPrecision(6));
  return found;
}
