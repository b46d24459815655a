// The port behind which an embedding model stands, and how its ranking joins the words' ranking.

/** Turns texts into vectors. Calls a vendor: never from inside a transaction. */
export interface Embedder {
  /** Names the model and its dimensions; vectors of different names are never compared. */
  readonly model: string;
  readonly dimensions: number;
  /** One vector per text, in order. */
  embed(texts: readonly string[], signal?: AbortSignal): Promise<number[][]>;
}

/** How much a first place is worth against later ones (Cormack, Clarke, Büttcher: Reciprocal Rank Fusion, 2009). */
const SMOOTHING = 60;

/**
 * Fuses rankings by reciprocal rank: each list gives 1 / (60 + place) to its members.
 * @returns ids with their fused score, best first, equal ones by id
 */
export function fuseRankings(rankings: readonly (readonly string[])[]): { id: string; score: number }[] {
  const scores = new Map<string, number>();
  for (const ranking of rankings) {
    ranking.forEach((id, place) => {
      scores.set(id, (scores.get(id) ?? 0) + 1 / (SMOOTHING + place + 1));
    });
  }
  return [...scores].map(([id, score]) => ({ id, score })).sort((a, b) => b.score - a.score || (a.id < b.id ? -1 : 1));
}
