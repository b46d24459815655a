// Owns the addresses of one tenant as staff sees them: whether each is live, and its certificate.
import { paths } from "#app/paths.ts";
import { Card } from "../card.tsx";
import { EmptyState } from "../empty-state.tsx";
import { TextLink } from "../text-link.tsx";
import { TimeText } from "../time-text.tsx";
import { CertificateFacts, CertificateState, type DomainView, LookAgain, PageState } from "./domain-state.tsx";

export interface TenantDomainsProps {
  /** The tenant's name, by which all its domains are found. */
  name: string;
  domains: readonly DomainView[];
  /** Whether the installation speaks https. */
  https: boolean;
  editable: boolean;
}

/** The others stand in the list of all. */
const SHOWN = 4;

export function TenantDomains({ name, domains, https, editable }: TenantDomainsProps) {
  return (
    <Card
      title="Addresses"
      description={https ? undefined : "This installation speaks plain http: there are no certificates."}
      flush
    >
      {domains.length === 0 ? (
        <EmptyState title="No address yet">It appears here as soon as one is chosen.</EmptyState>
      ) : (
        <ul className="divide-y divide-line border-t border-line">
          {domains.slice(0, SHOWN).map((domain) => (
            <li key={domain.id} className="grid justify-items-start gap-1.5 px-4 py-3 sm:px-6">
              <p className="font-medium wrap-anywhere">{domain.host}</p>
              <PageState domain={domain} />
              {https ? <Certificate domain={domain} editable={editable} /> : null}
            </li>
          ))}
          {domains.length > SHOWN ? (
            <li className="px-4 py-3 sm:px-6">
              <TextLink to={paths.adminDomains({ q: name })}>All its domains</TextLink>
            </li>
          ) : null}
        </ul>
      )}
    </Card>
  );
}

function Certificate({ domain, editable }: { domain: DomainView; editable: boolean }) {
  const { tlsCheckedAt, certifiable } = domain;
  return (
    <>
      <p>
        <span className="inline-flex items-center gap-1.5 text-xs text-muted">
          Certificate <CertificateState domain={domain} />
        </span>
        <CertificateFacts domain={domain} />
        {tlsCheckedAt ? (
          <span className="mt-1 block text-xs text-muted">
            Last look <TimeText value={tlsCheckedAt} timeZone="UTC" />
          </span>
        ) : null}
      </p>
      {editable && certifiable ? <LookAgain domain={domain} /> : null}
    </>
  );
}
