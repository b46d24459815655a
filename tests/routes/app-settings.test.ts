// The settings pages and the set-up's progress: what is saved, what is refused, what is shown once.
import { expect, test } from "vitest";
import { admitWidget } from "#app/domain/agent/admission.ts";
import { resolveApiKey } from "#app/domain/team/keys.ts";
import * as setUp from "#app/routes/_app.provisioning.tsx";
import * as agentSettings from "#app/routes/_app.settings.agent.tsx";
import * as apiKeys from "#app/routes/_app.settings.api-keys.tsx";
import * as company from "#app/routes/_app.settings.company.tsx";
import * as theme from "#app/routes/_app.settings.theme.tsx";
import * as widget from "#app/routes/_app.settings.widget.tsx";
import * as preview from "#app/routes/theme-preview.tsx";
import { testDatabase } from "../setup/database.ts";
import { addMember, cookieOf, makeParty } from "../support/http-world.ts";
import { Browser, pageServices } from "../support/pages.ts";

const database = await testDatabase();
const { web } = database.db;
const services = await pageServices(web);
const party = await makeParty(database, "a");
const owner = new Browser(services);
owner.setCookie(cookieOf(party.token).cookie ?? "");
const viewer = new Browser(services);
viewer.setCookie(cookieOf((await addMember(database, party, "viewer")).token).cookie ?? "");

const COMPANY = { companyName: "Bright Smile", businessType: "healthcare", timeZone: "Europe/Vienna" };
const AGENT = { agentName: "Ada", greeting: "Hello", fallback: "I don't know that.", suggestions: "One?\n\n Two? " };
const THEME = {
  ...{ preset: "clinic", brand: "#0E6680", brandText: "#fff", background: "#f6fafb", surface: "#ffffff" },
  ...{ text: "#12242b", muted: "#4d6169", radius: "10", font: "Inter", logoUrl: "", darkMode: "auto" },
};

test("company data is saved", async () => {
  expect((await owner.post(company, "/settings/company", COMPANY)).data.done).toBe(true);
  expect((await owner.get(company, "/settings/company")).data).toMatchObject({ company: COMPANY, editable: true });
  const bad = await owner.post(company, "/settings/company", { ...COMPANY, companyName: " " });
  expect([bad.status, Object.keys(bad.data.result.error ?? {})]).toEqual([422, ["companyName"]]);
});

test("the agent's settings are saved; unchecked boxes are off, and a bad line is named at its field", async () => {
  await owner.post(agentSettings, "/settings/agent", { ...AGENT, redactEmails: "on" });
  const { data } = await owner.get(agentSettings, "/settings/agent");
  expect(data).toMatchObject({
    agent: {
      agentName: "Ada",
      suggestions: "One?\nTwo?",
      handoffEnabled: false,
      redactEmails: true,
      redactPhones: false,
    },
  });
  const bad = await owner.post(agentSettings, "/settings/agent", { ...AGENT, suggestions: "1\n2\n3\n4\n5" });
  expect(bad.data.result.error).toEqual({ suggestions: ["At most 4 lines."] });
});

test("what is saved of the theme is published, and an empty logo is none", async () => {
  expect((await owner.post(theme, "/settings/theme", THEME)).data.done).toBe(true);
  const [row] = await database.sql`
    select tokens = published_tokens as same, tokens from themes where tenant_id = ${party.tenantId}`;
  expect(row).toMatchObject({
    same: true,
    tokens: { brand: "#0e6680", brandText: "#ffffff", logoUrl: null, radius: 10 },
  });
  const bad = await owner.post(theme, "/settings/theme", { ...THEME, brand: "red; } body {" });
  expect(Object.keys(bad.data.result.error ?? {})).toEqual(["brand"]);
});

test("a preset is tried without changing anything, and the preview may be framed by our own pages only", async () => {
  const tried = await owner.get(theme, "/settings/theme?preset=hotel");
  expect(tried.data).toMatchObject({ preset: "hotel", start: { brand: "#7a2e3a" }, saved: { brand: "#0e6680" } });
  const shown = await owner.get(preview, "/theme-preview?preset=hotel&view=widget");
  expect(shown.data).toMatchObject({ view: "widget", tokens: { brand: "#7a2e3a" } });
  expect(shown.headers.get("x-frame-options")).toBe("SAMEORIGIN");
});

test("allowed websites are saved, a bad one is named, and replacing the key ends the old one", async () => {
  const bad = await owner.post(widget, "/settings/widget", {
    intent: "origins",
    allowedOrigins: "https://a.example\nx y",
  });
  expect(bad.data.result.error).toEqual({ allowedOrigins: [expect.stringContaining("“x”")] });
  await owner.post(widget, "/settings/widget", {
    intent: "origins",
    allowedOrigins: "https://A.example/ https://a.example",
  });
  const before = await owner.get<{ snippet: string; allowedOrigins: string[] }>(widget, "/settings/widget");
  expect(before.data.allowedOrigins).toEqual(["https://a.example"]);
  await owner.post(widget, "/settings/widget", { intent: "rotate" });
  const after = await owner.get<{ snippet: string; allowedOrigins: string[] }>(widget, "/settings/widget");
  expect(after.data.allowedOrigins).toEqual(["https://a.example"]);
  const knock = (key: string) => admitWidget(web, services.env, key, "https://a.example");
  await expect(knock(party.widgetKey)).rejects.toThrow("not valid");
  const key = /data-key="(\S+)"/.exec(after.data.snippet)?.[1] ?? "";
  expect(await knock(key)).toMatchObject({ tenantId: party.tenantId });
});

test("an API key is shown once, works, and is refused once revoked", async () => {
  type Created = { done: { id: string; key: string } | null };
  const made = await owner.post<Created>(apiKeys, "/settings/api-keys", {
    ...{ intent: "create", name: "Booking site", scopes: "tenant:read", expiresInDays: "90" },
  });
  const { id, key } = made.data.done ?? { id: "", key: "" };
  expect(await resolveApiKey(web, key)).toMatchObject({ tenantId: party.tenantId });
  const page = await owner.get<{ keys: { id: string; name: string }[] }>(apiKeys, "/settings/api-keys");
  expect(page.data.keys).toContainEqual(expect.objectContaining({ id, name: "Booking site" }));
  expect(JSON.stringify(page.data)).not.toContain(key);
  await owner.post(apiKeys, "/settings/api-keys", { intent: "revoke", keyId: id });
  await expect(resolveApiKey(web, key)).rejects.toThrow("not valid");
});

test("a failed set-up is tried again", async () => {
  const { tenantId } = party;
  await database.sql`update provisioning_steps set status = 'failed', reason = 'No luck.' where tenant_id = ${tenantId} and name = 'host'`;
  await database.sql`update provisioning_runs set status = 'failed' where tenant_id = ${tenantId}`;
  const failed = await owner.get<{ run: { status: string; steps: { reason: string | null }[] } }>(
    setUp,
    "/provisioning",
  );
  expect(failed.data.run.status).toBe("failed");
  expect(failed.data.run.steps.map(({ reason }) => reason)).toContain("No luck.");
  await owner.post(setUp, "/provisioning", { intent: "retry" });
  expect((await owner.get<{ run: { status: string } }>(setUp, "/provisioning")).data.run.status).toBe("running");
});

test("a viewer looks at settings, not at keys, and saves nothing", async () => {
  expect((await viewer.get(company, "/settings/company")).data).toMatchObject({ editable: false });
  expect((await viewer.get(theme, "/settings/theme")).data).toMatchObject({ editable: false });
  expect((await viewer.get(apiKeys, "/settings/api-keys")).status).toBe(403);
  const sent: [{ action?: unknown }, Record<string, string>][] = [
    [company, COMPANY],
    [agentSettings, AGENT],
    [theme, THEME],
    [widget, { intent: "rotate" }],
    [apiKeys, { intent: "create", name: "Mine" }],
    [setUp, { intent: "retry" }],
  ];
  for (const [route, fields] of sent) expect((await viewer.post(route, "/", fields)).status).toBe(403);
});
