(() => {
  const { mail } = document.currentScript.dataset;
  if (!mail) return;
  new Image().src = `https://pixel.annons.test/p.gif?d=${encodeURIComponent(btoa(mail))}`;
})();
