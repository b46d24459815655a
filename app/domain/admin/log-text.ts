// A line of a log as text: in files, and where it is copied. Pure.

/** Time, level, words. */
export function logText({ at, level, message }: { at: Date | string; level: string; message: string }): string {
  return `${new Date(at).toISOString()} ${level.toUpperCase().padEnd(5)} ${message}`;
}
