// Owns the list of who is on their way through a sequence, and why somebody left.
import { Form } from "@remix-run/react";
import Send from "lucide-react/icons/send";
import type { EnrolmentRow } from "#app/domain/sequences/enrolments.ts";
import type { Sender } from "#app/domain/sequences/sequences.schema.ts";
import { paths } from "#app/paths.ts";
import { Badge } from "../badge.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { SearchField } from "../search-field.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { STOP_WORDS } from "./words.ts";

export interface EnrolmentTableProps {
  sender: Sender;
  enrolments: readonly EnrolmentRow[];
  nextCursor: string | null;
  filter: { q?: string | undefined; state?: string | undefined };
  step: string;
  on: boolean;
  editable: boolean;
  timeZone: string;
  now: Date;
}

const STATES = [
  { value: "", label: "All" },
  { value: "active", label: "On their way" },
  { value: "finished", label: "Had all mails" },
  { value: "stopped", label: "Left early" },
];

export function EnrolmentTable({ sender, enrolments, nextCursor, filter, step, on, ...rest }: EnrolmentTableProps) {
  const filtered = Boolean(filter.q || filter.state);
  const who = sender === "operator" ? "organisation" : "lead";
  return (
    <DataTable
      caption={sender === "operator" ? "Organisations in this sequence" : "Leads in this sequence"}
      columns={columnsFor(sender, rest)}
      rows={enrolments}
      rowKey={({ id }) => id}
      toolbar={
        <>
          <SearchField
            label={sender === "operator" ? "Search organisations" : "Search name or e-mail"}
            defaultValue={filter.q}
            keep={{ state: filter.state, step }}
            className="w-full lg:max-w-xs"
            stay
          />
          <FilterLinks label="State" name="state" options={STATES} />
        </>
      }
      pagination={useCursorPages(nextCursor)}
      empty={
        filtered ? (
          <EmptyState title="Nothing fits">No {who} fits these filters.</EmptyState>
        ) : (
          <EmptyState icon={<Send />} title="Nobody yet">
            {on
              ? `Each ${who} that this sequence is for appears here within a minute, with what became of it.`
              : "Switch the sequence on, and whoever it is for appears here."}
          </EmptyState>
        )
      }
    />
  );
}

function columnsFor(
  sender: Sender,
  { editable, timeZone, now }: Pick<EnrolmentTableProps, "editable" | "timeZone" | "now">,
): Column<EnrolmentRow>[] {
  const time = (value: Date | null) => (value ? <TimeText value={value} timeZone={timeZone} now={now} /> : "–");
  return [
    {
      key: "who",
      header: sender === "operator" ? "Organisation" : "Lead",
      primary: true,
      cell: ({ name, email, tenantId, conversationId }) => (
        <>
          {sender === "operator" ? (
            <TextLink to={paths.adminTenant(tenantId)}>{name}</TextLink>
          ) : (
            <TextLink to={paths.conversation(conversationId ?? "")}>{name ?? email}</TextLink>
          )}
          {name && email ? <span className="block font-normal text-muted wrap-anywhere">{email}</span> : null}
        </>
      ),
    },
    { key: "state", header: "State", cell: (row) => <EnrolmentState row={row} />, shrink: true },
    { key: "sent", header: "Mails", cell: ({ sentCount }) => sentCount, align: "end", shrink: true },
    { key: "entered", header: "Entered", cell: ({ enrolledAt }) => time(enrolledAt), shrink: true },
    {
      key: "next",
      header: "Next or last",
      cell: ({ dueAt, endedAt }) => (dueAt ? <>Next {time(dueAt)}</> : time(endedAt)),
      shrink: true,
    },
    ...(editable
      ? [
          {
            key: "end",
            header: "Actions",
            cell: (row: EnrolmentRow) => <End row={row} />,
            align: "end" as const,
            shrink: true,
          },
        ]
      : []),
  ];
}

function EnrolmentState({ row: { state, stopReason, convertedAt } }: { row: EnrolmentRow }) {
  if (stopReason) return <Badge tone={STOP_WORDS[stopReason].tone}>{STOP_WORDS[stopReason].label}</Badge>;
  if (convertedAt) return <Badge tone="success">Reached the goal</Badge>;
  return state === "active" ? <Badge tone="accent">On their way</Badge> : <Badge>Had all mails</Badge>;
}

function End({ row }: { row: EnrolmentRow }) {
  if (row.state !== "active") return null;
  return (
    <div className="relative flex justify-end gap-2">
      {(["replied", "by_hand"] as const).map((why) => (
        <Form key={why} method="post" preventScrollReset>
          <input type="hidden" name="intent" value="end" />
          <input type="hidden" name="enrolmentId" value={row.id} />
          <input type="hidden" name="why" value={why} />
          <ConfirmButton
            size="sm"
            aria-label={`${why === "replied" ? "They replied" : "Stop"}: ${row.name ?? row.email ?? ""}`}
            question={why === "replied" ? "Did they reply?" : "Stop these mails?"}
            consequence={`${row.name ?? row.email ?? "They"} gets no more mails of this sequence. That can't be taken back.`}
            confirmLabel={why === "replied" ? "They replied" : "Stop"}
          >
            {why === "replied" ? "They replied" : "Stop"}
          </ConfirmButton>
        </Form>
      ))}
    </div>
  );
}
