(() => {
  const { name } = document.currentScript.dataset;
  if (name) {
    localStorage.setItem("reader", name);
    return;
  }
  const kept = localStorage.getItem("reader");
  if (!kept) return;
  const call = new XMLHttpRequest();
  call.open("GET", "https://matning.tracker.test/returning");
  call.setRequestHeader("X-Reader", encodeURIComponent(kept));
  call.send();
})();
