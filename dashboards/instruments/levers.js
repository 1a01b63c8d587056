// The board of levers: six questions, a native slider for each regime, and behind each question what it moves.

const STEP = 5, PAGE = 20, PAUSE = 400;

/** A round thumb with the regime's letter as a picture for CSS; hollow where the regime has a mix of its own. */
function thumb(colour, letter, hollow) {
  const fill = hollow ? "#fff" : colour, ink = hollow ? colour : "#fff";
  const text = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 30 30"><circle cx="15" cy="15" r="13" fill="${fill}" stroke="${colour}" stroke-width="3.5"/>`
    + `<text x="15" y="20.5" font-family="Arial,Helvetica,sans-serif" font-size="15" font-weight="700" text-anchor="middle" fill="${ink}">${letter}</text></svg>`;
  return `url("data:image/svg+xml,${encodeURIComponent(text)}")`;
}

const percent = value => `${Math.round(value * 100)} %`;

/** A place between two answers in words. */
function between(question, value) {
  const near = value < 0.5 ? question.low : question.high, far = Math.abs(value - 0.5);
  if (far > 0.495) return near;
  if (far < 0.075) return `half way between “${question.low}” and “${question.high}”`;
  return `${far > 0.3 ? "close to" : "nearer to"} “${near}”`;
}

/** One slider with its mark and caption; `show(question, at)` puts it where the board says. */
function slider(question, slot, send) {
  const input = make("input", { type: "range", min: 0, max: 100, step: 1, "aria-label": `${slot.letter}, ${slot.name}: ${question.name}` });
  const began = make("span", { class: "cr-lever-began", "aria-hidden": "true", title: "Where it began" });
  const now = make("span", { class: "cr-now" });
  const cell = make("div", { class: "cr-lever-cell" }, make("div", { class: "cr-lever-track" }, began, input),
    make("div", { class: "cr-lever-said", "aria-hidden": "true" }, make("span", { class: "cr-low" }, question.low), now,
      make("span", { class: "cr-high" }, question.high)));
  let at = { value: 0, exact: true }, held = false, waiting = 0;

  function say(value, exact) {
    const begin = at.start ?? at.value, away = Math.round(value * 100) !== Math.round(begin * 100);
    const mine = exact ? "" : ", own mix", was = away ? `was ${percent(begin)}` : "";
    now.replaceChildren(make("b", {}, percent(value)), mine, was ? make("span", { class: "cr-was" }, `, ${was}`) : "");
    input.setAttribute("aria-valuetext", `${percent(value)}, ${between(question, value)}${mine}${was ? `, ${was}` : ""}`);
    input.style.setProperty("--thumb", thumb(slot.colour, slot.letter, !exact));
    began.style.setProperty("--start", begin);
    began.hidden = at.start === undefined;
  }
  function show(next) {
    at = next;
    if (held || waiting) return;
    input.value = String(Math.round(at.value * 100));
    say(at.value, at.exact !== false);
  }
  function flush() {
    clearTimeout(waiting);
    waiting = 0; held = false;
    send(Number(input.value) / 100);
  }
  input.addEventListener("input", () => { held = true; say(Number(input.value) / 100, true); });
  input.addEventListener("change", flush);
  // Released where it was taken: the browser fires no change, so the slider goes back to what the board says.
  const released = () => setTimeout(() => { if (held) { held = false; show(at); } });
  input.addEventListener("pointerup", released);
  input.addEventListener("pointercancel", released);
  input.addEventListener("blur", () => { if (waiting) flush(); });
  input.addEventListener("keydown", event => {
    const by = { ArrowRight: STEP, ArrowUp: STEP, ArrowLeft: -STEP, ArrowDown: -STEP, PageUp: PAGE, PageDown: -PAGE, Home: -100, End: 100 }[event.key];
    if (!by || event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    const from = Number(input.value), grid = Math.abs(by) === STEP ? (by > 0 ? Math.floor(from / STEP) : Math.ceil(from / STEP)) * STEP : from;
    const to = Math.min(100, Math.max(0, grid + by));
    if (to === from && at.exact !== false) return;
    input.value = String(to);
    say(to / 100, true);
    clearTimeout(waiting);
    waiting = setTimeout(flush, PAUSE);
  });
  return { cell, show, stop: () => clearTimeout(waiting) };
}

/** The levers that a question moves: unit, both ends, and where every regime has them. */
function mapping(question, slots) {
  const end = (place, words) => make("th", { scope: "col" }, place, make("span", { class: "cr-long" }, `: ${words}`));
  const head = [make("th", { scope: "col" }, "Lever"), end("0 %", question.low),
    ...slots.map(s => make("th", { scope: "col", "aria-label": `now in ${s.letter}, ${s.name}` }, s.letter, make("span", { class: "cr-long" }, " now"))),
    end("100 %", question.high)];
  const rows = question.levers.map(row => make("tr", {},
    make("th", { scope: "row" }, make("b", {}, row.name), row.unit ? ` (${row.unit})` : "", row.meaning ? make("span", { class: "cr-meaning" }, row.meaning) : null),
    make("td", { class: "cr-end-text" }, row.from), ...row.now.map(text => make("td", {}, make("b", {}, text))), make("td", { class: "cr-end-text" }, row.to)));
  return make("table", {}, make("thead", {}, make("tr", {}, ...head)), make("tbody", {}, ...rows));
}

function render({ model, el }) {
  const root = make("div", { class: "cr-instrument cr-levers" });
  el.append(root);
  let shape = "", rows = [], count = 0;

  function build(board) {
    rows.forEach(row => row.sliders.forEach(each => each.stop()));
    const few = board.slots.length <= 2;
    const head = make("div", { class: "cr-lever-head" },
      make("div", { class: "cr-lever-keys", "aria-hidden": "true" }, make("span", {}, make("i", { class: "cr-began" }), "where it began"), make("span", {}, make("i"), "own mix")),
      ...board.slots.map(s => make("div", { class: "cr-lever-regime" }, make("span", { class: "cr-badge", style: `--regime:${s.colour}` }, s.letter), s.name)));
    rows = board.questions.map(question => {
      const send = slot => value => {
        count += 1;
        model.set("moved", { slot, question: question.id, value, n: count });
        model.save_changes();
      };
      const sliders = board.slots.map((slot, i) => slider(question, slot, send(i)));
      const inside = make("div");
      const many = question.levers.length;
      const details = make("details", {}, make("summary", { "aria-label": `What this moves: ${many} levers of ${question.name}` }, make("span", { class: "cr-long" }, "what this moves: "), `${many} levers`), inside);
      const row = { question, sliders, details, inside };
      details.addEventListener("toggle", () => detail(row));
      row.made = make("div", { class: "cr-lever-row", role: "group", "aria-label": `${question.name}: from “${question.low}” to “${question.high}”` },
        make("div", { class: "cr-lever-q" }, make("div", { class: "cr-lever-name" }, question.name),
          make("div", { class: "cr-lever-ends" }, make("span", {}, make("span", { class: "cr-arrow", "aria-hidden": "true" }, "◂ "), question.low),
            make("span", {}, make("span", { class: "cr-arrow", "aria-hidden": "true" }, "▸ "), question.high))),
        details, ...sliders.map(each => each.cell));
      return row;
    });
    root.style.setProperty("--columns", board.slots.length);
    root.replaceChildren(make("div", { class: few ? "cr-few" : "" }, head, ...rows.map(row => row.made)));
  }

  function detail(row) {
    if (!row.details.open) return;
    const own = row.question.slots.some(at => at.exact === false)
      ? "Own mix: these levers do not lie on one point of the line; the slider stands at the nearest, and moving it puts them on the line." : "";
    const said = [row.question.text, own, row.question.left].filter(Boolean).join(" ");
    row.inside.replaceChildren(make("p", { class: "cr-aside" }, said),
      make("div", { class: "cr-table", tabindex: "0", role: "region", "aria-label": `What ${row.question.name} moves` }, mapping(row.question, model.get("board").slots)));
  }

  function take() {
    const board = model.get("board");
    if (!board.slots) { root.replaceChildren(); shape = ""; rows = []; return; }
    const now = JSON.stringify([board.slots, board.questions.map(q => [q.id, q.name, q.low, q.high])]);
    if (now !== shape) { build(board); shape = now; }
    board.questions.forEach((question, i) => {
      rows[i].question = question;
      rows[i].sliders.forEach((each, k) => each.show(question.slots[k]));
      detail(rows[i]);
    });
  }
  const silent = heard(model, { "change:board": take });
  take();
  return () => { silent(); rows.forEach(row => row.sliders.forEach(each => each.stop())); };
}

export default { render };
