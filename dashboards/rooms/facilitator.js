/**
 * Follows the projector: listens to the room, fetches the page that the server draws, and runs the clocks.
 * The clocks are this window's own: pausing them stops nothing on the projector.
 */

const room = document.getElementById("room");
const address = room.dataset.address;
const said = document.getElementById("said");
const lost = document.getElementById("lost");
const run = document.getElementById("run");
const kept = `clocks ${address}`;
let version = Number(room.dataset.version);
let fetching = false;
let behind = false;
let polling = 0;

/**
 * Seconds are `base` plus what has passed since `from` (milliseconds of performance.now) while the clocks run.
 * `step` is the step they count for.
 */
const clocks = {
  step: "", running: true, from: performance.now(),
  base: { step: Number(room.dataset.stepSeconds), workshop: Number(room.dataset.workshopSeconds) },
};

/** Before the first step there is nothing to count. */
function waiting() {
  return clocks.step.startsWith(" ");
}

function seconds(which) {
  if (waiting()) return 0;
  const passed = clocks.running ? (performance.now() - clocks.from) / 1000 : 0;
  return clocks.base[which] + passed;
}

function settle() {
  clocks.base = { step: seconds("step"), workshop: seconds("workshop") };
  clocks.from = performance.now();
}

/** Keeps the clocks over a reload of this window. */
function keep() {
  try {
    sessionStorage.setItem(kept, JSON.stringify({
      step: clocks.step, running: clocks.running, at: Date.now(),
      base: { step: seconds("step"), workshop: seconds("workshop") },
    }));
  } catch { /* a window without storage begins anew */ }
}

function restore() {
  try {
    const was = JSON.parse(sessionStorage.getItem(kept));
    if (!was) return;
    const away = was.running ? (Date.now() - was.at) / 1000 : 0;
    clocks.running = was.running;
    clocks.base.workshop = was.base.workshop + away;
    if (was.step === clocks.step) clocks.base.step = was.base.step + away;
  } catch { /* nothing kept */ }
}

function written(count) {
  const whole = Math.max(0, Math.floor(count));
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const rest = String(whole % 60).padStart(2, "0");
  return hours ? `${hours}:${String(minutes).padStart(2, "0")}:${rest}` : `${minutes}:${rest}`;
}

function drawClock(id, which, minutes) {
  const clock = document.getElementById(id);
  const now = seconds(which);
  clock.querySelector(".time").textContent = written(now);
  const over = minutes > 0 && now > minutes * 60;
  clock.classList.toggle("over", over);
  let of = "";
  if (minutes > 0) of = over ? `${written(now - minutes * 60)} over ${minutes} min` : `of ${minutes} min`;
  clock.querySelector(".of").textContent = of + (clocks.running ? "" : of ? ", paused" : "paused");
}

function draw() {
  const plan = document.getElementById("clocks").dataset;
  drawClock("step-clock", "step", Number(plan.minutes));
  drawClock("workshop-clock", "workshop", Number(plan.total));
  run.textContent = clocks.running ? "Pause" : "Start";
}

function stepOf(data) {
  return `${data.scenario} ${data.step}`;
}

/** Puts the parts of a page that the server drew in the place of the present ones, and keeps focus and open details. */
function take(html) {
  const next = new DOMParser().parseFromString(html, "text/html");
  if (!next.getElementById("room")) return;
  const focused = document.activeElement?.id;
  const open = document.querySelector("#live details")?.open ?? false;
  const heading = document.getElementById("heading").textContent;
  for (const id of ["heading", "live", "side"]) {
    document.getElementById(id).replaceWith(document.importNode(next.getElementById(id), true));
  }
  Object.assign(document.getElementById("clocks").dataset, next.getElementById("clocks").dataset);
  document.title = next.title;
  const details = document.querySelector("#live details");
  if (details) details.open = open;
  if (focused) document.getElementById(focused)?.focus();
  const now = document.getElementById("heading").textContent;
  if (now !== heading) said.textContent = now.replace(/\s+/g, " ").trim();
  version = Number(next.getElementById("room").dataset.version);
}

/** Hears what is true in the room: another step begins its clock anew, another version fetches the page. */
async function hear(state) {
  lost.hidden = true;
  const step = stepOf(state);
  if (step !== clocks.step) {
    settle();
    if (waiting()) clocks.base.workshop = state.workshop_seconds;
    clocks.base.step = state.step_seconds;
    clocks.step = step;
    keep();
  }
  if (state.version === version) return;
  behind = true;
  if (fetching) return;
  fetching = true;
  try {
    while (behind) {
      behind = false;
      const answer = await fetch(address, { cache: "no-store" });
      if (answer.ok) take(await answer.text());
      else if (answer.status === 404) ended();
    }
  } catch {
    cut();
  }
  fetching = false;
  draw();
}

function cut() {
  lost.textContent = "No connection to the projector's server. Trying again.";
  lost.hidden = false;
}

function ended() {
  clearInterval(polling);
  stream?.close();
  lost.textContent = "This workshop has ended. Open the facilitator's window again from the projector.";
  lost.hidden = false;
}

/** Asks every three seconds, where the stream does not come through. */
function poll() {
  if (polling) return;
  polling = setInterval(async () => {
    try {
      const answer = await fetch(`${address}/state`, { cache: "no-store" });
      if (answer.ok) await hear(await answer.json());
      else if (answer.status === 404) ended();
    } catch {
      cut();
    }
  }, 3000);
}

let stream = null;
if ("EventSource" in window) {
  stream = new EventSource(`${address}/events`);
  stream.addEventListener("room", (event) => {
    clearInterval(polling);
    polling = 0;
    hear(JSON.parse(event.data));
  });
  stream.addEventListener("closed", ended);
  stream.addEventListener("error", poll);
} else {
  poll();
}

run.addEventListener("click", () => {
  settle();
  clocks.running = !clocks.running;
  clocks.from = performance.now();
  keep();
  draw();
});
document.getElementById("reset").addEventListener("click", () => {
  clocks.base = { step: 0, workshop: 0 };
  clocks.from = performance.now();
  keep();
  draw();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method !== "post" || !event.submitter) return;
  event.preventDefault();
  try {
    const answer = await fetch(form.getAttribute("action"), {
      method: "POST", body: new URLSearchParams(new FormData(form, event.submitter)),
    });
    if (answer.ok) take(await answer.text());
    else if (answer.status === 404) ended();
  } catch {
    cut();
  }
});

clocks.step = stepOf(room.dataset);
restore();
document.getElementById("clocks").hidden = false;
draw();
setInterval(draw, 500);
window.addEventListener("pagehide", keep);
