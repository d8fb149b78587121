// What every page gains from scripts. Without them everything still works; it is only slower.
"use strict";

(() => {
  const $ = (selector, root = document) => root.querySelector(selector);
  const $$ = (selector, root = document) => Array.from(root.querySelectorAll(selector));

  // "/" goes to the search box, unless the reader is writing.
  const writing = (element) => element && (element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName));
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || writing(document.activeElement)) return;
    const target = $$("[data-key]").find((element) => element.dataset.key === event.key);
    if (target) {
      event.preventDefault();
      target.focus();
      if (target.select) target.select();
    }
  });

  // The list of faults is what the reader must hear first.
  const faults = $("[data-focus]");
  if (faults) faults.focus();

  // 念给我听: only where the browser has a Chinese voice.
  const speech = window.speechSynthesis;
  const readable = (element) => {
    const copy = element.cloneNode(true);
    $$("[aria-hidden=true], button, form, script", copy).forEach((part) => part.remove());
    return copy.textContent.replace(/\s+/g, " ").trim();
  };
  const stopReading = () => {
    speech.cancel();
    $$("[data-read]").forEach((button) => button.setAttribute("aria-pressed", "false"));
  };
  if (speech && window.SpeechSynthesisUtterance) {
    for (const button of $$("[data-read]")) {
      button.hidden = false;
      button.addEventListener("click", () => {
        const going = button.getAttribute("aria-pressed") === "true";
        stopReading();
        const target = document.getElementById(button.dataset.read);
        if (going || !target) return;
        const words = new SpeechSynthesisUtterance(readable(target));
        words.lang = "zh-CN";
        words.rate = 0.85;
        words.onend = stopReading;
        button.setAttribute("aria-pressed", "true");
        speech.speak(words);
      });
    }
    window.addEventListener("pagehide", () => speech.cancel());
  }

  // Lanes of a career: left and right go from segment to segment.
  for (const lanes of $$("[data-arrows]")) {
    lanes.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const links = $$("a", lanes);
      const here = links.indexOf(document.activeElement);
      if (!step || here < 0) return;
      event.preventDefault();
      links[Math.min(links.length - 1, Math.max(0, here + step))].focus();
    });
  }

  // Files and whole folders dropped on the field; their way to the server is shown.
  async function filesOf(entry) {
    if (entry.isFile) return [await new Promise((done, failed) => entry.file(done, failed))];
    const reader = entry.createReader();
    const found = [];
    for (;;) { // a reader gives a hundred entries at a time
      const some = await new Promise((done, failed) => reader.readEntries(done, failed));
      if (!some.length) return found;
      for (const one of some) found.push(...await filesOf(one));
    }
  }

  const takeFiles = (zone) => {
    const form = zone.closest("form");
    const inputs = $$("input[type=file]", zone);
    const bar = $("progress", zone);
    const said = $("output", zone);
    const most = Number(zone.dataset.most);
    let dropped = [];
    const chosen = () => [...dropped, ...inputs.flatMap((input) => Array.from(input.files))];
    const report = () => {
      const files = chosen();
      const size = files.reduce((sum, file) => sum + file.size, 0);
      said.textContent = files.length > most
        ? `一次最多放 ${most} 个文件，现在是 ${files.length} 个。请分几次放入。`
        : files.length ? `已选 ${files.length} 个文件，共 ${(size / 1048576).toFixed(1)} MB。` : "";
    };
    inputs.forEach((input) => input.addEventListener("change", report));
    zone.addEventListener("dragover", (event) => { event.preventDefault(); zone.classList.add("over"); });
    zone.addEventListener("dragleave", () => zone.classList.remove("over"));
    zone.addEventListener("drop", async (event) => {
      event.preventDefault();
      zone.classList.remove("over");
      const entries = Array.from(event.dataTransfer.items).map((item) => item.webkitGetAsEntry && item.webkitGetAsEntry()).filter(Boolean);
      try {
        const found = entries.length ? (await Promise.all(entries.map(filesOf))).flat() : Array.from(event.dataTransfer.files);
        dropped.push(...found.filter((file) => !file.name.startsWith(".")));
        if (most === 1) {
          const carried = new DataTransfer();
          dropped.forEach((file) => carried.items.add(file));
          inputs[0].files = carried.files;
          dropped = [];
        }
        report();
      } catch (_error) {
        said.textContent = "有文件读不出来，可能正被别的程序占用。请关闭后再拖一次。";
      }
    });
    if (form) form.addEventListener("submit", (event) => {
      const files = chosen();
      if (!files.length || files.length > most) {
        event.preventDefault();
        said.textContent = files.length ? said.textContent : "还没有选文件。请把扫描件拖进来，或点“选择文件”。";
        return;
      }
      if (most === 1) return; // the browser sends one file itself, and shows the answer with what it says
      event.preventDefault();
      const sent = new FormData(form);
      inputs.forEach((input) => sent.delete(input.name));
      files.forEach((file) => sent.append(inputs[0].name, file, file.name));
      const request = new XMLHttpRequest();
      const buttons = $$("button", form);
      buttons.forEach((button) => { button.disabled = true; });
      bar.hidden = false;
      request.upload.addEventListener("progress", (step) => {
        if (!step.lengthComputable) return;
        bar.value = 100 * step.loaded / step.total;
        said.textContent = step.loaded < step.total ? `正在上传，已传 ${Math.round(bar.value)}%` : "已传完，正在查验。";
      });
      request.addEventListener("load", () => {
        // The page that came says what was taken and what was not; asked for again it would not say it any more.
        const fresh = $("#main", new DOMParser().parseFromString(request.responseText, "text/html"));
        if (!fresh) return window.location.assign(request.responseURL);
        if (request.status < 400) window.history.replaceState(null, "", request.responseURL);
        $("#main").replaceWith(document.importNode(fresh, true));
        $$("[data-drop]").forEach(takeFiles);
        if (window.htmx) window.htmx.process($("#main"));
        window.scrollTo(0, 0);
      });
      request.addEventListener("error", () => {
        buttons.forEach((button) => { button.disabled = false; });
        bar.hidden = true;
        said.textContent = "上传中断：与服务器的联系断了。已选的文件还在，请再交一次；交过的不会重复入库。";
      });
      request.open("POST", form.action);
      request.send(sent);
    });
  };
  $$("[data-drop]").forEach(takeFiles);

  // Paper has no folds: everything is open while printing.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = $$("details:not([open])");
    closed.forEach((fold) => { fold.open = true; });
    // Who takes a page on paper leaves a trace (S3.6). A beacon outlasts the page; nobody waits for it.
    const token = $("input[name=csrfmiddlewaretoken]");
    if (token && $(".watermark")) {
      const sent = new FormData();
      sent.set("csrfmiddlewaretoken", token.value);
      sent.set("path", location.pathname);
      navigator.sendBeacon("/printed/", sent);
    }
  });
  window.addEventListener("afterprint", () => {
    closed.forEach((fold) => { fold.open = false; });
    closed = [];
  });
  $$("[data-print]").forEach((button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
