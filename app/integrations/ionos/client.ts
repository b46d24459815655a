// IONOS hosting DNS behind the port of DNS providers: one record at a time, never a zone.
// https://developer.hosting.ionos.com/docs/dns
import { z } from "zod";
import { checkedDraft, excludeEachOther, plainName, sameRecord } from "#app/domain/provisioning/dns-records.ts";
import type { DnsProvider, DnsRecord, DnsZone, RecordDraft, RecordType } from "#app/domain/provisioning/ports.ts";
import { AppError } from "#app/platform/errors.ts";
import { isOurType, understood, written } from "../dns/presentation.ts";
import { connectProvider, type ProviderTiming } from "../dns/provider-connection.ts";
import type { Answer, ProviderHttp } from "../dns/provider-http.ts";
import type { ZoneCache } from "../dns/zone-cache.ts";

export interface IonosConfig extends ProviderTiming {
  /** `prefix.secret`, as IONOS shows it. */
  apiKey: string;
  baseUrl?: string | undefined;
}

const BASE_URL = "https://api.hosting.ionos.com/dns/v1";
/** Looks and creations, until it is settled that a record is there. */
const CREATE_ROUNDS = 3;
/** `..` as an id would lead from a record to its zone, which PUT replaces whole. */
const ID = /^(?!\.+$)[\w.-]+$/;
const Row = z.object({
  id: z.string().min(1),
  name: z.string(),
  type: z.string(),
  content: z.string(),
  ttl: z.number(),
  disabled: z.boolean().default(false),
});
const Zone = z.object({ records: z.array(Row).default([]) });
const Failures = z.array(
  z.object({
    code: z.string().optional(),
    message: z.string().optional(),
    parameters: z
      .object({ invalidFields: z.array(z.string()), requiredFields: z.array(z.string()) })
      .partial()
      .optional(),
  }),
);

/** A record with whether the world can't see it: IONOS switches records off that stand in the way of its services. */
interface Kept extends DnsRecord {
  disabled: boolean;
}

export function createIonosDns(config: IonosConfig): DnsProvider {
  const { baseUrl = BASE_URL, apiKey } = config;
  const { http, zones } = connectProvider({ name: "IONOS", baseUrl, apiKey }, config);
  const records = recordsOf(http, zones);

  return {
    name: "IONOS",
    findZone: (name) => zones.find(name),
    async list(zone, filter = {}) {
      const found = await records.list(zone, filter);
      return found.filter(({ disabled }) => !disabled).map(shown);
    },
    async find(zone, id) {
      const answer = await http.send("GET", records.path(zone, id));
      if (answer.status === 404) return null;
      const record = ours(http.read(Row, answer));
      return record && !record.disabled ? shown(record) : null;
    },
    create: async (zone, draft) => create(records, zone, checkedDraft(draft)),
    async update(zone, id, { content, ttl }) {
      const before = await http.send("GET", records.path(zone, id));
      const record = before.status === 404 ? null : ours(http.read(Row, before));
      if (!record) throw recordUnknown();
      return shown(await records.put(zone, { ...record, ...checkedDraft({ ...record, content, ttl }) }));
    },
    delete: (zone, id) => records.remove(zone, id),
  };
}

type Records = ReturnType<typeof recordsOf>;

function recordsOf(http: ProviderHttp, zones: ZoneCache) {
  const zonePath = ({ id, name }: DnsZone): string => {
    if (!ID.test(id)) throw zoneUnknown(name);
    return `/zones/${id}`;
  };
  const path = (zone: DnsZone, id: string): string => {
    if (!ID.test(id)) throw recordUnknown();
    return `${zonePath(zone)}/records/${id}`;
  };
  /** What is there, or the reason why not. */
  function accepted(answer: Answer): Answer {
    if (answer.status < 300) return answer;
    if (answer.status === 404) throw recordUnknown();
    throw refusal(answer);
  }
  return {
    path,
    async list(zone: DnsZone, { name, type }: { name?: string; type?: RecordType }): Promise<Kept[]> {
      const query = new URLSearchParams({
        ...(name && { recordName: plainName(name) }),
        ...(type && { recordType: type }),
      });
      const answer = await http.send("GET", `${zonePath(zone)}?${query}`);
      if (answer.status === 404) {
        zones.forget();
        throw zoneUnknown(zone.name);
      }
      return http
        .read(Zone, accepted(answer))
        .records.map(ours)
        .filter((record) => record !== null)
        .filter((record) => (!name || record.name === plainName(name)) && (!type || record.type === type));
    },
    /** @returns the record as IONOS keeps it; null where its answer doesn't say */
    async post(zone: DnsZone, draft: RecordDraft): Promise<Kept | null> {
      const answer = accepted(await http.send("POST", `${zonePath(zone)}/records`, [body(draft)]));
      const made = z.array(Row).safeParse(answer.body).data?.map(ours) ?? [];
      return made.find((record) => record !== null && sameRecord(record, draft)) ?? null;
    },
    async put(zone: DnsZone, record: Kept): Promise<Kept> {
      const { content, ttl, prio, disabled } = body(record);
      const saved = ours(
        http.read(Row, accepted(await http.send("PUT", path(zone, record.id), { content, ttl, prio, disabled }))),
      );
      if (!saved) throw new AppError("bad_gateway", "IONOS gave an answer that we don't understand.");
      return saved;
    },
    async remove(zone: DnsZone, id: string): Promise<void> {
      const answer = await http.send("DELETE", path(zone, id));
      if (answer.status !== 404) accepted(answer);
    },
  };
}

/**
 * Looks, creates, looks again. An attempt whose outcome is open is settled by the next look; several equal records, from
 * attempts that arrived late or at the same time, become one: always the same one, whoever tidies up.
 */
async function create(records: Records, zone: DnsZone, draft: RecordDraft): Promise<DnsRecord> {
  let outcome: Kept | AppError | null = null;
  for (let round = 0; ; round += 1) {
    const there = withMade(await records.list(zone, { name: draft.name }), outcome);
    const [kept, ...extra] = there.filter((record) => sameRecord(record, draft)).sort(visibleFirst);
    for (const { id } of extra) await records.remove(zone, id);
    if (kept && !kept.disabled && kept.ttl === draft.ttl) return shown(kept);
    if (kept) return shown(await records.put(zone, { ...kept, ttl: draft.ttl }));
    if (there.some((record) => !record.disabled && excludeEachOther(record, draft)))
      throw new AppError("conflict", `${draft.name} already has another DNS record.`, { reason: "dns_record_differs" });
    if (outcome instanceof AppError && (outcome.code !== "unavailable" || round >= CREATE_ROUNDS)) throw outcome;
    if (round >= CREATE_ROUNDS)
      throw new AppError("unavailable", "IONOS doesn't show the record yet.", { retryAfter: 10 });
    outcome = await records.post(zone, draft).catch(openOutcome);
  }
}

/** A list may not show yet what was only just made. */
const withMade = (listed: Kept[], made: Kept | AppError | null): Kept[] =>
  made === null || made instanceof AppError || listed.some(({ id }) => id === made.id) ? listed : [...listed, made];

/** Failures after which the record may be there: the call was cut off, or somebody else was faster. */
function openOutcome(error: unknown): AppError {
  if (error instanceof AppError && (error.code === "unavailable" || error.code === "unprocessable")) return error;
  throw error;
}

const visibleFirst = (a: Kept, b: Kept): number =>
  Number(a.disabled) - Number(b.disabled) || (a.id < b.id ? -1 : Number(a.id > b.id));

/** A record as IONOS takes it. */
const body = ({ name, type, content, ttl }: RecordDraft) => ({
  name,
  type,
  content: written(type, content, false),
  ttl,
  prio: 0,
  disabled: false,
});

function ours({ id, name, type, content, ttl, disabled }: z.infer<typeof Row>): Kept | null {
  if (!isOurType(type)) return null;
  const plain = understood(type, content);
  // What we wouldn't write ourselves, people may have written: it is shown as it is.
  return { id, name: plainName(name), type, content: plain ?? content, ttl, disabled };
}

const shown = ({ id, name, type, content, ttl }: Kept): DnsRecord => ({ id, name, type, content, ttl });

const zoneUnknown = (name: string): AppError =>
  new AppError("not_found", `IONOS has no zone for ${name}.`, { reason: "dns_zone_unknown" });

const recordUnknown = (): AppError =>
  new AppError("not_found", "IONOS doesn't have this record any more.", { reason: "dns_record_unknown" });

/** IONOS says what it refuses as `[{code, message, parameters}]`. */
function refusal({ status, body: said }: Answer): AppError {
  const [first] = Failures.safeParse(said).data ?? [];
  const wrong = [...(first?.parameters?.invalidFields ?? []), ...(first?.parameters?.requiredFields ?? [])];
  const words =
    wrong.length > 0 ? `IONOS doesn't accept this record: ${wrong.join(", ")}.` : "IONOS doesn't accept this record.";
  return new AppError("unprocessable", words, {
    reason: "dns_record_refused",
    cause: new Error(`${status} ${first?.code ?? ""} ${first?.message ?? ""}`.trim()),
  });
}
