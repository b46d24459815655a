// Owns the shape of one conversation as its page shows it.
import type { ConversationState } from "./conversation-state.tsx";

export interface CitationView {
  title: string;
  url: string | null;
  quote: string;
}

export interface MessageView {
  id: string;
  role: "visitor" | "agent" | "member";
  body: string;
  intent: string | null;
  /** 0 to 1. */
  confidence: number | null;
  answered: boolean | null;
  handoff: boolean;
  citations: readonly CitationView[];
  createdAt: Date;
}

export interface ContactView {
  name: string | null;
  email: string | null;
  phone: string | null;
  note: string | null;
  createdAt: Date;
}

export interface ConversationDetailView {
  id: string;
  channel: "web" | "api";
  state: ConversationState;
  language: string | null;
  subject: string | null;
  messageCount: number;
  createdAt: Date;
  origin: string | null;
  messages: readonly MessageView[];
  contact: ContactView | null;
}
