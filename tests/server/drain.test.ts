import { expect, test } from "vitest";
import { rememberSites } from "#app/server/sites.ts";
import { testDatabase } from "../setup/database.ts";
import { send, testWeb } from "../setup/web.ts";

const database = await testDatabase();

/** A promise and the function that settles it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = (): void => {};
  const opened = new Promise<void>((done) => {
    open = done;
  });
  return { opened, open };
}

test("a drain lets requests finish, ends event streams and takes nothing new", async () => {
  const [started, finish] = [gate(), gate()];
  let cancelled = false;
  const web = await testWeb(database, {
    handle: async (request) => {
      if (request.url.endsWith("/events")) {
        const body = new ReadableStream({
          start: (controller) => controller.enqueue(new TextEncoder().encode("event: hello\n\n")),
          cancel: () => {
            cancelled = true;
          },
        });
        return new Response(body, { headers: { "content-type": "text/event-stream" } });
      }
      started.open();
      await finish.opened;
      return new Response("done");
    },
  });
  const events = await fetch(`http://127.0.0.1:${web.port}/events`, { headers: { host: "localhost" } });
  const slow = web.send("/slow");
  await started.opened;

  const drained = web.server.drain();
  const reader = events.body?.getReader();
  await reader?.read();
  expect(await reader?.read()).toMatchObject({ done: true });
  await expect(send(web.port, "/healthz")).rejects.toThrow(/ECONNREFUSED/);
  finish.open();
  expect(await slow).toMatchObject({ status: 200, body: "done", headers: { connection: "close" } });
  await drained;
  expect(cancelled).toBe(true);
});

test("more than it can hold is refused with a time to retry, and let in again afterwards", async () => {
  const started = [gate(), gate()];
  const finish = gate();
  let count = 0;
  const web = await testWeb(database, {
    maxUnderWay: 2,
    handle: async () => {
      started[count++]?.open();
      await finish.opened;
      return new Response("ok");
    },
  });
  const held = [web.send("/one"), web.send("/two")];
  await Promise.all(started.map(({ opened }) => opened));
  const refused = await web.send("/three");
  expect([refused.status, refused.headers["retry-after"]]).toEqual([503, "1"]);
  expect((await web.send("/healthz")).status).toBe(200);
  finish.open();
  await Promise.all(held);
  expect((await web.send("/three")).status).toBe(200);
});

test("a host is looked up once for many requests, again after a second, and an unknown one sooner", async () => {
  let [asked, now] = [0, 0];
  const siteOf = rememberSites(
    async (host) => {
      asked++;
      return host === "app" ? { kind: "app" } : { kind: "unknown" };
    },
    () => now,
  );
  await Promise.all([siteOf("app"), siteOf("app"), siteOf("app")]);
  now = 999;
  await siteOf("app");
  expect(asked).toBe(1);
  now = 1000;
  await siteOf("app");
  expect(asked).toBe(2);
  await siteOf("nobody");
  now = 1250;
  await siteOf("nobody");
  expect(asked).toBe(4);
});

test("a failed look-up isn't remembered", async () => {
  let asked = 0;
  const siteOf = rememberSites(async () => {
    if (asked++ === 0) throw new Error("down");
    return { kind: "app" };
  });
  await expect(siteOf("app")).rejects.toThrow("down");
  expect(await siteOf("app")).toEqual({ kind: "app" });
});
