/* Elements of the page, found and made. What a person wrote becomes text only. */

/**
 * @param {string} id
 * @returns {any}
 */
export const $ = id => document.getElementById(id);

const SVG = document.querySelector("svg")?.namespaceURI ?? "";

/**
 * An SVG element.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} inside
 * @returns {any}
 */
export function make(name, attributes = {}, ...inside) {
  const element = document.createElementNS(SVG, name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  element.append(...inside);
  return element;
}

/**
 * An HTML element.
 * @param {string} name
 * @param {Record<string, string | number>} attributes
 * @param {(Node | string)[]} inside
 * @returns {any}
 */
export function html(name, attributes = {}, ...inside) {
  const element = document.createElement(name);
  for (const key in attributes) element.setAttribute(key, String(attributes[key]));
  element.append(...inside);
  return element;
}
