/** What the build wrote into the page: the one place that knows which deployment this is. */
function written(name: string): string {
  const content = document.querySelector<HTMLMetaElement>(`meta[name="${name}"]`)?.content;
  if (!content) throw new Error(`The page lacks its ${name}.`);
  return content;
}

export const supabaseUrl = written("supabase-url");
export const supabaseKey = written("supabase-key");
/** The two characters by which an API key names its deployment. */
export const keyCell = written("key-cell");
