import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTransport } from "nodemailer";
import { afterAll, expect, test } from "vitest";
import { type Mailbox, startMailbox } from "#app/local/mailbox.ts";
import type { Mail } from "#app/local/mailbox-store.ts";
import { freePort } from "#app/local/ports.ts";
import { verifySigned } from "#app/platform/standard-webhooks.ts";
import { send } from "../setup/web.ts";

const dir = mkdtempSync(join(tmpdir(), "foyer-mailbox-"));
const [port, smtpPort] = [await freePort(), await freePort()];
let mailbox: Mailbox = await startMailbox({ dir, port, smtpPort });
afterAll(async () => {
  await mailbox.close();
  rmSync(dir, { recursive: true });
});

const host = { host: `127.0.0.1:${port}` };
const get = (path: string) => send(port, path, { headers: host });
const mails = async (to = ""): Promise<Mail[]> =>
  JSON.parse((await get(`/api/messages?to=${encodeURIComponent(to)}`)).body);

const transport = createTransport({ host: "127.0.0.1", port: smtpPort, secure: false });
await transport.sendMail({
  from: "Foyer <hello@foyer.invalid>",
  to: "Ada@Example.com",
  bcc: "hidden@example.com",
  subject: "Grüße <b>",
  text: "Open http://acme.localhost:3000/verify-email/t?a=1&b=2",
  html: '<script>parent.stolen=1</script><p><a href="http://acme.localhost:3000/verify-email/t?a=1&amp;b=2">Open</a></p>',
});

test("a mail is found by its recipient, whatever the case, with its links ready to follow", async () => {
  const [mail, ...others] = await mails("ada@example.COM");
  expect(others).toEqual([]);
  expect(mail).toMatchObject({
    from: "hello@foyer.invalid",
    to: ["Ada@example.com", "hidden@example.com"],
    subject: "Grüße <b>",
    links: ["http://acme.localhost:3000/verify-email/t?a=1&b=2"],
  });
  expect(await mails("nobody@example.com")).toEqual([]);
});

test("the pages show it, and what it holds can run nothing", async () => {
  const [mail] = await mails();
  const list = await get("/");
  expect(list.body).toContain("Grüße &lt;b&gt;");
  const page = await get(`/messages/${mail?.id}`);
  expect(page.body).toContain('sandbox="allow-popups allow-popups-to-escape-sandbox"');
  expect(page.body).not.toContain("<script");
  const html = await get(`/messages/${mail?.id}/html`);
  expect(html.headers["content-security-policy"]).toMatch(/default-src 'none';.*sandbox allow-popups/);
  expect((await get("/messages/none")).status).toBe(404);
});

test("it answers to its own names only", async () => {
  expect((await send(port, "/", { headers: { host: "evil.test" } })).status).toBe(421);
});

test("mails outlast a restart", async () => {
  const before = await mails();
  await mailbox.close();
  mailbox = await startMailbox({ dir, port, smtpPort });
  expect(await mails()).toEqual(before);
});

test("a reply to a mail that asks for one is told of as a mail provider would, signed, and only from the page itself", async () => {
  const told: { headers: Headers; body: string }[] = [];
  const secret = `whsec_${btoa("of the mailbox")}`;
  const door = createServer(async (request, response) => {
    let body = "";
    for await (const part of request) body += part;
    told.push({ headers: new Headers(request.headers as Record<string, string>), body });
    response.end("{}");
  });
  const doorPort = await freePort();
  await new Promise<void>((ready) => door.listen(doorPort, "127.0.0.1", ready));
  await mailbox.close();
  mailbox = await startMailbox({ dir, port, smtpPort, inbound: { url: `http://127.0.0.1:${doorPort}/`, secret } });
  const [other] = await mails("ada@example.com");
  expect((await get(`/messages/${other?.id}`)).body).not.toContain("Reply</button>");
  const replyTo = ["office@bloom.test", "reply+abc@replies.localhost"];
  await transport.sendMail({
    from: "a@foyer.invalid",
    to: "ida@example.com",
    replyTo,
    subject: "Hello",
    text: "Hello",
  });
  const [mail] = await mails("ida@example.com");
  expect((await get(`/messages/${mail?.id}`)).body).toContain("Reply</button>");
  const post = (site: string) =>
    send(port, `/messages/${mail?.id}/reply`, { method: "POST", headers: { ...host, "sec-fetch-site": site } });
  expect((await post("cross-site")).status).toBe(403);
  expect((await post("same-origin")).body).toContain("was handed over");
  expect(told).toHaveLength(1);
  const [{ headers = new Headers(), body = "" } = {}] = told;
  expect(JSON.parse(body)).toMatchObject({ to: replyTo, from: "ida@example.com" });
  await verifySigned(new TextEncoder().encode(body), headers, [secret], new Date());
  await new Promise((closed) => door.close(closed));
});
