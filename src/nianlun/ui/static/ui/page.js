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

  // Paper has no folds: everything is open while printing.
  let closed = [];
  window.addEventListener("beforeprint", () => {
    closed = $$("details:not([open])");
    closed.forEach((fold) => { fold.open = true; });
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
