// All recurring jobs, in UTC.
import { Housekeeping } from "#app/domain/data/housekeeping.ts";
import { ScheduleSyncs } from "#app/domain/knowledge/knowledge.jobs.ts";
import { SweepRuns } from "#app/domain/provisioning/provisioning.jobs.ts";
import type { Schedule } from "./run.ts";

export const schedules: readonly Schedule[] = [
  { job: SweepRuns.name, cron: "* * * * *" },
  { job: ScheduleSyncs.name, cron: "*/5 * * * *" },
  { job: Housekeeping.name, cron: "17 3 * * *" },
];
