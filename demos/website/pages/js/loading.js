// The bar below the head that says what is being loaded.
import { onState, start } from "./python.js";
import { inLanguage, say } from "./language.js";

const box = document.getElementById("loading");
const bar = box?.querySelector("progress");
const text = box?.querySelector("span");
let last = null;

function show() {
  if (!last || !box) return;
  const { state, part, loaded, total, restarting, reason } = last;
  box.dataset.state = state;
  if (state === "loading") {
    bar.value = loaded / total;
    const megabytes = loaded < total && part !== "start" ? ` · ${(loaded / 1e6).toFixed(1)} / ${(total / 1e6).toFixed(1)} MB` : "";
    text.textContent = `${say(restarting ? "restarting" : "loading")}: ${say(`loading.${part}`)}${megabytes}`;
  } else if (state === "ready") text.textContent = say("ready");
  else text.textContent = `${say("failed")}: ${reason}`;
}

onState((state) => {
  last = state;
  document.documentElement.dataset.python = state.state;
  show();
});
inLanguage(show);
box?.querySelector("button")?.addEventListener("click", () => start());
