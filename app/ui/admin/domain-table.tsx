// Owns the staff's list of all tenants' hosts with their certificates, its filters, and what is said where there is no https.
import Lock from "lucide-react/icons/lock";
import { paths } from "#app/paths.ts";
import { Alert } from "../banner.tsx";
import { LinkButton } from "../button.tsx";
import { useCursorPages } from "../cursor-pages.ts";
import { type Column, DataTable } from "../data-table.tsx";
import { EmptyState } from "../empty-state.tsx";
import { FilterLinks } from "../filter-links.tsx";
import { PendingList } from "../pending-list.tsx";
import { SearchField } from "../search-field.tsx";
import { TimeText } from "../time-text.tsx";
import { CertificateFacts, CertificateState, type DomainView, LookAgain, PageState } from "./domain-state.tsx";

export interface DomainTableProps {
  domains: readonly DomainView[];
  nextCursor: string | null;
  filter: { q?: string | undefined; kind?: string | undefined; certificate?: string | undefined };
  /** How many hosts have trouble with their certificates. */
  troubles: number;
  /** Whether the installation speaks https. */
  https: boolean;
  editable: boolean;
}

const KINDS = [
  { value: "", label: "Any kind" },
  { value: "subdomain", label: "Ours" },
  { value: "custom", label: "Own domains" },
];
const CERTIFICATES = [
  { value: "", label: "Any certificate" },
  { value: "trouble", label: "In trouble" },
  { value: "ready", label: "Valid" },
  { value: "pending", label: "Waiting" },
  { value: "failed", label: "Failed" },
  { value: "unknown", label: "Not checked" },
];

export function DomainTable({ domains, nextCursor, filter, troubles, https, editable }: DomainTableProps) {
  const { q, kind, certificate } = filter;
  const filtered = Boolean(q || kind || certificate);
  return (
    <div className="grid grid-cols-1 gap-6">
      <Notice troubles={troubles} https={https} shown={certificate === "trouble"} />
      <PendingList label="Loading domains" rows={domains.length}>
        <DataTable
          caption="Domains"
          columns={columnsFor({ https, editable })}
          rows={domains}
          rowKey={({ id }) => id}
          rowHref={({ tenantId }) => paths.adminTenant(tenantId)}
          toolbar={
            <>
              <SearchField
                label="Search host or tenant"
                defaultValue={q}
                keep={{ kind, certificate }}
                className="w-full lg:max-w-xs"
              />
              <FilterLinks label="Kind" name="kind" options={KINDS} />
              {https ? <FilterLinks label="Certificate" name="certificate" options={CERTIFICATES} /> : null}
            </>
          }
          pagination={useCursorPages(nextCursor)}
          empty={
            filtered ? (
              <EmptyState
                title="Nothing fits"
                action={<LinkButton to={paths.adminDomains()}>Show all domains</LinkButton>}
              >
                No domain fits these filters.
              </EmptyState>
            ) : (
              <EmptyState icon={<Lock />} title="No domains yet">
                Each address that a tenant chooses appears here, with its certificate.
              </EmptyState>
            )
          }
        />
      </PendingList>
    </div>
  );
}

function Notice({ troubles, https, shown }: { troubles: number; https: boolean; shown: boolean }) {
  if (!https)
    return (
      <Alert title="This installation speaks plain http">
        There are no certificates to look at. With the edge of ops/Caddyfile in front and APP_URL beginning with https,
        each domain gets one and it is watched here.
      </Alert>
    );
  if (troubles === 0 || shown) return null;
  return (
    <Alert
      tone="warning"
      title={
        troubles === 1
          ? "One domain has trouble with its certificate"
          : `${troubles} domains have trouble with their certificates`
      }
      action={
        <LinkButton size="sm" to={paths.adminDomains({ certificate: "trouble" })}>
          Show {troubles === 1 ? "it" : "them"}
        </LinkButton>
      }
    >
      {troubles > 3 ? "So many at once: look at the edge itself first." : "What was seen, and when, stands in its row."}
    </Alert>
  );
}

function columnsFor({ https, editable }: { https: boolean; editable: boolean }): readonly Column<DomainView>[] {
  const certificate: Column<DomainView>[] = [
    {
      key: "certificate",
      header: "Certificate",
      cell: (domain) => (
        <>
          <CertificateState domain={domain} />
          <CertificateFacts domain={domain} />
        </>
      ),
    },
    {
      key: "looked",
      header: "Last look",
      shrink: true,
      cell: ({ tlsCheckedAt }) => (tlsCheckedAt ? <TimeText value={tlsCheckedAt} timeZone="UTC" /> : "–"),
    },
  ];
  const again: Column<DomainView> = {
    key: "again",
    header: "Action",
    align: "end",
    shrink: true,
    cell: (domain) => (domain.certifiable ? <LookAgain domain={domain} /> : "–"),
  };
  return [
    {
      key: "host",
      header: "Host",
      primary: true,
      cell: ({ host, tenantName, kind }) => (
        <>
          <span className="wrap-anywhere">{host}</span>
          <span className="mt-0.5 line-clamp-2 font-normal text-muted wrap-anywhere">
            {tenantName}
            {kind === "custom" ? ", own domain" : ""}
          </span>
        </>
      ),
    },
    { key: "page", header: "Page", shrink: true, cell: (domain) => <PageState domain={domain} /> },
    ...(https ? certificate : []),
    ...(https && editable ? [again] : []),
  ];
}
