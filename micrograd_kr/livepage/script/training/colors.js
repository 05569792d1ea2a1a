/* The colours that canvases are painted with: those of the style sheet, in light and in dark. */

/** @typedef {[number, number, number]} Rgb */

/** @type {Record<string, string>} */
let read = {};
/** @type {Record<string, Rgb>} */
let parts = {};

/** Forget the colours, as the theme has changed. */
export function forgetColors() {
  read = {};
  parts = {};
}

/** A colour of the style sheet, such as `ink`. @param {string} name */
export function color(name) {
  return read[name] ??= getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}

/** @param {string} name @returns {Rgb} */
export function rgb(name) {
  return parts[name] ??= split(name);
}

/** @param {string} name @returns {Rgb} */
function split(name) {
  const hex = color(name).slice(1), wide = hex.length < 6 ? [...hex].map(c => c + c).join("") : hex;
  const [r, g, b] = [0, 2, 4].map(i => parseInt(wide.slice(i, i + 2), 16) || 0);
  return [r, g, b];
}

/** Between two colours. @param {Rgb} a @param {Rgb} b @param {number} t from 0 to 1 @returns {Rgb} */
export const mix = (a, b, t) => [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t];

/** @param {Rgb} c */
export const css = c => `rgb(${c.map(Math.round).join(" ")})`;
