"use strict";
// Times are told by the clock of whoever reads, with the office's for whoever hovers; without this, by the office's
// clock, whose zone stands behind each.
(() => {
  const two = (n) => String(n).padStart(2, "0");
  const zone = (at) => {
    const ahead = -at.getTimezoneOffset();
    const rest = Math.abs(ahead) % 60;
    return `UTC${ahead < 0 ? "-" : "+"}${Math.floor(Math.abs(ahead) / 60)}${rest ? `:${two(rest)}` : ""}`;
  };
  const tell = (place) => {
    const at = new Date(place.dateTime);
    if (place.title || !place.dateTime.includes("T") || Number.isNaN(at.getTime())) return;
    const day = [at.getFullYear(), two(at.getMonth() + 1), two(at.getDate())].join("-");
    const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map(two).join(":");
    place.title = place.textContent;
    place.textContent = `${day} ${time} ${zone(at)}`;
  };
  const below = (root) => root.querySelectorAll("time[datetime]").forEach(tell);
  below(document);
  // What is shown anew while the page stands open, too.
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) {
      for (const node of addedNodes) if (node instanceof Element) below(node.parentElement ?? node);
    }
  }).observe(document.body, { childList: true, subtree: true });
})();
