// Owns the state file: one line of JSON for every batch of changes, appended before the answer leaves; a batch that was
// cut off by a kill is ignored. Rewritten whole, by rename, when it starts and when it has grown much larger than needed.
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import type { Change } from "./store.ts";

export interface Journal {
  append(changes: Change[]): void;
  close(): void;
}

const REWRITE_AFTER = 20_000;

/** Changes in their order; nothing when there is no file yet. */
export function readJournal(file: string): Change[] {
  if (!existsSync(file)) return [];
  const latest = new Map<string, Change>();
  for (const line of readFileSync(file, "utf8").split("\n")) {
    for (const change of batchOf(line)) {
      const key = `${change.kind} ${change.id}`;
      if (change.row === null) latest.delete(key);
      else latest.set(key, change);
    }
  }
  return [...latest.values()];
}

function batchOf(line: string): Change[] {
  if (!line.endsWith("]")) return [];
  try {
    return JSON.parse(line) as Change[];
  } catch {
    return [];
  }
}

/** @param current rows as they are, for rewriting the file */
export function openJournal(file: string, current: () => Change[]): Journal {
  mkdirSync(dirname(file), { recursive: true });
  let handle = rewrite();
  let written = 0;

  function rewrite(): number {
    const next = `${file}.next`;
    writeFileSync(
      next,
      current()
        .map((change) => `${JSON.stringify([change])}\n`)
        .join(""),
    );
    renameSync(next, file);
    return openSync(file, "a");
  }

  return {
    append(changes) {
      if (changes.length === 0) return;
      writeSync(handle, `${JSON.stringify(changes)}\n`);
      written += changes.length;
      if (written < REWRITE_AFTER) return;
      closeSync(handle);
      handle = rewrite();
      written = 0;
    },
    close: () => closeSync(handle),
  };
}
