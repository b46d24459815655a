// Owns what stands beside a conversation: the contact that the visitor left, and where it comes from.
import type { ReactNode } from "react";
import { Card } from "../card.tsx";
import { TimeText } from "../time-text.tsx";
import { CHANNEL_WORDS } from "./conversation-state.tsx";
import type { ContactView, ConversationDetailView } from "./conversation-view.ts";

const linkLook = "rounded-sm text-accent-ink underline underline-offset-2 wrap-anywhere";

export function ContactCard({ contact, timeZone }: { contact: ContactView; timeZone: string }) {
  const { name, email, phone, note, createdAt } = contact;
  return (
    <Card title="Lead">
      <Facts>
        {name ? <Fact term="Name">{name}</Fact> : null}
        {email ? (
          <Fact term="Email">
            <a href={`mailto:${encodeURIComponent(email).replaceAll("%40", "@")}`} className={linkLook}>
              {email}
            </a>
          </Fact>
        ) : null}
        {phone ? (
          <Fact term="Phone">
            <a href={`tel:${phone.replace(/[^+\d]/g, "")}`} className={linkLook}>
              {phone}
            </a>
          </Fact>
        ) : null}
        {note ? <Fact term="Note">{note}</Fact> : null}
        <Fact term="Left on">
          <TimeText value={createdAt} timeZone={timeZone} />
        </Fact>
      </Facts>
    </Card>
  );
}

export interface ConversationFactsProps {
  conversation: ConversationDetailView;
  timeZone: string;
}

export function ConversationFacts({ conversation, timeZone }: ConversationFactsProps) {
  const { channel, origin, language, messageCount, createdAt } = conversation;
  return (
    <Card title="About">
      <Facts>
        <Fact term="Channel">{CHANNEL_WORDS[channel]}</Fact>
        {origin ? <Fact term="Came from">{origin}</Fact> : null}
        {language ? <Fact term="Language">{languageName(language)}</Fact> : null}
        <Fact term="Messages">{messageCount}</Fact>
        <Fact term="Began">
          <TimeText value={createdAt} timeZone={timeZone} />
        </Fact>
      </Facts>
    </Card>
  );
}

function Facts({ children }: { children: ReactNode }) {
  return <dl className="grid gap-3">{children}</dl>;
}

function Fact({ term, children }: { term: string; children: ReactNode }) {
  return (
    <div className="min-w-0">
      <dt className="text-xs text-muted">{term}</dt>
      <dd className="wrap-anywhere whitespace-pre-line">{children}</dd>
    </div>
  );
}

/** "German" for "de"; the tag itself where it has no name. */
function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames("en", { type: "language" }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}
