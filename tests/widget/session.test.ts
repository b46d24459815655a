// The visitor's session: one id per widget key, remembered where the browser allows it.

import { expect, test } from "vitest";
import { openSession, randomUuid } from "#app/widget/session.ts";

function memoryStorage() {
  const items = new Map<string, string>();
  return {
    items,
    getItem: (name: string) => items.get(name) ?? null,
    setItem: (name: string, value: string) => void items.set(name, value),
    removeItem: (name: string) => void items.delete(name),
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

test("the session id is made once and found again on the next page", () => {
  const storage = memoryStorage();
  const session = openSession("wk_a", () => storage);
  expect(session.known()).toBe(false);
  const id = session.id();
  expect(id).toMatch(/^[A-Za-z0-9_-]{8,128}$/);
  expect(session.id()).toBe(id);
  const next = openSession("wk_a", () => storage);
  expect(next.known()).toBe(true);
  expect(next.id()).toBe(id);
});

test("two widget keys on one origin don't share a session", () => {
  const storage = memoryStorage();
  expect(openSession("wk_a", () => storage).id()).not.toBe(openSession("wk_b", () => storage).id());
});

test("blocked storage falls back on memory", () => {
  const session = openSession("wk_a", () => {
    throw new DOMException("denied", "SecurityError");
  });
  const id = session.id();
  expect(session.id()).toBe(id);
  session.hold({ id: "m1", text: "hello" });
  expect(session.pending()).toEqual({ id: "m1", text: "hello" });
  session.release();
  expect(session.pending()).toBeNull();
});

test("full storage falls back on memory", () => {
  const storage = {
    ...memoryStorage(),
    setItem: () => {
      throw new DOMException("full", "QuotaExceededError");
    },
  };
  const session = openSession("wk_a", () => storage);
  expect(session.id()).toBe(session.id());
});

test("a session id that somebody has tampered with is replaced", () => {
  const storage = memoryStorage();
  storage.items.set("foyer:wk_a:session", "not valid!");
  const session = openSession("wk_a", () => storage);
  expect(session.known()).toBe(false);
  expect(session.id()).toMatch(UUID);
});

test("the message under way keeps its lines over a page change", () => {
  const storage = memoryStorage();
  openSession("wk_a", () => storage).hold({ id: "m1", text: "one\n\ntwo\n" });
  const next = openSession("wk_a", () => storage);
  expect(next.pending()).toEqual({ id: "m1", text: "one\n\ntwo\n" });
  next.release();
  expect(openSession("wk_a", () => storage).pending()).toBeNull();
});

test("message ids are version 4 UUIDs, with and without crypto.randomUUID", () => {
  expect(randomUuid()).toMatch(UUID);
  const ids = new Set<string>();
  for (let round = 0; round < 200; round++) {
    const id = randomUuid({ getRandomValues: (array) => crypto.getRandomValues(array) });
    expect(id).toMatch(UUID);
    ids.add(id);
  }
  expect(ids.size).toBe(200);
});
