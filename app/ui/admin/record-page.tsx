// Owns the staff's view of one DNS record: what it says and how it stands, changing it, looking again, taking it away.
import { getFormProps, type SubmissionResult, useForm } from "@conform-to/react";
import { Form } from "@remix-run/react";
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { ConfirmButton } from "../confirm-button.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FormMessage } from "../form/form-message.tsx";
import { usePending } from "../form/pending.ts";
import { PageHeader } from "../page-header.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { Fact } from "./fact.tsx";
import { type RecordView, spanWords } from "./record-columns.tsx";
import { RecordFields } from "./record-fields.tsx";
import { RECORD_STATES, State } from "./tenant-state.tsx";

export interface RecordPageProps {
  record: RecordView & {
    purpose: "address" | "verification" | "manual";
    provider: string | null;
    publishedAt: Date | null;
    verifiedAt: Date | null;
    nextCheckAt: Date | null;
    propagations: readonly {
      id: string;
      outcome: "verified" | "given_up";
      milliseconds: number;
      looks: number;
      createdAt: Date;
    }[];
  };
  editable: boolean;
  lastResult: SubmissionResult<string[]> | null;
}

const PURPOSES = {
  address: "Leads to the tenant's page",
  verification: "Proves who owns a domain",
  manual: "Added by staff",
};

export function RecordPage({ record, editable, lastResult }: RecordPageProps) {
  const { name, type, status, reason, tenantId, tenantName } = record;
  const wanted = status !== "removing" && status !== "removed";
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{name}</span>}
        back={{ to: paths.adminDns(), label: "DNS" }}
        badge={<State of={status} in={RECORD_STATES} />}
        description={
          <>
            {type} record of <TextLink to={paths.adminTenant(tenantId)}>{tenantName}</TextLink>. {reason}
          </>
        }
        actions={editable && wanted ? <RecordActions record={record} /> : undefined}
      />
      <div className="grid grid-cols-1 items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <div className="grid min-w-0 grid-cols-1 gap-6">
          {editable && wanted ? <ChangeForm key={record.content} record={record} lastResult={lastResult} /> : null}
          <Propagations record={record} />
        </div>
        <Facts record={record} />
      </div>
    </>
  );
}

function RecordActions({ record }: { record: RecordPageProps["record"] }) {
  const verifying = usePending("verify");
  const removing = usePending("remove");
  return (
    <>
      <Form method="post" preventScrollReset>
        <input type="hidden" name="intent" value="verify" />
        <ConfirmButton
          pending={verifying}
          question="Look at this record again?"
          consequence="The provider and several name servers are asked at once. If the provider has lost it, it is made again."
          confirmLabel="Look again"
        >
          Verify again
        </ConfirmButton>
      </Form>
      <Form method="post">
        <input type="hidden" name="intent" value="remove" />
        <ConfirmButton
          pending={removing}
          question={`Remove ${record.name}?`}
          consequence={
            record.purpose === "address"
              ? "It is taken away at the provider and the tenant's page can't be reached by this name any more. You can add it again."
              : "It is taken away at the provider. You can add it again."
          }
          confirmLabel="Remove record"
        >
          Remove
        </ConfirmButton>
      </Form>
    </>
  );
}

function ChangeForm({ record, lastResult }: Pick<RecordPageProps, "record" | "lastResult">) {
  const pending = usePending("change");
  const [form, fields] = useForm<{ content: string; ttl: string }>({
    id: "change",
    lastResult,
    defaultValue: { content: record.content, ttl: String(record.ttl) },
  });
  return (
    <Card title="What it says" description="The provider follows in seconds, the world within the old time to live.">
      <Form method="post" preventScrollReset {...getFormProps(form)} className="grid max-w-xl gap-5">
        <input type="hidden" name="intent" value="change" />
        <FormMessage errors={form.errors} />
        <RecordFields form={form} fields={fields} />
        <div>
          <ConfirmButton
            variant="primary"
            pending={pending}
            question={`Change ${record.name}?`}
            consequence="Whoever asks for this name is led by the new content as soon as it has spread."
            confirmLabel="Change record"
          >
            Save
          </ConfirmButton>
        </div>
      </Form>
    </Card>
  );
}

function Facts({ record }: { record: RecordPageProps["record"] }) {
  const { purpose, provider, publishedAt, verifiedAt, checkedAt, nextCheckAt, content, ttl } = record;
  const time = (value: Date | null, none: string) => (value ? <TimeText value={value} timeZone="UTC" /> : none);
  return (
    <Card title="Facts">
      <dl className="grid grid-cols-1 gap-3">
        <Fact name="Purpose">{PURPOSES[purpose]}</Fact>
        <Fact name="Content">{content}</Fact>
        <Fact name="Time to live">{ttl} s</Fact>
        <Fact name="Provider">{provider ?? "Not made yet"}</Fact>
        <Fact name="Made">{time(publishedAt, "Not yet")}</Fact>
        <Fact name="Verified">{time(verifiedAt, "Not yet")}</Fact>
        <Fact name="Last look">{time(checkedAt, "None yet")}</Fact>
        {nextCheckAt ? <Fact name="Next look">{time(nextCheckAt, "")}</Fact> : null}
      </dl>
    </Card>
  );
}

function Propagations({ record: { propagations } }: { record: RecordPageProps["record"] }) {
  return (
    <Card title="How it spread" flush>
      {propagations.length === 0 ? (
        <EmptyState title="Not yet">Each time that the world has learnt of it appears here.</EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {propagations.map(({ id, outcome, milliseconds, looks, createdAt }) => (
            <li key={id} className="flex flex-wrap justify-between gap-x-6 gap-y-1 px-4 py-3 sm:px-6">
              <span>
                {outcome === "verified" ? "Known" : "Given up"} after{" "}
                <span className="tabular-nums">{spanWords(milliseconds)}</span>, {looks}{" "}
                {looks === 1 ? "look" : "looks"}
              </span>
              <TimeText value={createdAt} timeZone="UTC" className="text-muted" />
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
