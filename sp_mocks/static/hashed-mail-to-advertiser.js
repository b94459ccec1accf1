(async () => {
  const { mail } = document.currentScript.dataset;
  if (!mail) return;
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(mail.trim().toLowerCase()));
  const em = Array.from(new Uint8Array(digest), (octet) => octet.toString(16).padStart(2, "0")).join("");
  await fetch("https://kampanj.annons.test/match", { method: "POST", mode: "no-cors", body: JSON.stringify({ em }) });
})();
