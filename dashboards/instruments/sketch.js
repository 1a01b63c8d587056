// The predict pad: a curve drawn by pointer or keyboard over an empty chart, or a choice among statements.

/** Slopes of the smooth curve through equally spaced points that never overshoots them. */
function slopes(ys) {
  const d = ys.slice(1).map((y, i) => y - ys[i]), n = ys.length;
  if (n < 3) return ys.map(() => d[0] || 0);
  const end = (a, b) => {
    const s = (3 * a - b) / 2;
    if (s * a <= 0) return 0;
    return a * b <= 0 && Math.abs(s) > 3 * Math.abs(a) ? 3 * a : s;
  };
  return ys.map((_, i) => i === 0 ? end(d[0], d[1]) : i === n - 1 ? end(d[n - 2], d[n - 3])
    : d[i - 1] * d[i] > 0 ? 2 * d[i - 1] * d[i] / (d[i - 1] + d[i]) : 0);
}

/** The smooth curve at `many` places between each two points, as [position in steps, y]. */
function smooth(ys, many = 12) {
  const m = slopes(ys), points = [];
  for (let i = 0; i + 1 < ys.length; i++) {
    for (let k = 0; k < many + (i + 2 === ys.length ? 1 : 0); k++) {
      const t = k / many, u = 1 - t;
      points.push([i + t, (1 + 2 * t) * u * u * ys[i] + t * u * u * m[i] + t * t * (3 - 2 * t) * ys[i + 1] - t * t * u * m[i + 1]]);
    }
  }
  return points;
}

function drawPad(model, el) {
  const canvas = make("canvas", { "aria-hidden": "true" });
  const pad = make("div", { class: "cr-plot", role: "group" }, canvas);
  const keep = make("button", { type: "button", class: "cr-press cr-first" });
  const again = make("button", { type: "button", class: "cr-press" }, "Draw again");
  const hint = make("span", { class: "cr-quiet-line", role: "status" });
  const body = make("div", {}, pad, make("div", { class: "cr-buttons" }, keep, again, hint));
  let spec = {}, ys = [], touched = false, last = null, g = null, handles = [];
  const rows = () => ({ head: [spec.x_title || "x", "your curve"],
    rows: [spec.start.y, ...ys].map((y, k) => [xSays(k), written(y, spec)]) });
  const frame = framed(el, "sketch", body, rows);
  const done = () => model.get("done");
  const xOf = k => spec.start.x + (spec.x_range[1] - spec.start.x) * k / ys.length;
  const xSays = k => written(xOf(k), { decimals: spec.x_decimals ?? 1 });

  function draw() {
    const width = pad.clientWidth;
    if (width < 60 || !ys.length) return;
    const height = spec.height || Math.round(Math.min(430, Math.max(240, width * 0.45)));
    pad.style.height = `${height}px`;
    const pen = penOf(canvas, width, height);
    const known = spec.known || { x: [], y: [] };
    const line = { label: "", colour: known.colour || "#12376b", mean: known.y, runs: [] };
    g = laidOut(pen, { x: known.x, lines: [line], prediction: null }, { ...spec, x_domain: [...spec.x_range], y_domain: spec.y_range }, width, height);
    pen.fillStyle = "#f6f8fa";
    pen.fillRect(g.toX(spec.start.x), g.top, g.right - g.toX(spec.start.x), g.bottom - g.top);
    drawAxes(pen, g, spec);
    drawMarks(pen, g);
    pen.strokeStyle = line.colour; pen.lineWidth = 3.5; pen.lineJoin = "round";
    const tip = traced(pen, known.x, known.y, g, Infinity);
    pen.stroke();
    marker(pen, "circle", g.toX(spec.start.x), g.toY(spec.start.y), 5, line.colour);
    const points = [];
    if (known.label && tip) {
      pen.font = font(LABEL, "bold");
      placed(pen, known.label, tip[0], tip[1], g, points, { colour: line.colour, offsets: [[-8, -20], [-8, 20], [8, -24]] });
    }
    if (!touched && !done()) {
      pen.font = font(18); pen.textAlign = "center"; pen.textBaseline = "middle";
      haloed(pen, spec.hint, (g.toX(spec.start.x) + g.right) / 2, g.toY(spec.start.y) + (spec.start.y > (spec.y_range[0] + spec.y_range[1]) / 2 ? 56 : -56), QUIET);
    }
    pen.strokeStyle = "#000"; pen.lineWidth = touched || done() ? 3 : 1.5; pen.lineCap = "round";
    pen.setLineDash(touched || done() ? [9, 6] : [2, 7]);
    pen.beginPath();
    smooth([spec.start.y, ...ys]).forEach(([k, y], i) => {
      const px = g.toX(xOf(k));
      pen[i ? "lineTo" : "moveTo"](px, g.toY(y) + 1.1 * Math.sin(px / 15));
    });
    pen.stroke(); pen.setLineDash(SOLID);
    handles.forEach((handle, i) => {
      handle.style.left = `${g.toX(xOf(i + 1))}px`;
      handle.style.top = `${g.toY(ys[i])}px`;
      handle.setAttribute("aria-valuenow", ys[i]);
      handle.setAttribute("aria-valuetext", `${written(ys[i], spec)} at ${xSays(i + 1)}`);
      handle.setAttribute("aria-disabled", String(done()));
    });
    pad.classList.toggle("cr-kept", done());
    frame.fill();
    keep.hidden = done();
    keep.disabled = !touched;
    again.hidden = !done() || spec.again === false;
  }
  const { soon, stop } = drawnSoon(pad, draw);

  const bounded = y => Math.min(Math.max(y, spec.y_range[0]), spec.y_range[1]);
  function put(i, y) {
    if (done()) return;
    ys[i] = bounded(y);
    if (!touched) { touched = true; hint.textContent = ""; }
    soon();
  }
  function pointed(event) {
    const box = pad.getBoundingClientRect();
    const k = (g.xRange[0] + (event.clientX - box.left - g.left) / (g.right - g.left) * (g.xRange[1] - g.xRange[0]) - spec.start.x)
      / (spec.x_range[1] - spec.start.x) * ys.length;
    return [k, g.yRange[0] + (g.bottom - (event.clientY - box.top)) / (g.bottom - g.top) * (g.yRange[1] - g.yRange[0])];
  }
  function drag(event) {
    if (!last || done()) return;
    const here = pointed(event), [from, to] = [Math.min(last[0], here[0]), Math.max(last[0], here[0])];
    ys.forEach((_, i) => {
      const k = i + 1;
      if (k >= from && k <= to && to > from) put(i, last[1] + (here[1] - last[1]) * (k - last[0]) / (here[0] - last[0]));
    });
    const nearest = Math.min(Math.max(Math.round(here[0]), 1), ys.length);
    if (here[0] > 0.3 && Math.abs(nearest - here[0]) < 0.5) put(nearest - 1, here[1]);
    last = here;
  }
  pad.style.cursor = "crosshair";
  pad.style.touchAction = "none";
  pad.addEventListener("pointerdown", event => {
    if (!g || done()) return;
    pad.setPointerCapture(event.pointerId);
    last = pointed(event);
    drag(event);
  });
  pad.addEventListener("pointermove", drag);
  const lift = () => { last = null; };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);

  function typed(event, i) {
    const [low, high] = spec.y_range, step = (high - low) / 50;
    const by = { ArrowUp: step, ArrowDown: -step, PageUp: 5 * step, PageDown: -5 * step }[event.key];
    const next = { ArrowLeft: i - 1, ArrowRight: i + 1 }[event.key];
    if (by !== undefined) put(i, ys[i] + by);
    else if (event.key === "Home") put(i, low);
    else if (event.key === "End") put(i, high);
    else if (next === undefined) return;
    else handles[Math.min(Math.max(next, 0), ys.length - 1)].focus();
    event.preventDefault();
  }

  function take() {
    spec = { hint: "Draw your curve here", button: "That is my prediction", ...model.get("spec") };
    frame.say(spec);
    pad.setAttribute("aria-label", `${spec.title || "Your prediction"}. Left and right choose a point, up and down move it.`);
    keep.textContent = spec.button;
    const kept = model.get("prediction");
    ys = kept.length ? [...kept] : Array(spec.handles || 9).fill(spec.start.y);
    touched = kept.length > 0;
    handles.forEach(handle => handle.remove());
    handles = ys.map((_, i) => {
      const handle = make("div", { class: "cr-handle", role: "slider", tabindex: "0", "aria-orientation": "vertical",
        "aria-valuemin": spec.y_range[0], "aria-valuemax": spec.y_range[1], "aria-label": `Point ${i + 1} of ${ys.length}` });
      handle.addEventListener("keydown", event => typed(event, i));
      pad.append(handle);
      return handle;
    });
    hint.textContent = done() ? "Your prediction is kept." : touched ? "" : "Draw with the pointer, or use the arrow keys on the points.";
    soon();
  }
  keep.addEventListener("click", () => {
    model.set("prediction", [...ys]); model.set("done", true); model.save_changes();
    hint.textContent = "Your prediction is kept.";
    draw();
    (again.hidden ? pad.querySelector(".cr-handle") : again).focus();
  });
  again.addEventListener("click", () => { model.set("done", false); model.save_changes(); hint.textContent = ""; draw(); handles[0].focus(); });
  const silent = heard(model, { "change:spec": take, "change:prediction": take, "change:done": soon });
  take();
  return () => { stop(); silent(); };
}

let groups = 0;

function choosePad(model, el) {
  const name = `cr-choice-${Date.now()}-${groups++}`;
  const set = make("fieldset"), keep = make("button", { type: "button", class: "cr-press cr-first" });
  const hint = make("span", { class: "cr-quiet-line", role: "status", tabindex: "-1" });
  const figure = make("div", { class: "cr-instrument cr-sketch" }, set, make("div", { class: "cr-buttons" }, keep, hint));
  el.append(figure);
  let picked = model.get("chosen");

  function state() {
    const done = model.get("done");
    keep.hidden = done;
    keep.disabled = !picked;
    set.querySelectorAll("input").forEach(input => { input.disabled = done; input.checked = input.value === picked; });
    hint.textContent = done ? "Your prediction is kept." : "";
  }
  function take() {
    const spec = model.get("spec");
    const rows = (spec.options || []).map(({ value, label, detail }) => {
      const input = make("input", { type: "radio", name, value });
      input.addEventListener("change", () => { picked = value; state(); });
      const words = make("span", {}, label, detail ? make("span", { class: "cr-quiet-line", style: "display:block;font-weight:400" }, detail) : null);
      return make("label", { class: "cr-option" }, input, words);
    });
    set.replaceChildren(make("legend", {}, spec.title || "Your prediction"), ...rows);
    keep.textContent = spec.button || "That is my prediction";
    state();
  }
  keep.addEventListener("click", () => { model.set("chosen", picked); model.set("done", true); model.save_changes(); state(); hint.focus(); });
  const silent = heard(model, { "change:spec": take, "change:done": state,
    "change:chosen": () => { picked = model.get("chosen"); state(); } });
  take();
  return silent;
}

function render({ model, el }) {
  let stop = () => {}, mode = null;
  const begin = () => {
    const wanted = model.get("spec").mode;
    if (wanted === mode) return;
    stop(); el.replaceChildren();
    mode = wanted;
    stop = mode === "choose" ? choosePad(model, el) : mode === "draw" ? drawPad(model, el) : () => {};
  };
  begin();
  model.on("change:spec", begin);
  return () => { stop(); model.off("change:spec", begin); };
}

export default { render };
