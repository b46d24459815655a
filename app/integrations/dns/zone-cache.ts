// Which of a provider's zones a name lies in, from a list that is asked for once in a while: providers limit their calls.
import { isWithin, plainName } from "#app/domain/provisioning/dns-records.ts";
import type { DnsZone } from "#app/domain/provisioning/ports.ts";

const KEPT_MS = 5 * 60_000;
/** A name that fits no zone asks again, as the zone may be new, but not more often than this. */
const KEPT_MISS_MS = 5_000;

export interface ZoneCache {
  find(name: string): Promise<DnsZone | null>;
  /** The provider didn't know a zone of the list. */
  forget(): void;
}

/** @param now in milliseconds */
export function createZoneCache(load: () => Promise<DnsZone[]>, now: () => number): ZoneCache {
  let kept: { at: number; zones: Promise<DnsZone[]> } | null = null;

  async function zones(maxAge: number): Promise<DnsZone[]> {
    if (kept && now() - kept.at < maxAge) return kept.zones;
    const asked = { at: now(), zones: load() };
    kept = asked;
    try {
      return await asked.zones;
    } catch (error) {
      if (kept === asked) kept = null;
      throw error;
    }
  }
  return {
    async find(name) {
      const plain = plainName(name);
      return mostSpecific(await zones(KEPT_MS), plain) ?? mostSpecific(await zones(KEPT_MISS_MS), plain);
    },
    forget() {
      kept = null;
    },
  };
}

function mostSpecific(zones: readonly DnsZone[], name: string): DnsZone | null {
  const fitting = zones.filter((zone) => isWithin(name, zone.name));
  return fitting.reduce<DnsZone | null>(
    (best, zone) => (best && best.name.length >= zone.name.length ? best : zone),
    null,
  );
}
