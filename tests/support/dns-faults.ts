// What every client of a DNS provider has to bear: the same tests run against the simulator of each of them.
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { DnsProvider, DnsZone } from "#app/domain/provisioning/ports.ts";
import type { ApiSimulator } from "#app/integrations/dns/simulator-api.ts";
import { alias } from "./dns-providers.ts";

export interface FaultyProvider {
  provider: DnsProvider;
  /** The same, with a time limit of 100 ms and a wrong key. */
  impatient: DnsProvider;
  stranger: DnsProvider;
  simulator: ApiSimulator;
  /** The method with which records are created. */
  writes: "POST" | "PATCH";
  /** How many records of this name the provider really has. */
  count(name: string): number;
  clear(): Promise<void>;
}

export function bearsFaults(title: string, start: () => FaultyProvider): void {
  describe(title, () => {
    const { provider, impatient, stranger, simulator, writes, count, clear } = start();
    let zone: DnsZone;

    beforeEach(async () => {
      zone = (await provider.findZone(alias.name)) as DnsZone;
    });
    afterEach(async () => {
      simulator.mend();
      await clear();
    });

    test.each(["error_500", "error_503", "reset_before", "reset_after"] as const)(
      "%s passes, and leaves one record",
      async (effect) => {
        simulator.fail({ match: { method: writes }, effect, times: 1 }, { match: { method: "GET" }, effect, times: 1 });
        await provider.create(zone, alias);
        expect(count(alias.name)).toBe(1);
      },
    );

    test("a creation that arrives late, after another try, ends in one record", async () => {
      simulator.fail({ match: { method: writes }, effect: "late", ms: 60_000, times: 1 });
      await provider.create(zone, alias);
      // What is held up goes on.
      simulator.mend();
      await simulator.settled();
      await provider.create(zone, alias);
      expect(count(alias.name)).toBe(1);
    });

    test("a page of somebody else's instead of an answer is told, or looked behind; what was done isn't done twice", async () => {
      simulator.fail({ match: { method: writes }, effect: "garbage", times: 1 });
      await provider.create(zone, alias).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "bad_gateway", reason: "provider_answer" });
      });
      await provider.create(zone, alias);
      expect(count(alias.name)).toBe(1);
      simulator.fail({ effect: "garbage" });
      await expect(provider.list(zone)).rejects.toMatchObject({ code: "bad_gateway", reason: "provider_answer" });
    });

    test.each(["error_500", "reset_before"] as const)(
      "%s without end is told, with the time to wait",
      async (effect) => {
        simulator.fail({ effect });
        await expect(provider.create(zone, alias)).rejects.toMatchObject({ code: "unavailable", retryAfter: 10 });
        simulator.mend();
        expect(count(alias.name)).toBe(0);
      },
    );

    test("too many requests are told at once, with the time that the provider names", async () => {
      simulator.fail({ effect: "rate_limit", retryAfter: 17, times: 1 });
      await expect(provider.create(zone, alias)).rejects.toMatchObject({ code: "rate_limited", retryAfter: 17 });
      simulator.fail({ match: { method: writes }, effect: "rate_limit", times: 1 });
      await expect(provider.create(zone, alias)).rejects.toMatchObject({ code: "rate_limited", retryAfter: 30 });
      expect(count(alias.name)).toBe(0);
    });

    test("a provider that is too slow is given up; what it did all the same isn't done twice", async () => {
      simulator.fail({ match: { method: writes }, effect: "delay", ms: 250, times: 1 });
      await impatient.create(zone, alias).catch((error: unknown) => {
        expect(error).toMatchObject({ code: "unavailable", reason: "provider_slow" });
      });
      await simulator.settled();
      await provider.create(zone, alias);
      expect(count(alias.name)).toBe(1);
    });

    test("a provider that doesn't answer in time isn't asked again at once", async () => {
      simulator.requests.length = 0;
      simulator.fail({ effect: "delay", ms: 60_000 });
      const told = { code: "unavailable", reason: "provider_slow", retryAfter: 10 };
      await expect(impatient.list(zone)).rejects.toMatchObject(told);
      expect(simulator.requests).toHaveLength(1);
    });

    test("a zone that was taken away is looked for anew", async () => {
      const zones = () => simulator.requests.filter(({ path }) => path.endsWith("/zones")).length;
      await provider.findZone(alias.name);
      simulator.requests.length = 0;
      await expect(provider.list({ id: "gone.test.", name: "gone.test" })).rejects.toMatchObject({ code: "not_found" });
      await provider.findZone(alias.name);
      expect(zones()).toBe(1);
    });

    test("a key that isn't accepted is told without the key", async () => {
      const refused = await stranger.list(zone).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: "internal", reason: "provider_key_refused" });
      expect(JSON.stringify(refused) + String(refused)).not.toContain("wrong");
    });

    test("deleting is repeated after a failure", async () => {
      const record = await provider.create(zone, alias);
      simulator.fail({ match: { method: "DELETE" }, effect: "reset_after", times: 1 });
      simulator.fail({ match: { method: "PATCH" }, effect: "reset_after", times: 1 });
      await provider.delete(zone, record.id);
      expect(count(alias.name)).toBe(0);
    });

    test("under any mixture of faults, retries end with exactly one record each", async () => {
      const effects = ["error_500", "rate_limit", "reset_before", "reset_after", "late"] as const;
      simulator.fail(...effects.map((effect) => ({ effect, probability: 0.1, ms: 5 })));
      const names = Array.from({ length: 25 }, (_, i) => `t${i}.example.com`);
      const insist = async (name: string) => {
        for (let n = 0; n < 60; n += 1) {
          const done = await provider.create(zone, { ...alias, name }).then(
            () => true,
            () => false,
          );
          if (done) return;
        }
        throw new Error(`${name} was never created`);
      };
      await Promise.all(names.flatMap((name) => [insist(name), insist(name)]));
      simulator.mend();
      expect(names.filter((name) => count(name) === 0)).toEqual([]);
      await simulator.settled();
      for (const name of names) await provider.create(zone, { ...alias, name });
      expect(names.map(count)).toEqual(names.map(() => 1));
    });
  });
}
