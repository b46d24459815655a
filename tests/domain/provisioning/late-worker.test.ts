// A worker that was slow, or taken for dead, and goes on after another has finished its work takes nothing back.
import { afterAll, expect, it } from "vitest";
import type { DnsProvider } from "#app/domain/provisioning/ports.ts";
import { verifyRecord } from "#app/domain/provisioning/record-upkeep.ts";
import { addressRecord, wantRecord } from "#app/domain/provisioning/wanted-records.ts";
import { createDnsResolver } from "#app/integrations/dns/resolver.ts";
import { startDnsSimulator } from "#app/integrations/dns/simulator.ts";
import { createZoneBook } from "#app/integrations/dns/simulator-zones.ts";
import { createIonosDns } from "#app/integrations/ionos/client.ts";
import { startIonosSimulator } from "#app/integrations/ionos/simulator.ts";
import { testDatabase } from "../../setup/database.ts";
import { newTrialTenant } from "../../support/tenants.ts";

const database = await testDatabase();
const book = createZoneBook();
const server = await startDnsSimulator({ zones: book });
const ionos = await startIonosSimulator({ apiKey: "test.secret", zones: ["localhost"], book });
afterAll(() => Promise.all([ionos.close(), server.close()]));
const provider = createIonosDns({ apiKey: "test.secret", baseUrl: ionos.baseUrl });

it("a record that another worker has verified meanwhile stays verified", async () => {
  const { tenantId } = await newTrialTenant(database.db.web, "late");
  const { id } = await database.db.worker.asSystem({ reason: "test", tenantId }, (tx) =>
    wantRecord(tx, {
      ...{ tenantId, domainId: null, purpose: "address" },
      draft: addressRecord("late.localhost", "127.0.0.1"),
    }),
  );
  const services = (dns: DnsProvider) => ({
    db: database.db.worker,
    env: { dns: { drift: "mend" as const } },
    dns: { provider: dns, resolvers: [createDnsResolver({ server: server.address })] },
    now: () => new Date(),
  });
  const goOn = Promise.withResolvers<void>();
  const arrived = Promise.withResolvers<void>();
  const slow: DnsProvider = {
    ...provider,
    async create(zone, draft) {
      const made = await provider.create(zone, draft);
      arrived.resolve();
      await goOn.promise;
      return made;
    },
  };
  // It stops looking for itself: what it says last is what it has noted of its own creation.
  const late = verifyRecord({ ...services(slow), dns: { provider: slow, resolvers: [] } }, tenantId, id);
  await arrived.promise;
  expect(await verifyRecord(services(provider), tenantId, id)).toMatchObject({ kind: "done" });
  goOn.resolve();
  await late;
  const [row] = await database.sql`
    select status, next_check_at as next, (select count(*)::int from dns_propagations) as n from dns_records where id = ${id}`;
  expect(row).toMatchObject({ status: "verified", next: null, n: 1 });
});
