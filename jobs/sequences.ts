// Handler of the sequences.
import { advanceSequences } from "#app/domain/sequences/advance.ts";
import { AdvanceSequences } from "#app/domain/sequences/sequences.jobs.ts";
import { handle } from "./handler.ts";

export const sequenceHandlers = [
  handle(
    AdvanceSequences,
    async (services) => {
      await advanceSequences(services);
    },
    { concurrency: 1 },
  ),
];
