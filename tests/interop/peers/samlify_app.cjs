/*
 * A small service that lets samlify do all SAML, as that library's documentation shows.
 *
 * It knows nothing of the testbed. Its one argument is a JSON file: `port`, `library` (a folder whose node_modules hold
 * samlify), `idp_metadata` (a file, read for every request) and `requested` (a list of attributes by their SAML names).
 *
 * The documentation's SP calls parseLoginResponse and uses what comes out. That verifies the signature, the issuer,
 * the status and the times of the conditions. Audience, recipient, InResponseTo and replay are left to the developer,
 * no example of the documentation looks at them, and neither does this service.
 */

"use strict";

const crypto = require("node:crypto");
const fs = require("node:fs");
const http = require("node:http");
const { createRequire } = require("node:module");
const path = require("node:path");

const MAX_FORM = 1024 * 1024;
const COOKIE = "samlify-session";
const PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent";
const POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
const NAME_URI = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";

const told = JSON.parse(fs.readFileSync(process.argv[2], "utf-8"));
const url = `http://127.0.0.1:${told.port}`;
const requireFrom = createRequire(path.join(told.library, "package.json"));
const saml = requireFrom("samlify");
// Of the validators that the library's README names, this one needs neither a JVM nor a compiler.
saml.setSchemaValidator(requireFrom("@authenio/samlify-node-xmllint"));

const requested = told.requested.map(
  (name) => `<RequestedAttribute Name="${name}" NameFormat="${NAME_URI}" isRequired="true"/>`,
);
const sp = saml.ServiceProvider({
  metadata: `<EntityDescriptor xmlns="urn:oasis:names:tc:SAML:2.0:metadata" entityID="${url}/metadata">
  <SPSSODescriptor AuthnRequestsSigned="false" WantAssertionsSigned="true"
      protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">
    <NameIDFormat>${PERSISTENT}</NameIDFormat>
    <AssertionConsumerService isDefault="true" index="0" Binding="${POST}" Location="${url}/acs"/>
    <AttributeConsumingService index="0">
      <ServiceName xml:lang="en">TEST samlify</ServiceName>
      ${requested.join("\n      ")}
    </AttributeConsumingService>
  </SPSSODescriptor>
</EntityDescriptor>`,
});
const sessions = new Map();

/** The school by its metadata as it is now. */
function school() {
  return saml.IdentityProvider({ metadata: fs.readFileSync(told.idp_metadata) });
}

function heldKey(request) {
  const cookies = (request.headers.cookie ?? "").split(";").map((one) => one.trim().split("="));
  return cookies.find(([name]) => name === COOKIE)?.[1] ?? "";
}

async function posted(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > MAX_FORM) throw new Error("the form is too long");
    chunks.push(chunk);
  }
  return Object.fromEntries(new URLSearchParams(Buffer.concat(chunks).toString("utf-8")));
}

function send(response, status, content) {
  response.writeHead(status, { "Content-Type": "application/json" });
  response.end(JSON.stringify(content));
}

function redirect(response, location, key, maxAge) {
  const age = maxAge === undefined ? "" : `; Max-Age=${maxAge}`;
  const cookie = key === undefined ? {} : { "Set-Cookie": `${COOKIE}=${key}; Path=/; HttpOnly; SameSite=Lax${age}` };
  response.writeHead(302, { Location: location, ...cookie });
  response.end();
}

function login(request, response) {
  redirect(response, sp.createLoginRequest(school(), "redirect").context);
}

async function consume(request, response) {
  const { extract } = await sp.parseLoginResponse(school(), "post", { body: await posted(request) });
  const key = crypto.randomBytes(24).toString("base64url");
  sessions.set(key, { nameID: extract.nameID, attributes: extract.attributes });
  redirect(response, `${url}/me`, key);
}

/** The probe: who is logged in. */
function me(request, response) {
  send(response, 200, { user: sessions.get(heldKey(request)) ?? null });
}

/** Ends this service's own session. */
function logout(request, response) {
  sessions.delete(heldKey(request));
  redirect(response, `${url}/me`, "", 0);
}

function metadata(request, response) {
  response.writeHead(200, { "Content-Type": "application/samlmetadata+xml" });
  response.end(sp.getMetadata());
}

const pages = {
  "GET /login": login,
  "POST /acs": consume,
  "GET /me": me,
  "GET /logout": logout,
  "GET /metadata": metadata,
};

http
  .createServer(async (request, response) => {
    const page = pages[`${request.method} ${request.url.split("?")[0]}`];
    if (page === undefined) {
      send(response, 404, { error: "no such page" });
      return;
    }
    try {
      await page(request, response);
    } catch (error) {
      // The library throws errors, and rejects with strings.
      send(response, 403, { error: error instanceof Error ? error.message : String(error) });
    }
  })
  .listen(told.port, "127.0.0.1");
