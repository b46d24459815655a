// The visitor's session: an id per widget key and the message that is under way, kept in localStorage and, where the
// browser blocks that, in memory for as long as the page lives.

export interface Sending {
  /** The client's message id (UUID); a retry uses the same one, so that nothing is sent twice. */
  id: string;
  text: string;
}

export interface Session {
  /** True when this visitor has talked before, so that there may be a history to load. */
  known(): boolean;
  /** The session id; made on first use. */
  id(): string;
  /** The message whose answer hasn't been seen yet, also from the page before. */
  pending(): Sending | null;
  hold(sending: Sending): void;
  release(): void;
}

const ID = /^[A-Za-z0-9_-]{8,128}$/;

/** A random UUID (version 4), also on http pages, where crypto.randomUUID is missing. */
export function randomUuid(source: Pick<Crypto, "getRandomValues"> & { randomUUID?: () => string } = crypto): string {
  if (typeof source.randomUUID === "function") return source.randomUUID();
  const bytes = source.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  let hex = "";
  for (const byte of bytes) hex += byte.toString(16).padStart(2, "0");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

type Store = Pick<Storage, "getItem" | "setItem" | "removeItem">;

/**
 * Opens the session of a widget key. `storage` is called on use because merely touching localStorage throws on pages
 * that block it.
 */
export function openSession(key: string, storage: () => Store, newId: () => string = randomUuid): Session {
  const memory = new Map<string, string>();

  function read(name: string): string | null {
    try {
      return storage().getItem(`foyer:${key}:${name}`) ?? memory.get(name) ?? null;
    } catch {
      return memory.get(name) ?? null;
    }
  }

  function write(name: string, value: string | null): void {
    if (value === null) memory.delete(name);
    else memory.set(name, value);
    try {
      if (value === null) storage().removeItem(`foyer:${key}:${name}`);
      else storage().setItem(`foyer:${key}:${name}`, value);
    } catch {
      // Storage is blocked or full: the copy in memory serves this page.
    }
  }

  function current(): string | null {
    const id = read("session");
    return id !== null && ID.test(id) ? id : null;
  }

  return {
    known: () => current() !== null,
    id() {
      const id = current() ?? newId();
      write("session", id);
      return id;
    },
    pending() {
      const [id, ...lines] = (read("pending") ?? "").split("\n");
      return id && lines.length > 0 ? { id, text: lines.join("\n") } : null;
    },
    hold: (sending) => write("pending", `${sending.id}\n${sending.text}`),
    release: () => write("pending", null),
  };
}
