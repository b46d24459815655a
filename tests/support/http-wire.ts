// A relay in front of Postgres that counts what a client sends, so that a test can say "no query was made".
import { connect, createServer, type Socket } from "node:net";

export interface Wire {
  /** The connection string, through the relay. */
  url: string;
  /** Bytes that clients have sent so far. */
  sent(): number;
  close(): void;
}

export async function wireTo(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let bytes = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(target.port), target.hostname);
    client.on("data", (part) => (bytes += part.byteLength));
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(one);
      one.pipe(other);
      one.once("error", () => other.destroy());
      one.once("close", () => sockets.delete(one));
    }
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  const url = new URL(databaseUrl);
  url.port = String(typeof address === "object" && address ? address.port : 0);
  return {
    url: url.href,
    sent: () => bytes,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
