// Owns one rendering of every UI primitive, with normal and overfull content.
import Inbox from "lucide-react/icons/inbox";
import { Badge } from "#app/ui/badge.tsx";
import { Alert } from "#app/ui/banner.tsx";
import { Button, LinkButton } from "#app/ui/button.tsx";
import { Card } from "#app/ui/card.tsx";
import { Checkbox } from "#app/ui/checkbox.tsx";
import { ConfirmButton } from "#app/ui/confirm-button.tsx";
import { CopyField } from "#app/ui/copy-field.tsx";
import { type Column, DataTable } from "#app/ui/data-table.tsx";
import { EmptyState } from "#app/ui/empty-state.tsx";
import { Field, FieldGroup } from "#app/ui/field.tsx";
import { Input } from "#app/ui/input.tsx";
import { Menu } from "#app/ui/menu.tsx";
import { ProgressBar } from "#app/ui/progress-bar.tsx";
import { ProgressSteps } from "#app/ui/progress-steps.tsx";
import { RadioCards } from "#app/ui/radio-cards.tsx";
import { SearchField } from "#app/ui/search-field.tsx";
import { Select } from "#app/ui/select.tsx";
import { SkeletonRows } from "#app/ui/skeleton.tsx";
import { Stat, StatGrid } from "#app/ui/stat.tsx";
import { Switch } from "#app/ui/switch.tsx";
import { Tabs } from "#app/ui/tabs.tsx";
import { TextLink } from "#app/ui/text-link.tsx";
import { Textarea } from "#app/ui/textarea.tsx";
import { TimeText } from "#app/ui/time-text.tsx";
import { useToast } from "#app/ui/toast.tsx";
import { Tooltip } from "#app/ui/tooltip.tsx";

export const longWord = "Donaudampfschifffahrtsgesellschaftskapitänswitwenverein";

interface Row {
  id: string;
  visitor: string;
  state: "open" | "waiting" | "resolved";
  messages: number;
  at: string;
}

const rows: readonly Row[] = [
  { id: "1", visitor: "Asks about opening hours on Saturday", state: "open", messages: 4, at: "2026-03-02T09:30:00Z" },
  {
    id: "2",
    visitor: `${longWord} asks whether ${longWord} may come`,
    state: "waiting",
    messages: 12_480,
    at: "2026-03-01T22:05:00Z",
  },
  { id: "3", visitor: "Prices", state: "resolved", messages: 2, at: "2025-12-24T17:00:00Z" },
];

const columns: readonly Column<Row>[] = [
  { key: "visitor", header: "Conversation", primary: true, cell: (row) => row.visitor },
  {
    key: "state",
    header: "State",
    shrink: true,
    cell: (row) => (
      <Badge tone={row.state === "resolved" ? "success" : row.state === "waiting" ? "warning" : "neutral"}>
        {row.state}
      </Badge>
    ),
  },
  {
    key: "messages",
    header: "Messages",
    align: "end",
    shrink: true,
    sort: { href: "?sort=messages", sorted: "descending" },
    cell: (row) => row.messages.toLocaleString("en-US"),
  },
  {
    key: "at",
    header: "Last message",
    shrink: true,
    cell: (row) => <TimeText value={row.at} timeZone="Europe/Berlin" />,
  },
];

export function FormGallery() {
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Card title="Fields" description="Labels, hints and errors belong to their control.">
        <div className="flex flex-col gap-4">
          <Field label="Company name" hint="As your customers know it.">
            <Input name="company" defaultValue="Acme Dental" autoComplete="organization" />
          </Field>
          <Field
            label="Email"
            errors={["Enter an address with an @."]}
            aside={<TextLink to="/forgot">Forgot it?</TextLink>}
          >
            <Input name="email" type="email" defaultValue="ada.example.com" />
          </Field>
          <Field label="Address" hint="Letters, digits and hyphens.">
            <Input name="slug" defaultValue="acme" suffix=".foyer.example" />
          </Field>
          <Field label="Industry" optional>
            <Select name="industry" placeholder="Choose one" options={[{ value: "health", label: "Healthcare" }]} />
          </Field>
          <Field label="Greeting">
            <Textarea name="greeting" defaultValue="Welcome. What may I do for you?" />
          </Field>
          <Field label="Locked">
            <Input name="locked" defaultValue="Can't be changed" disabled />
          </Field>
        </div>
      </Card>
      <Card title="Choices" footer={<Button variant="primary">Save</Button>}>
        <div className="flex flex-col gap-5">
          <FieldGroup label="Plan" hint="You can change it later." errors={["Choose a plan."]}>
            <RadioCards
              name="plan"
              defaultValue="trial"
              options={[
                { value: "trial", label: "Trial", hint: "14 days, no card" },
                { value: "basic", label: "Basic", hint: "$1,497 a month" },
              ]}
            />
          </FieldGroup>
          <Checkbox name="terms" label="I agree to the terms" hint="You can read them first." defaultChecked />
          <Switch name="active" label="Agent answers" hint="Switch it off to answer yourself." defaultChecked />
          <Switch name="other" label="Ask for an email address first" />
          <div className="flex flex-wrap gap-2">
            <Button variant="primary">Primary</Button>
            <Button>Secondary</Button>
            <Button variant="quiet">Quiet</Button>
            <Button variant="danger">Danger</Button>
            <Button variant="primary" pending>
              Saving
            </Button>
            <Button disabled>Disabled</Button>
            <LinkButton to="/x" size="sm">
              Link
            </LinkButton>
          </div>
        </div>
      </Card>
    </div>
  );
}

export function StateGallery() {
  return (
    <div className="grid gap-6 lg:grid-cols-2">
      <Card title="Going live">
        <ProgressSteps
          label="Going live"
          steps={[
            { key: "a", label: "Address reserved", state: "done" },
            { key: "b", label: "Theme published", state: "done" },
            { key: "c", label: "Host live", state: "running", detail: "Asking acme.foyer.example for its page." },
            { key: "d", label: "Knowledge indexed", state: "waiting", detail: "The website answers slowly." },
            {
              key: "e",
              label: "Certificate",
              state: "failed",
              detail: "The name has no record yet.",
              action: <Button size="sm">Try again</Button>,
            },
            { key: "f", label: "Welcome mail", state: "pending" },
            { key: "g", label: "Billing", state: "skipped" },
          ]}
        />
      </Card>
      <Card title="Messages">
        <div className="flex flex-col gap-3">
          <Alert title="Note">Your trial ends in three days.</Alert>
          <Alert tone="success" title="Saved">
            The new greeting is live.
          </Alert>
          <Alert tone="warning" title="Hard to read" action={<Button size="sm">Change colours</Button>}>
            Contrast is 2.1, at least 4.5 is needed.
          </Alert>
          <Alert tone="danger" title="That didn't work">
            The website didn't answer.
          </Alert>
          <div className="flex flex-wrap gap-2">
            <Badge>Draft</Badge>
            <Badge tone="accent">Trial</Badge>
            <Badge tone="success">Live</Badge>
            <Badge tone="warning">Waiting</Badge>
            <Badge tone="danger">Failed</Badge>
          </div>
          <ProgressBar label="Pages read" value={12} max={40} />
          <CopyField
            label="Widget snippet"
            value={'<script src="https://foyer.example/widget.js" data-key="wk_0123456789abcdef" async></script>'}
            hint="Paste it before the end of the body."
          />
        </div>
      </Card>
    </div>
  );
}

export function ListGallery() {
  const toast = useToast();
  return (
    <div className="flex flex-col gap-6">
      <StatGrid>
        <Stat label="Conversations" value="1,284" note="this month" />
        <Stat label="Answered" value="97 %" note="All is well" noteTone="success" />
        <Stat label="Handed over" value="38" note="12 wait for a person" noteTone="warning" />
        <Stat label="Pages known" value="212" />
      </StatGrid>
      <Tabs
        label="Conversations by state"
        tabs={[
          { to: "?state=open", label: "Open", count: 12, current: true },
          { to: "?state=all", label: "All", count: 1284, current: false },
        ]}
      />
      <DataTable
        caption="Conversations"
        columns={columns}
        rows={rows}
        rowKey={(row) => row.id}
        rowHref={(row) => `/conversations/${row.id}`}
        toolbar={<SearchField label="Search conversations" keep={{ state: "open" }} />}
        pagination={{ previous: null, next: "?page=2", summary: "1–3 of 312" }}
        empty={null}
      />
      <DataTable
        caption="Sources"
        columns={columns}
        rows={[]}
        rowKey={(row) => row.id}
        empty={
          <EmptyState icon={<Inbox />} title="No sources yet" action={<Button variant="primary">Add a website</Button>}>
            Websites, files and answers that your agent may use will appear here.
          </EmptyState>
        }
      />
      <Card title="Loading" flush>
        <SkeletonRows rows={3} />
      </Card>
      <div className="flex flex-wrap items-center gap-2">
        <Menu
          aria-label="More"
          className="rounded border border-line px-3 py-2"
          entries={[
            { kind: "action", key: "a", label: "Rename", onSelect: () => {} },
            { kind: "action", key: "b", label: "Delete", danger: true, onSelect: () => {} },
          ]}
        >
          More
        </Menu>
        <Tooltip text="Copies the address">
          <Button aria-label="Copy the address" iconOnly icon={<Inbox aria-hidden />} />
        </Tooltip>
        <Button onClick={() => toast({ title: "Saved", detail: "The greeting is live.", tone: "success" })}>
          Show toast
        </Button>
        <form method="post">
          <ConfirmButton
            question="Delete this source?"
            consequence="Its 212 pages leave the agent's knowledge. This can't be undone."
            confirmLabel="Delete source"
          >
            Delete source
          </ConfirmButton>
        </form>
      </div>
    </div>
  );
}
