// Finding free ports on loopback.
import { createServer } from "node:net";

export const LOOPBACK = "127.0.0.1";

/** The wished port when it is free on loopback, else any free one. */
export async function freePort(wished = 0): Promise<number> {
  const port = (await listenOnce(wished)) ?? (await listenOnce(0));
  if (port === null) throw new Error(`No port is free on ${LOOPBACK}.`);
  return port;
}

export async function isFree(port: number): Promise<boolean> {
  return (await listenOnce(port)) !== null;
}

/** Listens for a moment; the port, or null when it is taken. */
function listenOnce(port: number): Promise<number | null> {
  return new Promise((done) => {
    const probe = createServer();
    probe.once("error", () => done(null));
    probe.listen(port, LOOPBACK, () => {
      const address = probe.address();
      probe.close(() => done(typeof address === "object" && address ? address.port : port));
    });
  });
}
