/* The loss as it falls: a curve with axes, and what it means in words. */
import { make } from "../shared/elements.js";
import { show } from "../shared/numbers.js";

const LEFT = 50, RIGHT = 292, TOP = 10, BOTTOM = 104;

/** A few round numbers between two. @param {number} low @param {number} high */
function ticks(low, high) {
  const rough = (high - low) / 4 || 1, size = 10 ** Math.floor(Math.log10(rough));
  const step = size * ([1, 2, 5, 10].find(one => one * size >= rough) ?? 10), found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high * (1 + 1e-12) + 1e-300 && found.length < 6; i++) found.push(i * step);
  return found;
}

/**
 * The curve as SVG elements.
 * @param {number[]} losses
 * @param {number} first the number of the step that the first loss belongs to
 * @param {boolean} log
 */
export function curve(losses, first, log) {
  const usable = /** @param {number} y */ y => Number.isFinite(y) && (!log || y > 0), scale = /** @param {number} y */ y => log ? Math.log10(y) : y;
  const finite = losses.filter(usable).map(scale);
  let low = finite.length ? Math.min(...finite) : 0, high = finite.length ? Math.max(...finite) : 1;
  if (!log && low > 0 && low < high) low = 0;
  if (low === high) { low -= Math.abs(low) / 2 || 0.5; high += Math.abs(high) / 2 || 0.5; }
  const steps = losses.length - 1;
  const x = /** @param {number} i */ i => LEFT + (RIGHT - LEFT) * i / Math.max(1, steps);
  const y = /** @param {number} v */ v => BOTTOM - (BOTTOM - TOP) * ((v - low) / (high - low));
  const points = losses.flatMap((loss, i) => usable(loss) ? [[x(i), y(scale(loss))]] : []);
  const levels = log ? ticks(Math.ceil(low - 1e-9), Math.floor(high + 1e-9)).filter(Number.isInteger) : ticks(low, high);
  const shown = log && levels.length < 2 ? [low, high] : levels;
  const marks = steps ? [...new Set([0, Math.floor(steps / 2), steps])] : [0];
  return [
    ...shown.map(level => make("line", { class: "grid", x1: LEFT, x2: RIGHT, y1: y(level), y2: y(level) })),
    ...shown.map(level => make("text", { class: "tick", x: LEFT - 6, y: y(level) + 4, "text-anchor": "end" }, show(Number((log ? 10 ** level : level).toPrecision(log ? 2 : 12))))),
    make("path", { class: "axis", d: `M${LEFT},${TOP}V${BOTTOM}H${RIGHT}` }),
    ...marks.map((i, n) => make("text", { class: "tick", x: x(i), y: BOTTOM + 16, "text-anchor": n && i === steps ? "end" : n ? "middle" : "start" }, String(first + i))),
    make("polyline", { points: points.map(([px, py]) => `${px.toFixed(1)},${py.toFixed(1)}`).join(" ") }),
    ...points.slice(-1).map(([px, py]) => make("circle", { cx: px, cy: py, r: 4 })),
  ];
}

/**
 * What a curve means, as a message's key: it exploded, it rises, it jumps, it stands still; "" if it falls.
 * @param {number[]} losses
 */
export function verdict(losses) {
  const last = losses[losses.length - 1], wrong = losses.findIndex(loss => !Number.isFinite(loss));
  if (losses.length < 2) return { key: "", at: 0 };
  if (wrong > 0) return { key: "curve_exploded", at: wrong };
  if (wrong === 0) return { key: "curve_no_number", at: 0 };
  if (last > losses[0] && last >= losses[losses.length - 2]) return { key: "curve_rises", at: 0 };
  const recent = losses.slice(-6), turns = recent.filter((loss, i) => i > 1 && (loss - recent[i - 1]) * (recent[i - 1] - recent[i - 2]) < 0);
  if (turns.length > 2) return { key: "curve_jumps", at: 0 };
  if (losses.length > 2 && last === losses[losses.length - 2]) return { key: "curve_rests", at: 0 };
  return { key: "", at: 0 };
}
