// Play, pause, step, speed and a scrubber, all native controls; the server moves the run and says where it is.

function render({ model, el }) {
  let count = 0, held = false;
  const ask = (what, value = null) => { model.set("asked", { what, value, n: ++count }); model.save_changes(); };
  const play = make("button", { type: "button", class: "cr-press cr-play" });
  const back = make("button", { type: "button", class: "cr-press", "aria-label": "One step back" }, "◂");
  const on = make("button", { type: "button", class: "cr-press", "aria-label": "One step on" }, "▸");
  const scrub = make("input", { type: "range", min: 0, step: 1, class: "cr-scrub", "aria-label": "Moment of the run" });
  const now = make("output", { class: "cr-moment" });
  const speed = make("select", { class: "cr-speed", "aria-label": "Steps a second" });
  el.append(make("div", { class: "cr-instrument cr-transport", role: "group", "aria-label": "Live stepping" },
    play, back, on, scrub, now, make("label", { class: "cr-speed-label" }, "Speed ", speed)));

  const words = tick => {
    const amount = tick * model.get("unit");
    const text = Math.abs(amount - Math.round(amount)) < 1e-6 ? String(Math.round(amount)) : amount.toFixed(1);
    return tick === 0 ? "Start" : model.get("says").replace("{}", text);
  };
  const place = () => {
    const tick = model.get("tick");
    if (!held) scrub.value = String(tick);
    const text = words(held ? Number(scrub.value) : tick);
    now.textContent = text;
    scrub.setAttribute("aria-valuetext", text);
    back.disabled = tick === 0;
    on.disabled = tick >= model.get("ticks");
  };
  const state = () => {
    const playing = model.get("playing");
    play.textContent = playing ? "❚❚ Pause" : "► Play";
  };
  const length = () => { scrub.max = String(model.get("ticks")); place(); };
  const speeds = () => {
    speed.replaceChildren(...model.get("speeds").map(s => make("option", { value: s }, `${s} a second`)));
    speed.value = String(model.get("speed"));
  };
  play.addEventListener("click", () => ask(model.get("playing") ? "pause" : "play", Number(speed.value)));
  back.addEventListener("click", () => ask("back"));
  on.addEventListener("click", () => ask("step"));
  scrub.addEventListener("input", () => { held = true; place(); });
  scrub.addEventListener("change", () => { held = false; ask("seek", Number(scrub.value)); });
  speed.addEventListener("change", () => ask("speed", Number(speed.value)));
  const silent = heard(model, { "change:tick": place, "change:playing": state, "change:ticks": length, "change:speeds": speeds,
    "change:says": place, "change:unit": place });
  speeds(); length(); state();
  return silent;
}

export default { render };
