/**
 * Keeps a voting page up to date: asks every few seconds which page it should be, and fetches that page when it changed.
 * The server draws every page; without this script the forms work all the same.
 */

const said = document.getElementById("said");
let live = document.getElementById("live");
const address = live.dataset.state;
let pause = Number(live.dataset.again) * 1000;
let timer = 0;
let busy = false;

/** Puts the main part of a page that the server drew in the place of the present one, and keeps the focus. */
function take(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  const main = next.getElementById("live");
  if (!main) return;
  const focused = document.activeElement?.id;
  const before = live.querySelector("h1")?.textContent;
  const page = document.importNode(main, true);
  live.replaceWith(page);
  live = page;
  document.title = next.title;
  if (focused) document.getElementById(focused)?.focus();
  const heading = live.querySelector("h1")?.textContent ?? "";
  const pressed = live.querySelector("[aria-pressed=true]");
  if (heading !== before) say(heading);
  else if (pressed) say("Your vote is counted.");
}

function say(text) {
  said.textContent = "";
  setTimeout(() => { said.textContent = text; }, 50);
}

/** Milliseconds that the server asks us to wait, or those given. */
function wait(answer, otherwise) {
  return Number(answer.headers.get("Retry-After")) * 1000 || otherwise;
}

async function look() {
  clearTimeout(timer);
  if (document.hidden) return;
  let next = pause;
  try {
    const answer = await fetch(address, { cache: "no-store" });
    if (answer.ok) {
      const state = await answer.json();
      pause = next = state.again * 1000;
      const voted = document.getElementById("voted");
      if (voted && voted.textContent !== state.voted) voted.textContent = state.voted;
      if (!busy && state.page !== live.dataset.page) {
        const page = await fetch(location.href, { cache: "no-store" });
        if (page.ok && !busy) take(await page.text());
      }
    } else if (answer.status === 404) {
      const page = await fetch(location.href, { cache: "no-store" });
      if (page.status === 404) {
        take(await page.text());
        return;
      }
    } else {
      next = wait(answer, 10000);
    }
  } catch {
    next = 5000; // the network comes and goes in a full room
  }
  // Spread out, so that forty phones do not ask in the same instant.
  timer = setTimeout(look, next * (0.85 + 0.3 * Math.random()));
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  const button = event.submitter;
  if (form.method !== "post" || !button) return;
  event.preventDefault();
  if (busy) return;
  busy = true;
  button.setAttribute("aria-busy", "true");
  try {
    const fields = new URLSearchParams(new FormData(form, button));
    const answer = await fetch(form.getAttribute("action"), { method: "POST", body: fields });
    take(await answer.text());
  } catch {
    button.removeAttribute("aria-busy");
    say("No connection. Your vote was not sent; please try again.");
    let alert = live.querySelector(".alert");
    if (!alert) {
      alert = document.createElement("p");
      alert.className = "alert";
      form.before(alert);
    }
    alert.textContent = "No connection. Your vote was not sent; please try again.";
  }
  busy = false;
});

document.addEventListener("visibilitychange", () => { if (!document.hidden) look(); });
timer = setTimeout(look, pause);
