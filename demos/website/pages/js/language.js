// The language of the page: the one chosen last, else Korean for a Korean browser, else English.
import { WORDS } from "./words.js";

const KEY = "micrograd_kr.language";
const listeners = [];

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage is switched off
  }
}

function wanted() {
  const asked = new URLSearchParams(location.search).get("lang") ?? remembered();
  if (asked in WORDS) return asked;
  const spoken = (navigator.languages ?? [navigator.language]).map((code) => code.slice(0, 2));
  return spoken.find((code) => code in WORDS) ?? "en";
}

export const language = () => document.documentElement.lang;

export function say(key, pieces = {}) {
  return WORDS[language()][key].replace(/\{(\w+)\}/g, (_, name) => pieces[name]);
}

// Call the function now and whenever the language changes.
export function inLanguage(listener) {
  listeners.push(listener);
  listener(language());
}

function choose(code) {
  document.documentElement.lang = code;
  for (const button of document.querySelectorAll("[data-language]"))
    button.setAttribute("aria-pressed", String(button.dataset.language === code));
  const title = document.querySelector(`meta[name="title-${code}"]`);
  if (title) document.title = title.content;
  for (const listener of listeners) listener(code);
}

document.documentElement.dataset.script = "";
choose(wanted());
for (const button of document.querySelectorAll("[data-language]"))
  button.addEventListener("click", () => {
    try {
      localStorage.setItem(KEY, button.dataset.language);
    } catch {
      // it holds for this page
    }
    choose(button.dataset.language);
  });
