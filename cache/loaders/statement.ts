// The pieces that every loader's statement is put together from.

/** One row: the JSON text, and the incarnation of the server that says so. */
export function loadStatement(text: string): string {
  return `
  select (select id from cache.current_incarnation) as incarnation, ${text} as text`;
}

/** The one row of a query as the text of a JSON object, or the text `null`. */
export function jsonObject(rows: string): string {
  return `coalesce((select row_to_json(item)::text from (${rows}) as item), 'null')`;
}

/** The rows of a query as the text of a JSON array: compact, where json_agg would add spaces. */
export function jsonArray(rows: string, order: string): string {
  return jsonArrayOf(`(${rows}) as item`, order);
}

/** The same of the rows that are called `item`, in an order that they need not show. */
export function jsonArrayOf(from: string, order: string): string {
  return `(
    select coalesce('[' || string_agg(row_to_json(item)::text, ',' order by ${order}) || ']', '[]')
      from ${from})`;
}
