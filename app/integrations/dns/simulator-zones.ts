// The zones that the local DNS server serves, with their past: a name server that hears of changes late answers as the
// zone was then. The simulators of DNS providers write it.
import { isWithin, plainName } from "#app/domain/provisioning/dns-records.ts";

/** A record as zone files write it. */
export interface ZoneRecord {
  name: string;
  type: string;
  content: string;
  /** Seconds. */
  ttl: number;
}

/** A zone as it was at one time. */
export interface ZoneView {
  name: string;
  /** Seconds for which a name that isn't there may be remembered as missing. */
  minimum: number;
  serial: number;
  records(name: string, type: string): ZoneRecord[];
  /** Whether there is such a name, with whatever records, or any name below it. */
  has(name: string): boolean;
}

export interface ZoneBook {
  /** Milliseconds. */
  now(): number;
  /** @param options.since when it began, in milliseconds; default now */
  add(zone: string, options?: { minimum?: number; since?: number }): void;
  remove(zone: string): void;
  /** All records of one name and type; none: they are gone. */
  set(zone: string, name: string, type: string, records: readonly ZoneRecord[], since?: number): void;
  /** The most specific zone that a name lies in, as it was; null where there was none. */
  view(name: string, at: number): ZoneView | null;
}

interface Version {
  since: number;
  records: readonly ZoneRecord[];
}
interface Zone {
  name: string;
  minimum: number;
  since: number;
  serial: number;
  /** By name, then by type; versions oldest first. */
  names: Map<string, Map<string, Version[]>>;
}

const MINIMUM_SECONDS = 60;
const KEPT_VERSIONS = 16;

/** @param options.now in milliseconds */
export function createZoneBook({ now = Date.now }: { now?: () => number } = {}): ZoneBook {
  const zones = new Map<string, Zone>();
  return {
    now,
    add(name, { minimum = MINIMUM_SECONDS, since = now() } = {}) {
      const plain = plainName(name);
      if (!zones.has(plain)) zones.set(plain, { name: plain, minimum, since, serial: 1, names: new Map() });
    },
    remove: (name) => void zones.delete(plainName(name)),
    set(zoneName, name, type, records, since = now()) {
      const zone = zones.get(plainName(zoneName));
      if (!zone) return;
      const plain = plainName(name);
      const types = zone.names.get(plain) ?? new Map<string, Version[]>();
      zone.names.set(plain, types);
      const versions = [...(types.get(type) ?? []), { since, records: [...records] }];
      types.set(type, versions.slice(-KEPT_VERSIONS));
      zone.serial += 1;
    },
    view(name, at) {
      const plain = plainName(name);
      const [zone] = [...zones.values()]
        .filter((one) => one.since <= at && isWithin(plain, one.name))
        .sort((a, b) => b.name.length - a.name.length);
      return zone ? viewOf(zone, at) : null;
    },
  };
}

function viewOf(zone: Zone, at: number): ZoneView {
  const records = (name: string, type: string): ZoneRecord[] => [...asOf(zone.names.get(name)?.get(type), at)];
  const alive = (types: Map<string, Version[]> | undefined): boolean =>
    types !== undefined && [...types.values()].some((versions) => asOf(versions, at).length > 0);
  return {
    name: zone.name,
    minimum: zone.minimum,
    serial: zone.serial,
    records,
    has: (name) =>
      name === zone.name ||
      alive(zone.names.get(name)) ||
      [...zone.names].some(([other, types]) => other.endsWith(`.${name}`) && alive(types)),
  };
}

const asOf = (versions: readonly Version[] | undefined, at: number): readonly ZoneRecord[] =>
  versions?.findLast(({ since }) => since <= at)?.records ?? [];
