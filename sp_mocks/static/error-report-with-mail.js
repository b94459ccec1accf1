(async () => {
  const { mail } = document.currentScript.dataset;
  if (!mail) return;
  const report = JSON.stringify({ level: "warning", message: "slow page", user: { mail } });
  const packed = new Blob([report]).stream().pipeThrough(new CompressionStream("gzip"));
  await fetch("https://felrapport.logg.test/store", {
    method: "POST",
    headers: { "Content-Type": "application/octet-stream" },
    body: await new Response(packed).arrayBuffer(),
  });
})();
