// Requests as bytes, for what no client library would send.
import { connect } from "node:net";

export interface RawAnswer {
  /** 0 where the server closed without an answer. */
  status: number;
  head: string;
  body: string;
}

const PATIENCE_MS = 20_000;

/**
 * Sends bytes on a connection of their own and reads until it closes. A client that waits too long fails.
 * @param hangUp for a request that isn't whole: closes our side at once, and the server may well not answer
 */
export function sendRaw(port: number, bytes: Uint8Array, { hangUp = false } = {}): Promise<RawAnswer> {
  return new Promise((done, failed) => {
    const parts: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => (hangUp ? socket.end(bytes) : socket.write(bytes)));
    socket.setTimeout(PATIENCE_MS, () => socket.destroy(new Error("The server didn't answer.")));
    socket.on("data", (part) => parts.push(part));
    socket.once("error", (error: NodeJS.ErrnoException) => {
      // Who refuses a large body early closes while we are still sending.
      if (error.code === "ECONNRESET" || error.code === "EPIPE") socket.destroy();
      else failed(error);
    });
    socket.once("close", () => {
      const text = Buffer.concat(parts).toString("latin1");
      const [head = "", body = ""] = splitOnce(text, "\r\n\r\n");
      done({ status: Number(/^HTTP\/1\.1 (\d{3})/.exec(head)?.[1] ?? 0), head, body });
    });
  });
}

/** A request whose parts aren't checked by anybody. Header values may hold any byte but a line break. */
export function rawRequest(
  method: string,
  target: Uint8Array | string,
  headers: Record<string, string>,
  body: Uint8Array = new Uint8Array(),
): Uint8Array {
  const lines = Object.entries({ ...headers, connection: "close", "content-length": String(body.byteLength) });
  const path = typeof target === "string" ? Buffer.from(target, "latin1") : target;
  const head = lines.map(([name, value]) => `${name}: ${value}`).join("\r\n");
  return Buffer.concat([Buffer.from(`${method} `), path, Buffer.from(` HTTP/1.1\r\n${head}\r\n\r\n`, "latin1"), body]);
}

function splitOnce(text: string, at: string): [string, string] {
  const index = text.indexOf(at);
  return index < 0 ? [text, ""] : [text.slice(0, index), text.slice(index + at.length)];
}
