// The training pages, made when the website was built; which one is shown stands in the address.
import { storedFrame } from "./frames.js";
import { inLanguage, language } from "./language.js";

const stage = document.getElementById("stage");
const save = document.getElementById("save");
const buttons = [...document.querySelectorAll("[data-set]")];

function show() {
  const asked = location.hash.slice(1);
  const shown = buttons.find((button) => button.dataset.set === asked) ?? buttons[0];
  for (const button of buttons) button.setAttribute("aria-pressed", String(button === shown));
  save.href = `training/${shown.dataset.set}-${language()}.html`;
  save.download = `${shown.dataset.set}.html`;
  void storedFrame(save.href, shown.textContent.trim(), (frame) => {
    frame.id = "live";
    stage.replaceChildren(frame);
  });
}

for (const button of buttons)
  button.addEventListener("click", () => {
    location.hash = button.dataset.set;
  });
addEventListener("hashchange", show);
inLanguage(show);
