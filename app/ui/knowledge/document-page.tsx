// Owns the view of one document, part by part.
import { paths } from "#app/paths.ts";
import { buttonClass } from "../button.tsx";
import { PageHeader } from "../page-header.tsx";
import { TimeText } from "../time-text.tsx";

export interface DocumentPageProps {
  document: {
    sourceId: string;
    sourceName: string;
    title: string;
    url: string;
    fetchedAt: Date;
    chunks: readonly { id: string; headings: string[]; content: string }[];
  };
  timeZone: string;
}

export function DocumentPage({ document, timeZone }: DocumentPageProps) {
  const { sourceId, sourceName, title, url, fetchedAt, chunks } = document;
  return (
    <>
      <PageHeader
        title={<span className="wrap-anywhere">{title}</span>}
        back={{ to: paths.knowledgeSource(sourceId), label: sourceName }}
        description={
          <>
            Read on <TimeText value={fetchedAt} timeZone={timeZone} />. Answers quote these parts.
          </>
        }
        actions={
          /^https?:/.test(url) ? (
            <a href={url} rel="noreferrer" className={buttonClass()}>
              Open the page
            </a>
          ) : null
        }
      />
      <ol className="divide-y divide-line rounded border border-line bg-surface">
        {chunks.map(({ id, headings, content }) => (
          <li key={id} id={id} className="px-4 py-4 sm:px-6">
            {headings.length > 0 ? (
              <p className="mb-1 text-xs text-muted wrap-anywhere">{headings.join(" › ")}</p>
            ) : null}
            <p className="max-w-prose whitespace-pre-line wrap-anywhere">{content}</p>
          </li>
        ))}
      </ol>
    </>
  );
}
