// What the widget needs to show itself: names, greeting, looks, suggestions, and the visitor's own conversation.
import type { Db, VisitorTx } from "#app/platform/db.ts";
import { AppError } from "#app/platform/errors.ts";
import { isAdmitted, type Verdict } from "../billing/usage.ts";
import type { Citation } from "./answer-gate.ts";

export interface ChatPage {
  tenant: { name: string };
  agent: { name: string; greeting: string; online: boolean };
  theme: unknown;
  suggestions: string[];
  /** What is said here is test data. */
  test_mode: boolean;
  messages?: ChatPageMessage[];
}

export interface ChatPageMessage {
  id: string;
  role: "visitor" | "agent";
  body: string;
  citations: Citation[];
  created_at: string;
}

interface Row {
  name: string;
  room: Verdict | null;
  agentName: string | null;
  greeting: string | null;
  suggestions: string[] | null;
  theme: unknown;
}

const HISTORY = 50;
/** Stands for a visitor who has no session yet. Too short for a real one, so it never meets anybody's messages. */
const NOBODY = "-";

/** The page's data; with a session id also the last messages of that visitor's conversation on the website. */
export async function chatPage(db: Db, tenantId: string, sessionId: string | null, sandbox = false): Promise<ChatPage> {
  return db.asVisitor(
    { kind: "visitor", tenantId, sessionId: sessionId ?? NOBODY, sandbox },
    async (tx) => {
      const [[row], messages] = await Promise.all([
        tx<Row[]>`
          select t.name, (select r.verdict from app.usage_room('messages') r) as room, c.agent_name, c.greeting, c.suggestions, coalesce(h.published_tokens, h.tokens) as theme
          from tenants t
          left join tenant_configurations c on c.tenant_id = t.id
          left join themes h on h.tenant_id = t.id
          where t.id = (select app.tenant_id())`,
        sessionId === null ? undefined : history(tx, sessionId),
      ]);
      if (!row) throw new AppError("not_found", "This organisation doesn't exist any more.");
      const online = isAdmitted({ verdict: row.room ?? "unknown" });
      const agent = { name: row.agentName ?? row.name, greeting: row.greeting ?? "", online };
      const { theme, suggestions } = row;
      const page = { tenant: { name: row.name }, agent, theme, suggestions: suggestions ?? [], test_mode: sandbox };
      return messages ? { ...page, messages } : page;
    },
    { readOnly: true },
  );
}

async function history(tx: VisitorTx, sessionId: string): Promise<ChatPageMessage[]> {
  const rows = await tx<{ id: string; role: string; body: string; citations: Citation[]; createdAt: Date }[]>`
    select id, role, body, citations, created_at from messages
    where tenant_id = (select app.tenant_id()) and conversation_id = (
      select id from conversations
      where tenant_id = (select app.tenant_id()) and channel = 'web' and visitor_session = ${sessionId})
    order by created_at desc, id desc limit ${HISTORY}`;
  return rows.reverse().map(({ id, role, body, citations, createdAt }) => ({
    id,
    role: role === "visitor" ? "visitor" : "agent",
    body,
    citations,
    created_at: createdAt.toISOString(),
  }));
}
