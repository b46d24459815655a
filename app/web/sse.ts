// Server-sent events (WHATWG HTML §9.2): one response that stays open until the client leaves or the server drains.

const KEEP_ALIVE_MS = 20_000;

export interface EventSink {
  send(event: string, data: unknown): void;
}

/**
 * Answers with an event stream.
 * @param start is given the sink and returns what to do when the stream ends
 */
export function eventStream(signal: AbortSignal, start: (sink: EventSink) => () => void): Response {
  const encoder = new TextEncoder();
  let stop = () => {};
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      let open = true;
      const write = (text: string) => {
        if (open) controller.enqueue(encoder.encode(text));
      };
      const unsubscribe = start({ send: (event, data) => write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`) });
      const timer = setInterval(() => write(": keep-alive\n\n"), KEEP_ALIVE_MS);
      write("retry: 2000\n\n");
      stop = () => {
        if (!open) return;
        open = false;
        clearInterval(timer);
        unsubscribe();
        try {
          controller.close();
        } catch {
          // The client has already gone.
        }
      };
      if (signal.aborted) stop();
      else signal.addEventListener("abort", stop, { once: true });
    },
    cancel() {
      stop();
    },
  });
  return new Response(body, {
    headers: { "content-type": "text/event-stream", "cache-control": "no-store", "x-accel-buffering": "no" },
  });
}
