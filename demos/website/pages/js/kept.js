// The line at the foot of a page that says how much of the website is kept for use without a network. The rest is
// loaded in the background, when the page has what it needs itself.
import { inLanguage, say } from "./language.js";
import { keepRest } from "./offline.js";
import { onState } from "./python.js";

const QUIET = 1500; // milliseconds after the last thing was loaded
const line = document.getElementById("kept");
let isLoading = false;
let asked = false;
let last = null;

function show() {
  if (!last) return;
  const isWhole = last.kept === last.of;
  line.textContent = say(isWhole ? "kept" : "keeping", last);
  line.dataset.state = isWhole ? "whole" : "part";
}

function soon() {
  setTimeout(() => {
    if (isLoading || asked) return;
    asked = true;
    void keepRest((kept, of) => {
      last = { kept, of };
      show();
    });
  }, QUIET);
}

onState(({ state }) => {
  isLoading = state === "loading";
  if (!isLoading) soon();
});
inLanguage(show);
if (document.readyState === "complete") soon();
else addEventListener("load", soon);
