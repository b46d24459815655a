// The chat as the API's description shows it; it answers in app/routes/api.v1.chat.ts and in the edge function `chat`.
import { z } from "zod";
import { ChatRequest } from "#app/domain/agent/chat.schema.ts";
import { declare } from "./declare.ts";

const Citation = z.object({
  chunk_id: z.uuid(),
  title: z.string(),
  url: z.string().nullable(),
  quote: z.string(),
  start: z.int().describe("Where the sentence begins in the reply."),
  end: z.int(),
});

export const ChatReply = z
  .object({
    conversation_id: z.uuid(),
    message_id: z.uuid(),
    reply: z.string(),
    intent: z.string(),
    confidence: z.number().min(0).max(1),
    citations: z.array(Citation),
    suggestions: z.array(z.string()),
    handoff: z.boolean().describe("People have been asked to answer, or are answering."),
  })
  .meta({ id: "ChatReply", description: "The agent's answer with what it rests on." });

export const sendMessage = declare({
  id: "sendMessage",
  method: "POST",
  path: "/api/v1/chat",
  tag: "Chat",
  summary: "Ask the agent",
  description:
    "`session_id` is yours to choose, random and the same for the whole conversation. Send a `message_id` of your own " +
    "with each message: repeating it repeats the answer. 30 messages a minute per session.",
  auth: { by: "key", scope: "chat" },
  body: {
    schema: ChatRequest,
    example: { session_id: "visitor-7f3a91c2", message: "When are you open on Saturdays?" },
  },
  replies: {
    200: {
      description: "The answer.",
      schema: ChatReply,
      example: {
        conversation_id: "01980d4e-6f3a-7c21-9a55-0d5f3b8f2c11",
        message_id: "01980d4e-7021-7d10-8b3e-4a1f6c2e9d07",
        reply: "On Saturdays we are open from 9 to 13.",
        intent: "question",
        confidence: 0.92,
        citations: [
          {
            chunk_id: "01980d40-1c55-7e02-b1aa-8f0c2d3e4b5a",
            title: "Opening hours",
            url: "https://bright-smile.example/hours",
            ...{ quote: "Saturday 9–13", start: 0, end: 38 },
          },
        ],
        suggestions: ["Book an appointment"],
        handoff: false,
      },
      also: {
        "text/event-stream":
          "Events `token` ({text}) as the answer is made, then `done` with the JSON, or `error`: a problem.",
      },
    },
  },
});
