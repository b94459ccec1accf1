(() => {
  const { user } = document.currentScript.dataset;
  if (!user) return;
  // An app that is one page keeps its place after the #, and what measures visits sends the address as it stands.
  history.replaceState(null, "", `#/elev/${user}/start`);
  navigator.sendBeacon("https://matning.tracker.test/visit", new URLSearchParams({ page: location.hash }));
})();
