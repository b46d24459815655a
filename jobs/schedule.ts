// All recurring jobs, in UTC.
import { RollOver, ScoreAll, SweepBilling, SweepUsage, SyncCatalogue } from "#app/domain/billing/billing.jobs.ts";
import { PullChanges, SyncAllLeads } from "#app/domain/crm/crm.jobs.ts";
import { SweepDeleted } from "#app/domain/data/data.jobs.ts";
import { Housekeeping } from "#app/domain/data/housekeeping.ts";
import { ScheduleSyncs } from "#app/domain/knowledge/knowledge.jobs.ts";
import {
  SweepCertificates,
  SweepDeployments,
  SweepRecords,
  SweepRuns,
} from "#app/domain/provisioning/provisioning.jobs.ts";
import { AdvanceSequences } from "#app/domain/sequences/sequences.jobs.ts";
import type { Schedule } from "./run.ts";

export const schedules: readonly Schedule[] = [
  { job: SweepRuns.name, cron: "* * * * *" },
  { job: SweepRecords.name, cron: "* * * * *" },
  { job: SweepDeployments.name, cron: "* * * * *" },
  { job: SweepCertificates.name, cron: "* * * * *" },
  { job: SweepBilling.name, cron: "* * * * *" },
  { job: PullChanges.name, cron: "* * * * *" },
  { job: AdvanceSequences.name, cron: "* * * * *" },
  { job: SweepDeleted.name, cron: "* * * * *" },
  { job: SyncCatalogue.name, cron: "11 * * * *" },
  { job: ScheduleSyncs.name, cron: "*/5 * * * *" },
  { job: SweepUsage.name, cron: "* * * * *" },
  // Daily, since each tenant's month begins on a day of its own.
  { job: RollOver.name, cron: "5 0 * * *" },
  { job: ScoreAll.name, cron: "41 2 * * *" },
  // After the health scores.
  { job: SyncAllLeads.name, cron: "31 3 * * *" },
  { job: Housekeeping.name, cron: "17 3 * * *" },
];
