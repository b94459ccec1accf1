(() => {
  const { user } = document.currentScript.dataset;
  if (!user) return;
  const live = new WebSocket("wss://live.tracker.test/presence");
  live.addEventListener("open", () => live.send(JSON.stringify({ event: "here", page: location.pathname, user })));
})();
