// The review desk by keys and by pointer. Every deed goes through the claim's own form, so the page also works without this file.
"use strict";

(() => {
  const desk = document.querySelector(".desk");
  if (!desk) return;
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const sheet = $(".sheet");
  const page = $(".page", sheet);
  const turned = $(".turn", page);
  const image = $("image", page);
  const width = Number(page.dataset.width);
  const height = Number(page.dataset.height);
  const say = (sentence) => { $("[data-say]").textContent = sentence; };

  document.documentElement.classList.add("scripted");
  $$("[data-scripted]").forEach((part) => { part.hidden = false; });

  // ---- the page image: zoom (1 = the width of the column), turn, enhance -------------------------------------------
  const view = { zoom: 1, turn: 0, back: null };
  const upright = () => view.turn % 180 === 0;
  const extent = () => (upright() ? [width, height] : [height, width]);
  const room = () => [sheet.clientWidth - 36, sheet.clientHeight - 36];

  function draw() {
    const [across, down] = extent();
    const shown = Math.max(1, room()[0]) * view.zoom;
    page.setAttribute("viewBox", `0 0 ${across} ${down}`);
    page.setAttribute("width", shown.toFixed(1));
    page.setAttribute("height", (shown * down / across).toFixed(1));
    const moves = { 0: "", 90: `translate(${height} 0) rotate(90)`, 180: `translate(${width} ${height}) rotate(180)`, 270: `translate(0 ${width}) rotate(270)` };
    turned.setAttribute("transform", moves[view.turn]);
    $("[data-zoom]").textContent = `${Math.round(view.zoom * 100)}%`;
    page.classList.add("sized");
    badges();
    handles();
  }

  function zoomTo(zoom, keep) {
    const before = page.getBoundingClientRect();
    const frame = sheet.getBoundingClientRect();
    const at = keep || { x: frame.left + frame.width / 2, y: frame.top + frame.height / 2 };
    const share = { x: (at.x - before.left) / before.width, y: (at.y - before.top) / before.height };
    view.zoom = Math.min(4, Math.max(0.25, zoom));
    draw();
    const after = page.getBoundingClientRect();
    sheet.scrollLeft += after.left + share.x * after.width - at.x;
    sheet.scrollTop += after.top + share.y * after.height - at.y;
  }

  function whole() {
    const [across, down] = extent();
    const [w, h] = room();
    return Math.min(1, Math.max(0.25, (h / down) * (across / w)));
  }

  function intoView(region) {
    if (!region) return;
    const box = $("polygon", region).getBoundingClientRect();
    const frame = sheet.getBoundingClientRect();
    if (box.top < frame.top + 24 || box.bottom > frame.bottom - 24) sheet.scrollTop += box.top + box.height / 2 - frame.top - frame.height / 2;
    if (box.left < frame.left + 24 || box.right > frame.right - 24) sheet.scrollLeft += box.left + box.width / 2 - frame.left - frame.width / 2;
  }

  function zoomToRegion() {
    if (view.back) {
      const { zoom, left, top } = view.back;
      view.back = null;
      view.zoom = zoom;
      draw();
      sheet.scrollLeft = left;
      sheet.scrollTop = top;
      return;
    }
    const region = $(".region.selected", page);
    if (!region) return;
    view.back = { zoom: view.zoom, left: sheet.scrollLeft, top: sheet.scrollTop };
    const box = $("polygon", region).getBoundingClientRect();
    const [w, h] = room();
    zoomTo(view.zoom * Math.min(w * 0.8 / box.width, h * 0.6 / box.height), { x: box.left + box.width / 2, y: box.top + box.height / 2 });
    intoView(region);
  }

  function enhance(on) {
    page.classList.toggle("enhanced", on);
    $("[data-do=enhance]").setAttribute("aria-pressed", String(on));
    $("[data-do=original]").setAttribute("aria-pressed", String(!on));
  }

  const deeds = {
    smaller: () => zoomTo(view.zoom / 1.2),
    larger: () => zoomTo(view.zoom * 1.2),
    fit: () => { view.back = null; zoomTo(1); },
    turn: () => { view.turn = (view.turn + 90) % 360; draw(); intoView($(".region.selected", page)); },
    enhance: () => enhance(!page.classList.contains("enhanced")),
    original: () => enhance(false),
    help: () => $(".keys").showModal(),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-do]");
    if (button) deeds[button.dataset.do]();
  });
  sheet.addEventListener("wheel", (event) => {
    if (!event.ctrlKey) return;
    event.preventDefault();
    zoomTo(view.zoom * (event.deltaY < 0 ? 1.1 : 1 / 1.1), { x: event.clientX, y: event.clientY });
  }, { passive: false });
  window.addEventListener("resize", draw);

  // ---- claims and regions --------------------------------------------------------------------------------------------
  const claims = () => $$(".claim", desk);
  const current = () => $(".claim[open]", desk);
  const claimOf = (number) => $(`.claim[data-claim="${number}"]`, desk);
  const regionOf = (number) => $(`.region[data-number="${number}"]`, page);

  function select(claim, { focus = true } = {}) {
    if (!claim) return;
    for (const other of claims()) {
      other.open = other === claim;
      if (other !== claim) other.classList.remove("rewriting");
    }
    $$(".region", page).forEach((region) => region.classList.toggle("selected", region.dataset.number === claim.dataset.claim));
    const region = regionOf(claim.dataset.claim);
    if (region) region.parentNode.append(region); // drawn last, so that it lies on top
    handles();
    intoView(region);
    if (focus) $("summary", claim).focus({ preventScroll: true });
    claim.scrollIntoView({ block: "nearest" });
  }

  function step(by) {
    const all = claims();
    const at = all.indexOf(current());
    select(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
  }

  function nextOpen() {
    const all = claims();
    const at = all.indexOf(current());
    return [...all.slice(at + 1), ...all.slice(0, Math.max(0, at))].find((claim) => !("examined" in claim.dataset));
  }

  function rewrite(claim) {
    const field = claim && $(".rewrite input", claim);
    if (!field) return;
    claim.classList.add("rewriting");
    const chosen = $("[name=candidate]:checked", claim);
    if (chosen && field.value === field.defaultValue) field.value = chosen.value;
    field.focus();
    field.select();
  }

  desk.addEventListener("click", (event) => {
    const summary = event.target.closest(".claim > summary");
    const region = event.target.closest(".region");
    const again = event.target.closest("[name=decision][value=rewrite]:not(.unseen)");
    if (summary) {
      event.preventDefault();
      const claim = summary.parentElement;
      if (claim.open) claim.open = false;
      else select(claim);
    } else if (region) {
      event.preventDefault();
      if (!dragged) select(claimOf(region.dataset.number));
    } else if (again && !again.closest(".claim").classList.contains("rewriting")) {
      event.preventDefault();
      rewrite(again.closest(".claim"));
    }
  });

  // ---- one decision ----------------------------------------------------------------------------------------------------
  let busy = false;

  async function decide(claim, kind) {
    const form = claim && $("form[data-decide]", claim);
    const button = form && $(`[name=decision][value=${kind}]`, form);
    if (!button || busy) return;
    const sent = new URLSearchParams(new FormData(form));
    const field = $(".rewrite input", form);
    const candidate = sent.get("candidate");
    if (kind === "accept" && candidate && field && candidate !== field.defaultValue) { // another reading is the reviewer's own word
      kind = "rewrite";
      sent.set("value", candidate);
    }
    sent.set("decision", kind);
    busy = true;
    desk.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(form.action, { method: "POST", body: sent, headers: { Accept: "text/html" }, redirect: "follow" });
      const text = await answer.text();
      const fresh = new DOMParser().parseFromString(text, "text/html");
      if (!$(".desk .claims", fresh)) throw new Error(String(answer.status));
      if ($(".page image", fresh).getAttribute("href") !== image.getAttribute("href")) {
        window.location.assign(answer.url);
        return;
      }
      take(fresh, claim.dataset.claim, answer.ok);
      const again = !answer.ok && $(".rewrite input", claimOf(claim.dataset.claim));
      if (again) { // what was typed is not lost
        again.value = sent.get("value");
        again.focus();
      }
    } catch (_error) {
      tell("没有保存成功：与服务器的联系中断，或登录已过期。请再试一次；仍不行，请刷新页面，已核的各条不会丢。");
    } finally {
      busy = false;
      desk.removeAttribute("aria-busy");
    }
  }

  function take(fresh, number, done) {
    const scrolled = $(".claims-list", desk).scrollTop;
    $(".claims", desk).replaceWith(document.importNode($(".claims", fresh), true));
    $(".regions", page).replaceWith(document.importNode($(".regions", fresh), true));
    $(".claims-list", desk).scrollTop = scrolled;
    badges();
    const here = claimOf(number);
    const next = done && here && "examined" in here.dataset ? nextAfter(here) : here;
    select(next || here);
    if (here) say(`第 ${number} 条${$(".chip", here).textContent.trim()}。${$("[data-left]").textContent}`);
  }

  function nextAfter(claim) {
    const all = claims();
    const at = all.indexOf(claim);
    return [...all.slice(at + 1), ...all.slice(0, at)].find((other) => !("examined" in other.dataset));
  }

  function tell(sentence) {
    $$(".claims-list > .message.from-script", desk).forEach((old) => old.remove());
    const line = document.createElement("p");
    line.className = "message error from-script";
    line.setAttribute("role", "alert");
    line.textContent = sentence;
    const list = $(".claims-list", desk);
    list.prepend(line);
    list.scrollTop = 0;
  }

  desk.addEventListener("submit", (event) => {
    const form = event.target.closest("form[data-decide]");
    if (!form || !event.submitter) return;
    event.preventDefault();
    decide(form.closest(".claim"), event.submitter.value);
  });

  // ---- moving and redrawing a region -----------------------------------------------------------------------------------
  const SVG = "http://www.w3.org/2000/svg";
  let dragged = false;
  let drag = null;

  const corners = (region) => $("polygon", region).getAttribute("points").trim().split(/\s+/).map((pair) => pair.split(",").map(Number));
  const point = (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(turned.getScreenCTM().inverse());
    return [Math.min(width, Math.max(0, at.x)), Math.min(height, Math.max(0, at.y))];
  };
  const scale = () => { const matrix = turned.getScreenCTM(); return Math.hypot(matrix.a, matrix.b) || 1; };
  // A claim the machine did not read has a form of its own, marked data-add; while it is open, a drawn box is its box.
  const adding = () => { const form = $("form[data-add]", desk); return form && (!form.closest("details") || form.closest("details").open) ? form : null; };
  const mayDraw = () => Boolean(current() && $(".decisions", current()));

  const largest = Math.max(width, height) * 0.0125; // radius of a badge in pixels of the image, as the server draws it

  function setBadge(region, [x, y]) { // never larger on the screen than a finger needs
    const r = Math.min(largest, 14 / scale());
    for (const [name, value] of [["cx", x], ["cy", y], ["r", r]]) $("circle", region).setAttribute(name, value);
    for (const [name, value] of [["x", x], ["y", y + r * 0.41], ["font-size", r * 1.18]]) $("text", region).setAttribute(name, value);
  }

  function badges() {
    $$(".region", page).forEach((region) => setBadge(region, ["cx", "cy"].map((name) => Number($("circle", region).getAttribute(name)))));
  }

  function handles() {
    $$(".handle", page).forEach((handle) => handle.remove());
    const region = $(".region.selected", page);
    if (!region || region.dataset.number === NEW || !mayDraw()) return;
    const side = 10 / scale();
    corners(region).forEach(([x, y], index) => {
      if (index === 1) return; // the badge sits there
      const handle = document.createElementNS(SVG, "rect");
      handle.setAttribute("class", index % 2 ? "handle cross" : "handle");
      handle.dataset.corner = index;
      handle.setAttribute("x", x - side / 2);
      handle.setAttribute("y", y - side / 2);
      handle.setAttribute("width", side);
      handle.setAttribute("height", side);
      $(".regions", page).append(handle);
    });
  }

  function shape(region, points) {
    $("polygon", region).setAttribute("points", points.map(([x, y]) => `${x.toFixed(1)},${y.toFixed(1)}`).join(" "));
    const inside = (value, most) => Math.min(most - largest, Math.max(largest, value));
    setBadge(region, [inside(Math.max(...points.map((one) => one[0])), width), inside(Math.min(...points.map((one) => one[1])), height)]);
    handles();
  }

  function keepShape(region) {
    const points = corners(region);
    const sent = JSON.stringify(points.map(([x, y]) => [+(x / width).toFixed(5), +(y / height).toFixed(5)]));
    if (region.dataset.number === NEW) {
      $("[name=polygon]", adding()).value = sent;
      say("已画出新的一条，请在右侧写明内容。");
      return;
    }
    const claim = claimOf(region.dataset.number);
    $("[data-polygon]", claim).value = sent;
    const xs = points.map((one) => one[0]);
    const ys = points.map((one) => one[1]);
    const air = 0.012 * Math.max(width, height);
    $(".crop", claim).setAttribute("viewBox", [Math.min(...xs) - air, Math.min(...ys) - air, Math.max(...xs) - Math.min(...xs) + 2 * air, Math.max(...ys) - Math.min(...ys) + 2 * air].map((n) => n.toFixed(1)).join(" "));
    say("框已改动，认可或改写时记为一次改写。");
  }

  const NEW = "＋";

  function newRegion(number) {
    const region = document.createElementNS(SVG, "a");
    region.setAttribute("class", "region waiting selected");
    region.setAttribute("href", `#claim-${number}`);
    region.dataset.number = number;
    for (const name of ["polygon", "circle", "text"]) region.append(document.createElementNS(SVG, name));
    $("text", region).setAttribute("text-anchor", "middle");
    $("text", region).textContent = number;
    $(".regions", page).append(region);
    return region;
  }

  page.addEventListener("dragstart", (event) => event.preventDefault());
  page.addEventListener("pointerdown", (event) => {
    dragged = false;
    if (event.button !== 0) return;
    const handle = event.target.closest(".handle");
    const region = $(".region.selected", page);
    const [x, y] = point(event);
    if (event.shiftKey && adding()) {
      drag = { kind: "new", region: regionOf(NEW) || newRegion(NEW), from: [x, y], moved: false };
    } else if (event.shiftKey && mayDraw()) {
      drag = { kind: "new", region: region || newRegion(current().dataset.claim), from: [x, y], moved: false };
    } else if (handle && region) {
      drag = { kind: "corner", corner: Number(handle.dataset.corner), region, from: [x, y], points: corners(region), moved: false };
    } else if (region && mayDraw() && event.target.closest(".region") === region) {
      drag = { kind: "move", region, from: [x, y], points: corners(region), moved: false };
    } else if (!event.target.closest(".region")) {
      drag = { kind: "pan", left: sheet.scrollLeft + event.clientX, top: sheet.scrollTop + event.clientY };
    }
    if (drag) {
      event.preventDefault();
      page.setPointerCapture(event.pointerId);
    }
  });
  page.addEventListener("pointermove", (event) => {
    if (!drag) return;
    if (drag.kind === "pan") {
      sheet.scrollLeft = drag.left - event.clientX;
      sheet.scrollTop = drag.top - event.clientY;
      return;
    }
    const [x, y] = point(event);
    const [dx, dy] = [x - drag.from[0], y - drag.from[1]];
    if (!drag.moved && Math.hypot(dx, dy) * scale() < 3) return;
    drag.moved = dragged = true;
    if (drag.kind === "new") {
      const [fx, fy] = drag.from;
      const [l, r, t, b] = [Math.min(fx, x), Math.max(fx, x), Math.min(fy, y), Math.max(fy, y)];
      shape(drag.region, [[l, t], [r, t], [r, b], [l, b]]);
    } else if (drag.kind === "move") {
      const within = (value, most) => Math.min(most, Math.max(0, value));
      shape(drag.region, drag.points.map(([px, py]) => [within(px + dx, width), within(py + dy, height)]));
    } else {
      const points = drag.points.map((one) => one.slice());
      const at = drag.corner;
      points[at] = [points[at][0] + dx, points[at][1] + dy];
      if (points.length === 4) { // the neighbours follow, so that a rectangle stays one
        points[at ^ 1][1] += dy;
        points[3 - at][0] += dx;
      }
      shape(drag.region, points);
    }
  });
  const drop = (event) => {
    if (drag && drag.moved) keepShape(drag.region);
    else if (drag && drag.kind === "new" && !$("polygon", drag.region).hasAttribute("points")) drag.region.remove();
    drag = null;
    if (page.hasPointerCapture(event.pointerId)) page.releasePointerCapture(event.pointerId);
  };
  page.addEventListener("pointerup", drop);
  page.addEventListener("pointercancel", drop);

  // ---- keys ------------------------------------------------------------------------------------------------------------
  const go = (key) => { const link = $(`[data-go=${key}]`); if (link) link.click(); };
  const keys = {
    j: () => go("j"),
    k: () => go("k"),
    arrowdown: () => step(1),
    arrowup: () => step(-1),
    enter: () => decide(current(), $("[data-polygon]", current() || desk)?.value ? "rewrite" : "accept"),
    e: () => rewrite(current()),
    u: () => decide(current(), "unreadable"),
    z: zoomToRegion,
    b: () => page.classList.toggle("bare"),
    "?": deeds.help,
    "？": deeds.help,
    "+": deeds.larger,
    "=": deeds.larger,
    "-": deeds.smaller,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || $(".keys").open) return;
    const focused = document.activeElement;
    const resting = !focused || focused === document.body || focused === sheet || focused.matches(".claim > summary, .region");
    const writing = focused && focused.matches("input:not([type=radio]), textarea, select");
    const key = event.key.toLowerCase();
    if (key === "escape" && current()) {
      current().classList.remove("rewriting");
      $("summary", current()).focus();
      return;
    }
    if (writing) return;
    if (key === "tab") { // only from the list itself: inside a claim the focus goes on as everywhere
      const next = !event.shiftKey && resting ? nextOpen() : null;
      if (next) { event.preventDefault(); select(next); }
      return;
    }
    const radio = focused && focused.matches("input[type=radio]");
    if (key === "enter" && !resting && !radio) return;
    if (radio && key.startsWith("arrow")) return;
    if (keys[key]) {
      event.preventDefault();
      keys[key]();
    }
  });

  // ---- begin -----------------------------------------------------------------------------------------------------------
  view.zoom = whole();
  draw();
  if (current()) select(current(), { focus: false });
})();
