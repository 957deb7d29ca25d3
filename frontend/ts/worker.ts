// Registers the service worker that keeps the offline page. Only residents' pages do.
if ("serviceWorker" in navigator) {
  addEventListener("load", () => {
    navigator.serviceWorker.register("/sw.js").catch(() => undefined); // Plain http away from loopback: works without.
  });
}
