/* The glossary: a term is explained on hover, on focus and on a tap. */
import { $ } from "../shared/elements.js";
import { graph } from "./contents.js";

/** @param {string} lang @param {string} id @returns {[term: string, explanation: string]} */
export const explained = (lang, id) => (graph.glossary[lang] ?? {})[id] ?? graph.glossary[graph.order[0]][id];

/** @type {any} */
let anchor = null;
/** @param {State} state */
export function paintTerm(state) {
  const bubble = $("term"), wanted = state.term ? $(state.term.anchor) : null;
  if (anchor !== wanted) {
    anchor?.removeAttribute("aria-describedby");
    wanted?.setAttribute("aria-describedby", "term");
    anchor = wanted;
  }
  bubble.hidden = !wanted;
  if (!wanted || !state.term) return;
  const [term, explanation] = explained(state.lang, state.term.id);
  if (bubble.lastElementChild.textContent !== explanation) {
    bubble.firstElementChild.textContent = term;
    bubble.lastElementChild.textContent = explanation;
  }
  const at = wanted.getBoundingClientRect(), box = bubble.getBoundingClientRect(), below = at.bottom + 6;
  bubble.style.left = `${Math.max(8, Math.min(at.left, innerWidth - box.width - 8))}px`;
  bubble.style.top = `${below + box.height > innerHeight - 8 ? Math.max(8, at.top - box.height - 6) : below}px`;
}

/** The terms in the page in the reader's language. @param {string} lang */
export function nameTerms(lang) {
  document.querySelectorAll("[data-term]").forEach((element, index) => {
    const button = /** @type {HTMLElement} */ (element);
    button.id ||= `term${index}`;
    const [term] = explained(lang, button.dataset.term ?? "");
    button.textContent = term;
  });
}
