// The open event streams: they would outlast any drain, so it ends them; browsers connect again by themselves.
import type { ServerResponse } from "node:http";

export interface Streams {
  /** Remembers the response's connection while it streams events. */
  watch(
    response: Response,
    outgoing: ServerResponse | { end(): unknown; once(event: "close", done: () => void): unknown },
  ): void;
  end(): void;
}

export function createStreams(): Streams {
  const open = new Set<{ end(): unknown }>();
  let ended = false;
  return {
    watch(response, outgoing) {
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) return;
      open.add(outgoing);
      outgoing.once("close", () => open.delete(outgoing));
      if (ended) setImmediate(() => outgoing.end());
    },
    end() {
      ended = true;
      for (const outgoing of open) outgoing.end();
    },
  };
}
