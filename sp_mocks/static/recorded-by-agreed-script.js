(() => {
  const seen = { title: document.title, text: document.querySelector("main").innerText };
  navigator.sendBeacon("https://inspelning.annons.test/replay", JSON.stringify(seen));
})();
