// Which tools an agent has. Further ones (appointments) join this list.
import { z } from "zod";
import { AppError } from "#app/platform/errors.ts";
import { searchHybrid } from "../knowledge/vectors.ts";
import { requestPerson } from "./handoff.ts";
import { CaptureLead } from "./leads.schema.ts";
import { captureLead } from "./leads.ts";
import { defineTool, type Tool } from "./tools.ts";
import { typedFirst } from "./typed-answers.ts";

const searchTool = defineTool({
  name: "search_knowledge",
  description: "Searches the organisation's own knowledge. Use it before answering anything about the organisation.",
  schema: z.object({ query: z.string().min(1).max(600).describe("What to look for, in the visitor's words") }),
  async run({ asVisitor, meaning, message, language }, { query }) {
    const vector = await meaning();
    const found = await asVisitor((tx) => searchHybrid(tx, { query, message, language, limit: 8 }, vector));
    const retrieval = typedFirst(message, found, [language]);
    const sources = retrieval.hits.map((hit, i) => ({
      source: i + 1,
      chunk_id: hit.chunkId,
      title: hit.title,
      url: hit.url,
      text: hit.content,
    }));
    return { retrieval, text: JSON.stringify({ found: sources }) };
  },
});

const leadTool = defineTool({
  name: "capture_lead",
  description:
    "Stores the contact details that the visitor gave in this conversation, so that the organisation can get in touch.",
  schema: CaptureLead,
  async run({ asVisitor, conversationId, visitorWords }, input) {
    // Else a sentence in the knowledge could make a model plant an address of its own.
    if (!givenBy(visitorWords, input.email, input.phone)) {
      throw new AppError("invalid", "The visitor didn't give these contact details.");
    }
    await asVisitor((tx) => captureLead(tx, conversationId, input));
    return { text: JSON.stringify({ stored: true }) };
  },
});

/** Whether the visitor wrote the address and the number, however spaced. */
function givenBy(words: string, email: string | undefined, phone: string | undefined): boolean {
  const digits = words.replace(/[^\d\n]/g, "");
  return (
    (email === undefined || words.toLowerCase().includes(email)) &&
    (phone === undefined || digits.includes(phone.replace(/\D/g, "")))
  );
}

const handOffTool = defineTool({
  name: "hand_off",
  description: "Asks a person of the organisation to take over. Use it when the visitor asks for a human.",
  schema: z.object({ reason: z.string().max(300).optional() }),
  async run({ asVisitor, conversationId, handoffEnabled }) {
    if (!handoffEnabled) return { text: JSON.stringify({ waiting: false, reason: "Nobody takes over here." }) };
    await asVisitor((tx) => requestPerson(tx, conversationId));
    return { text: JSON.stringify({ waiting: true }) };
  },
});

export const AGENT_TOOLS: readonly Tool[] = [searchTool, leadTool, handOffTool];
