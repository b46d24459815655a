// Owns how the states and channels of conversations are told.
import { Badge } from "../badge.tsx";
import type { Tone } from "../tone.ts";

export type ConversationState = "bot" | "waiting" | "human" | "resolved";

export const STATE_WORDS: Record<ConversationState, string> = {
  bot: "With the agent",
  waiting: "Waiting for you",
  human: "With a person",
  resolved: "Resolved",
};

const TONES: Record<ConversationState, Tone> = {
  bot: "neutral",
  waiting: "warning",
  human: "accent",
  resolved: "success",
};

export const CHANNEL_WORDS: Record<"web" | "api", string> = { web: "Website", api: "API" };

export function StateBadge({ state }: { state: ConversationState }) {
  return <Badge tone={TONES[state]}>{STATE_WORDS[state]}</Badge>;
}
