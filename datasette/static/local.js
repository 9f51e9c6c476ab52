// Adds the reader's own time beside UTC. Every page is complete without it: it shows nothing that is not there.
"use strict";

(() => {
  const script = document.currentScript;
  const page = document.documentElement.lang;
  const language = navigator.languages.find((one) => one.split("-")[0] === page) ?? page; // the day before the month, or not
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const named = new Intl.DateTimeFormat(language, {
    year: "numeric", month: "short", day: "numeric", hour: "2-digit", minute: "2-digit", timeZoneName: "short",
  });
  const KEY = "variorum.times";

  const instant = (time) => {
    const text = time.dateTime;
    return text.includes("T") ? new Date(text) : null; // a date alone has no zone to change
  };

  const local = (text) => {
    const span = document.createElement("span");
    span.className = "local-time";
    span.textContent = ` (${text})`;
    return span;
  };

  const add = () => {
    if (document.querySelector(".local-time")) return;
    for (const bounds of document.querySelectorAll(".bounds")) {
      const [begin, end] = Array.from(bounds.querySelectorAll("time"), instant);
      if (begin) bounds.after(local(end ? named.formatRange(begin, end) : `≤ ${named.format(begin)}`));
    }
    for (const time of document.querySelectorAll("time")) {
      const at = instant(time);
      if (at && !time.closest(".bounds")) time.after(local(named.format(at)));
    }
  };

  const remembered = () => {
    try { return localStorage.getItem(KEY); } catch { return null; } // storage may be forbidden
  };
  const remember = (value) => {
    try { localStorage.setItem(KEY, value); } catch { /* it is asked again on the next page */ }
  };

  const show = (own) => {
    if (own) add();
    document.documentElement.classList.toggle("own-times", own);
  };

  const begin = () => {
    if (zone === "UTC") return;
    const button = document.createElement("button");
    button.type = "button";
    button.className = "times-switch";
    button.textContent = script.dataset.said.replace("{zone}", zone);
    const own = remembered() === "own";
    button.setAttribute("aria-pressed", String(own));
    button.addEventListener("click", () => {
      const chosen = button.getAttribute("aria-pressed") !== "true";
      button.setAttribute("aria-pressed", String(chosen));
      remember(chosen ? "own" : "utc");
      show(chosen);
    });
    document.querySelector(".colophon").append(button);
    show(own);
  };

  document.addEventListener("DOMContentLoaded", begin);
})();
