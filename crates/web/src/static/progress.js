"use strict";
// What goes on is told while it does; without this, the page says how it stood when it was opened.
for (const place of document.querySelectorAll("[data-progress]")) {
  const source = new EventSource(place.dataset.progress);
  source.addEventListener("message", (event) => { place.textContent = event.data; });
  source.addEventListener("end", () => { source.close(); location.reload(); });
}
