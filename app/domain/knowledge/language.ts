// Guesses the language of text that doesn't declare one, by its commonest small words.

const WORDS: Record<string, string> = {
  en: "the of and to in is that for it with as are be this by on you not or have from at can if we your will our",
  de: "der die und das ist nicht ein eine zu den mit von sich auf für im dem auch es an werden aus bei nach sie wir oder",
  fr: "le la les et des est en un une du que pour dans qui pas sur au par plus avec ce vous nous sont ou votre",
  es: "el la los las de y en que un una es por con para no se del al lo su como más o nuestra sus está",
  it: "il la di e che un una per in è con non del della i le si al sono da come più anche nel alla",
  nl: "de het een en van is dat in op te voor met niet zijn aan er om ook bij of naar wij onze uw worden",
  pt: "o a os as de e que um uma em é para com não do da no na se por mais dos como ao sua",
};

const SETS = Object.entries(WORDS).map(([tag, words]) => ({ tag, words: new Set(words.split(" ")) }));

/** The primary tag of the likeliest language, or null where the text is too short or none stands out. */
export function guessLanguage(text: string): string | null {
  const words =
    text
      .slice(0, 6_000)
      .toLowerCase()
      .match(/\p{L}+/gu) ?? [];
  if (words.length < 12) return null;
  const scores = SETS.map(({ tag, words: known }) => ({ tag, hits: words.filter((word) => known.has(word)).length }));
  scores.sort((a, b) => b.hits - a.hits);
  const [best, second] = scores;
  if (!best || best.hits < words.length * 0.1) return null;
  return best.hits >= (second?.hits ?? 0) * 1.2 ? best.tag : null;
}
