// Starts the embedded Postgres again when it dies under a running Foyer.

import { ensurePostgres, type LocalPostgres, type PostgresOptions } from "./postgres.ts";
import { isAlive } from "./processes.ts";

const EVERY_MS = 300;

export interface PostgresWatch {
  /** Ends the watch; resolves once no start is under way any more. */
  stop(): Promise<void>;
}

/** Looks at the server's process again and again; the new server has the same port, so that clients find it. */
export function watchPostgres(
  server: LocalPostgres,
  options: PostgresOptions,
  print: (line: string) => void,
): PostgresWatch {
  let pid = server.pid;
  let stopped = false;
  let work = Promise.resolve();
  const look = async (): Promise<void> => {
    if (stopped || isAlive(pid)) return;
    print("[postgres]   ended; starting again");
    try {
      pid = (await ensurePostgres({ ...options, port: server.port })).pid;
      print("[postgres]   runs again");
    } catch (error) {
      print(`[postgres]   ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  const timer = setInterval(() => {
    work = work.then(look);
  }, EVERY_MS);
  return {
    async stop() {
      stopped = true;
      clearInterval(timer);
      await work;
    },
  };
}
