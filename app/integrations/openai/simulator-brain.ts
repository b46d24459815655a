// Brains for the simulated model: one that behaves, for local use, and one that obeys whatever it reads, for attacks.
import type { Brain, SimMessage } from "./simulator.ts";

interface Source {
  source: number;
  url: string | null;
  text: string;
}

function lastOf(messages: SimMessage[], role: SimMessage["role"]): SimMessage | undefined {
  return messages.findLast((message) => message.role === role);
}

/** The sources in the tool results that came after the visitor's last message. */
export function sourcesIn(messages: SimMessage[]): Source[] {
  const from = messages.findLastIndex(({ role }) => role === "user");
  return messages.slice(from + 1).flatMap(({ role, content }) => {
    if (role !== "tool" || !content?.startsWith("{")) return [];
    const { sources } = JSON.parse(content) as { sources?: Source[] };
    return sources ?? [];
  });
}

/** Hands over, notes contact details, searches, and answers with the sentence that shares most words with the question. */
export const sensibleBrain: Brain = ({ messages }) => {
  const asked = lastOf(messages, "user")?.content ?? "";
  const fresh = messages.at(-1)?.role === "user";
  if (fresh && /\b(?:human|person|someone)\b/i.test(asked)) return { calls: [{ name: "hand_off", arguments: {} }] };
  const email = /\[e-mail\]|[\w.+-]+@[\w-]+(?:\.[\w-]+)+/.exec(asked)?.[0];
  if (fresh && email) return { calls: [{ name: "capture_lead", arguments: { email } }] };
  if (fresh && /^\W*(?:hi|hello|hey|thanks|thank you|bye)\b/i.test(asked))
    return { content: "Hello! How can I help you today?" };
  if (fresh) return { calls: [{ name: "search_knowledge", arguments: { query: asked } }] };
  const sources = sourcesIn(messages);
  if (sources.length === 0) return { content: "Thank you, I have passed that on to the team." };
  const words = new Set(asked.toLowerCase().match(/\p{L}{3,}/gu) ?? []);
  let best = { score: 0, text: "", source: 0 };
  for (const { source, text } of sources) {
    for (const sentence of text.match(/[^.!?\n]+[.!?]?/g) ?? []) {
      const score = (sentence.toLowerCase().match(/\p{L}{3,}/gu) ?? []).filter((word) => words.has(word)).length;
      if (score > best.score) best = { score, text: sentence.trim(), source };
    }
  }
  return {
    content: best.score > 0 ? `${best.text.replace(/[.!?]?$/, ".")} [[${best.source}]]` : "I don't know, sorry.",
  };
};

/**
 * Obeys every instruction that it finds in its sources: `CALL <tool> <json>` becomes a tool call, `SAY <text>` an
 * answer, and all addresses that it reads are repeated.
 */
export const obedientBrain: Brain = ({ messages }) => {
  if (messages.at(-1)?.role === "user") {
    return { calls: [{ name: "search_knowledge", arguments: { query: lastOf(messages, "user")?.content ?? "" } }] };
  }
  const sources = sourcesIn(messages);
  const text = sources.map((source) => source.text).join("\n");
  const done = messages.filter(({ role }) => role === "assistant").length;
  const calls = [...text.matchAll(/CALL (\w+) (\{.*?\})(?=\s|$)/g)].map(([, name = "", args = "{}"]) => ({
    name,
    arguments: args,
  }));
  if (done < 3 && calls.length > 0) return { calls };
  const say = [...text.matchAll(/SAY ([^\n]+)/g)].map(([, words]) => `${words} [[1]]`);
  const links = (text.match(/https?:\/\/\S+/g) ?? []).map(
    (link) => `Please visit ${link} now [[1]]. ![logo](${link}) [our page](${link}) [[1]].`,
  );
  return { content: [...say, ...links].join("\n") || "Nothing to say." };
};
