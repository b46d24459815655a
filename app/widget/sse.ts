// Server-sent events read by hand, since EventSource can't POST.
// Source: https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation

export interface SseEvent {
  event: string;
  data: string;
}

/**
 * Makes a parser: feed it decoded text in any pieces and it calls `onEvent` for every complete event. Understands CR, LF
 * and CRLF (also torn apart), several data lines, comments and a leading byte order mark; an event that the stream's end
 * cuts off is dropped, as the standard says.
 */
export function createSseParser(onEvent: (event: SseEvent) => void): (piece: string) => void {
  let buffer = "";
  let started = false;
  let tornCrlf = false;
  let event = "";
  let data: string[] = [];

  function takeLine(line: string): void {
    if (line === "") {
      if (data.length > 0) onEvent({ event: event || "message", data: data.join("\n") });
      event = "";
      data = [];
      return;
    }
    const colon = line.indexOf(":");
    const name = colon < 0 ? line : line.slice(0, colon);
    const rest = colon < 0 ? "" : line.slice(colon + 1);
    const value = rest.startsWith(" ") ? rest.slice(1) : rest;
    if (name === "data") data.push(value);
    else if (name === "event") event = value;
  }

  return (piece) => {
    if (piece === "") return;
    let text = started ? piece : piece.replace(/^\uFEFF/, "");
    started = true;
    // The carriage return that ended the piece before may have been the first half of CRLF.
    if (tornCrlf && text.startsWith("\n")) text = text.slice(1);
    tornCrlf = piece.endsWith("\r");
    const lines = (buffer + text).split(/\r\n|\n|\r/);
    buffer = lines.pop() ?? "";
    for (const line of lines) takeLine(line);
  };
}
