// The widget's reading of the chat wire: what the chat endpoint answers, read leniently, because a newer or older
// server must never break a host page.

export interface Citation {
  title: string;
  url: string | null;
}

export interface Reply {
  text: string;
  citations: Citation[];
  suggestions: string[];
  handoff: boolean;
}

export interface PastMessage {
  id: string;
  role: "visitor" | "agent";
  body: string;
  citations: Citation[];
}

export interface Config {
  tenant: string;
  agent: string;
  greeting: string;
  online: boolean;
  /** What is said is test data. */
  test: boolean;
  theme: unknown;
  suggestions: string[];
  messages: PastMessage[];
}

/** A problem (RFC 9457) as far as the widget cares: its status and its code. */
export interface Problem {
  status: number;
  code: string;
}

/** Reads a property of anything; what is no object has no properties. */
export function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function readSuggestions(value: unknown): string[] {
  return list(value).map(text).filter(Boolean).slice(0, 6);
}

function readCitations(value: unknown): Citation[] {
  return list(value).map((item) => ({ title: text(field(item, "title")), url: text(field(item, "url")) || null }));
}

/** Reads the answer of `GET /functions/v1/chat`; `messages` is empty unless a session was asked for. */
export function readConfig(value: unknown): Config {
  const agent = field(value, "agent");
  return {
    tenant: text(field(field(value, "tenant"), "name")),
    agent: text(field(agent, "name")),
    greeting: text(field(agent, "greeting")),
    online: field(agent, "online") !== false,
    test: field(value, "test_mode") === true,
    theme: field(value, "theme"),
    suggestions: readSuggestions(field(value, "suggestions")),
    messages: list(field(value, "messages")).map((item) => ({
      id: text(field(item, "id")),
      role: field(item, "role") === "visitor" ? "visitor" : "agent",
      body: text(field(item, "body")),
      citations: readCitations(field(item, "citations")),
    })),
  };
}

/** Reads the JSON answer of `POST /functions/v1/chat` (also the data of the event `done`); null when it holds no reply. */
export function readReply(value: unknown): Reply | null {
  const reply = field(value, "reply");
  if (typeof reply !== "string") return null;
  return {
    text: reply,
    citations: readCitations(field(value, "citations")),
    suggestions: readSuggestions(field(value, "suggestions")),
    handoff: field(value, "handoff") === true,
  };
}

/** Reads a problem; `status` is the HTTP status to fall back on. */
export function readProblem(value: unknown, status: number): Problem {
  const own = field(value, "status");
  return { status: typeof own === "number" ? own : status, code: text(field(value, "code")) };
}

/** Parses JSON; undefined when it is none. */
export function parseJson(source: string): unknown {
  try {
    return JSON.parse(source);
  } catch {
    return undefined;
  }
}
