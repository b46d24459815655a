// Owns the list of conversations with its filters.
import MessagesSquare from "lucide-react/icons/messages-square";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { buttonClass, LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { PendingList } from "../pending-list.tsx";
import { TimeText } from "../time-text.tsx";
import { ConversationFilters, type ConversationFilterView } from "./conversation-filters.tsx";
import { CHANNEL_WORDS, type ConversationState, StateBadge } from "./conversation-state.tsx";

export interface ConversationView {
  id: string;
  channel: "web" | "api";
  state: ConversationState;
  subject: string | null;
  messageCount: number;
  unansweredCount: number;
  lastMessageAt: Date;
  lead: string | null;
}

export interface ConversationTableProps {
  conversations: readonly ConversationView[];
  nextCursor: string | null;
  filter: ConversationFilterView;
  timeZone: string;
  site: string | null;
}

export function ConversationTable({ conversations, nextCursor, filter, timeZone, site }: ConversationTableProps) {
  const filtered = Object.values(filter).some(Boolean);
  return (
    <PendingList label="Loading conversations" rows={conversations.length}>
      <DataTable
        caption="Conversations"
        columns={columnsFor(timeZone)}
        rows={conversations}
        rowKey={({ id }) => id}
        rowHref={({ id }) => paths.conversation(id)}
        toolbar={conversations.length > 0 || filtered ? <ConversationFilters filter={filter} /> : undefined}
        pagination={useCursorPages(nextCursor)}
        empty={filtered ? <NothingFound /> : <NoneYet site={site} />}
      />
    </PendingList>
  );
}

function NothingFound() {
  return (
    <EmptyState
      title="Nothing fits"
      action={<LinkButton to={paths.conversations()}>Show all conversations</LinkButton>}
    >
      No conversation fits these filters.
    </EmptyState>
  );
}

function NoneYet({ site }: { site: string | null }) {
  return (
    <EmptyState
      icon={<MessagesSquare />}
      title="No conversations yet"
      action={
        site ? (
          <a href={site} className={buttonClass({ variant: "primary" })}>
            Try your agent
          </a>
        ) : (
          <LinkButton variant="primary" to={paths.onboarding()}>
            Finish setting up
          </LinkButton>
        )
      }
    >
      Every talk with a visitor appears here as it happens.
    </EmptyState>
  );
}

function columnsFor(timeZone: string): Column<ConversationView>[] {
  return [
    {
      key: "subject",
      header: "Visitor",
      primary: true,
      cell: ({ subject, lead }) => (
        <>
          <span className="line-clamp-2 wrap-anywhere">{subject ?? "No words yet"}</span>
          {lead ? <span className="mt-0.5 line-clamp-1 font-normal text-muted wrap-anywhere">{lead}</span> : null}
        </>
      ),
    },
    {
      key: "state",
      header: "State",
      cell: ({ state, unansweredCount }) => (
        <span className="flex flex-wrap justify-end gap-1 sm:justify-start">
          <StateBadge state={state} />
          {unansweredCount > 0 ? <Badge tone="warning">{unansweredCount} unanswered</Badge> : null}
        </span>
      ),
    },
    { key: "messages", header: "Messages", cell: ({ messageCount }) => messageCount, align: "end", shrink: true },
    { key: "channel", header: "Channel", cell: ({ channel }) => CHANNEL_WORDS[channel], shrink: true },
    {
      key: "last",
      header: "Last message",
      cell: ({ lastMessageAt }) => <TimeText value={lastMessageAt} timeZone={timeZone} />,
      shrink: true,
    },
  ];
}
