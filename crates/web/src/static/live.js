// Shows live figures anew when something was decided. Without it, whoever wants to know reloads the page.
(() => {
  const shown = document.getElementById("live");
  if (!shown || !window.EventSource) return;
  let busy = false;
  new EventSource("/live").addEventListener("changed", async () => {
    if (busy || document.hidden) return;
    busy = true;
    try {
      const answer = await fetch(location.href, { headers: { accept: "text/html" } });
      if (!answer.ok) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.getElementById("live");
      const wasOpen = shown.querySelector("details")?.open;
      if (fresh) shown.replaceChildren(...fresh.childNodes);
      const details = shown.querySelector("details");
      if (details && wasOpen) details.open = true;
    } finally {
      busy = false;
    }
  });
})();
