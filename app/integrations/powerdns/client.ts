// PowerDNS, the operator's own name server, behind the port of DNS providers. Its unit is the record set of one name and
// type: that is what is replaced, never a zone. https://doc.powerdns.com/authoritative/http-api/zone.html
import { z } from "zod";
import { checkedDraft, excludeEachOther, plainName } from "#app/domain/provisioning/dns-records.ts";
import type { DnsProvider, DnsRecord, DnsZone, RecordDraft, RecordType } from "#app/domain/provisioning/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { isOurType, understood, written } from "../dns/presentation.ts";
import { connectProvider, type ProviderTiming } from "../dns/provider-connection.ts";
import type { Answer, ProviderHttp } from "../dns/provider-http.ts";
import type { ZoneCache } from "../dns/zone-cache.ts";

export interface PowerDnsConfig extends ProviderTiming {
  /** Of the web server, without `/api/v1`. */
  baseUrl: string;
  apiKey: string;
  /** PowerDNS has but one, called localhost. */
  server?: string;
}

const Content = z.object({ content: z.string(), disabled: z.boolean().default(false) });
const RecordSet = z.object({ name: z.string(), type: z.string(), ttl: z.number(), records: z.array(Content) });
const Zone = z.object({ rrsets: z.array(RecordSet).default([]) });
const Failure = z.object({ error: z.string(), errors: z.array(z.string()).default([]) });
type RecordSet = z.infer<typeof RecordSet>;

/** Writes to one record set until another writer's change in between no longer undoes ours. */
const WRITE_ROUNDS = 4;

export function createPowerDns(config: PowerDnsConfig): DnsProvider {
  const { apiKey, server = "localhost" } = config;
  const baseUrl = `${config.baseUrl.replace(/\/+$/, "")}/api/v1/servers/${encodeURIComponent(server)}`;
  const { http, zones } = connectProvider({ name: "PowerDNS", baseUrl, apiKey }, config);
  const sets = recordSets(http, zones);

  return {
    name: "PowerDNS",
    findZone: (name) => zones.find(name),
    list: async (zone, filter = {}) => (await sets.list(zone, filter)).flatMap(recordsOf),
    async find(zone, id) {
      const wanted = readId(id);
      if (!wanted) return null;
      const found = (await sets.list(zone, wanted)).flatMap(recordsOf);
      return found.find((record) => record.id === id) ?? null;
    },
    async create(zone, draft) {
      const wanted = checkedDraft(draft);
      await sets.write(zone, wanted, (there) => {
        if (there.flatMap(recordsOf).some((record) => excludeEachOther(record, wanted))) throw differs(wanted);
        const own = ownSet(there, wanted);
        const kept = own.records.filter(({ content }) => understood(wanted.type, content) !== wanted.content);
        return { ...own, ttl: wanted.ttl, records: [...kept, line(wanted)] };
      });
      return withId(wanted);
    },
    async update(zone, id, { content, ttl }) {
      const before = readId(id);
      if (!before) throw recordUnknown();
      const wanted = checkedDraft({ ...before, content, ttl });
      await sets.write(zone, wanted, (there) => {
        const own = ownSet(there, wanted);
        const has = (value: string) => own.records.some((record) => understood(wanted.type, record.content) === value);
        // The second of two equal calls finds the work done.
        if (!has(before.content) && !has(wanted.content)) throw recordUnknown();
        const gone = [before.content, wanted.content];
        const kept = own.records.filter((record) => !gone.includes(understood(wanted.type, record.content) ?? ""));
        return { ...own, ttl, records: [...kept, line(wanted)] };
      });
      return withId(wanted);
    },
    async delete(zone, id) {
      const before = readId(id);
      if (!before) return;
      await sets.write(zone, before, (there) => {
        const own = ownSet(there, before);
        return {
          ...own,
          records: own.records.filter(({ content }) => understood(before.type, content) !== before.content),
        };
      });
    },
  };
}

type Key = { name: string; type: RecordType };

function recordSets(http: ProviderHttp, zones: ZoneCache) {
  /** The last write under way to each record set, within this process. */
  const queues = new Map<string, Promise<unknown>>();
  const path = (zone: DnsZone): string => `/zones/${encodeURIComponent(zone.id)}`;

  function accepted(zone: DnsZone, answer: Answer): Answer {
    if (answer.status < 300) return answer;
    if (answer.status !== 404) throw refusal(answer);
    zones.forget();
    throw new AppError("not_found", `PowerDNS has no zone for ${zone.name}.`, { reason: "dns_zone_unknown" });
  }

  async function list(zone: DnsZone, { name, type }: Partial<Key>): Promise<RecordSet[]> {
    const query = new URLSearchParams({
      ...(name && { rrset_name: `${plainName(name)}.` }),
      ...(name && type && { rrset_type: type }),
    });
    const { rrsets } = http.read(Zone, accepted(zone, await http.send("GET", `${path(zone)}?${query}`)));
    // Servers before 4.5 know no filter.
    const fits = (set: RecordSet) => (!name || plainName(set.name) === plainName(name)) && (!type || set.type === type);
    return rrsets.filter(fits);
  }

  /** Reads what a name has, lets `change` say what its set should be, writes that; until a look finds it so. */
  async function writeNow(zone: DnsZone, key: Key, change: (there: RecordSet[]) => RecordSet): Promise<void> {
    for (let round = 0; round < WRITE_ROUNDS; round += 1) {
      const there = await list(zone, { name: key.name });
      const wanted = change(there);
      if (alike(ownSet(there, key), wanted)) return;
      const set = { name: `${key.name}.`, type: key.type };
      const rrset =
        wanted.records.length === 0
          ? { ...set, changetype: "DELETE" }
          : { ...set, changetype: "REPLACE", ttl: wanted.ttl, records: wanted.records };
      accepted(zone, await http.send("PATCH", path(zone), { rrsets: [rrset] }));
    }
    throw new AppError("unavailable", "PowerDNS doesn't keep the record yet.", { retryAfter: 10 });
  }

  return {
    list,
    /** One after the other per set: a set is read, changed and written back. */
    write(zone: DnsZone, key: Key, change: (there: RecordSet[]) => RecordSet): Promise<void> {
      const queue = `${zone.id} ${key.name} ${key.type}`;
      const mine = (queues.get(queue) ?? Promise.resolve()).then(() => writeNow(zone, key, change));
      const settled = mine
        .catch(() => {})
        .then(() => {
          if (queues.get(queue) === settled) queues.delete(queue);
        });
      queues.set(queue, settled);
      return mine;
    },
  };
}

function ownSet(there: readonly RecordSet[], { name, type }: Key): RecordSet {
  const found = there.find((set) => set.type === type && plainName(set.name) === name);
  return found ?? { name: `${name}.`, type, ttl: 0, records: [] };
}

/** Whether two sets say the same, in whatever order and spelling. */
function alike(a: RecordSet, b: RecordSet): boolean {
  const said = ({ type, records }: RecordSet) =>
    records
      .map(({ content, disabled }) => `${disabled} ${(isOurType(type) && understood(type, content)) || content}`)
      .sort()
      .join("\n");
  return said(a) === said(b) && (a.ttl === b.ttl || b.records.length === 0);
}

const line = ({ type, content }: RecordDraft) => ({ content: written(type, content, true), disabled: false });

/** The records of a set that the world can see. */
function recordsOf({ name, type, ttl, records }: RecordSet): DnsRecord[] {
  if (!isOurType(type)) return [];
  return records
    .filter(({ disabled }) => !disabled)
    .map(({ content }) => withId({ name: plainName(name), type, content: understood(type, content) ?? content, ttl }));
}

/** PowerDNS has no ids: what a record says is its name. */
const withId = (draft: RecordDraft): DnsRecord => ({ ...draft, id: `${draft.type} ${draft.name} ${draft.content}` });

function readId(id: string): (Key & { content: string }) | null {
  const [, type, name, content] = /^(\S+) (\S+) (.+)$/s.exec(id) ?? [];
  return type && name && content && isOurType(type) ? { type, name, content } : null;
}

const differs = ({ name }: RecordDraft): AppError =>
  new AppError("conflict", `${name} already has another DNS record.`, { reason: "dns_record_differs" });

const recordUnknown = (): AppError =>
  new AppError("not_found", "PowerDNS doesn't have this record any more.", { reason: "dns_record_unknown" });

/** PowerDNS says what it refuses as `{error, errors?}`. */
function refusal({ status, body }: Answer): AppError {
  const { data } = Failure.safeParse(body);
  const said = [data?.error ?? "", ...(data?.errors ?? [])].join("; ");
  const cause = new Error(`${status} ${said}`);
  if (/conflicts with/i.test(said))
    return new AppError("conflict", "The name already has another DNS record.", {
      reason: "dns_record_differs",
      cause,
    });
  return new AppError("unprocessable", "PowerDNS doesn't accept this record.", { reason: "dns_record_refused", cause });
}
