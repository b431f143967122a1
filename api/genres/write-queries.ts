// Genres as admins change them; each statement answers with the genre as JSON text, if any.

import type { Row, Transaction } from '../../platform/clients/postgres.ts';

const asText = `json_build_object('id', id, 'name', name)::text as text`;

const insert = `insert into genres (name) values ($1) returning id, ${asText}`;
const rename = `update genres set name = $2 where id = $1 returning id, ${asText}`;
/** Links to films go with it. */
const remove = `delete from genres where id = $1 returning id`;

export const genreNameConstraint = 'genres_name_key';

export async function insertGenre(transaction: Transaction, name: string): Promise<Row[]> {
  return await transaction.query({ text: insert, values: [name] });
}

export async function renameGenre(
  transaction: Transaction,
  id: string,
  name: string,
): Promise<Row[]> {
  return await transaction.query({ text: rename, values: [id, name] });
}

export async function deleteGenre(transaction: Transaction, id: string): Promise<Row[]> {
  return await transaction.query({ text: remove, values: [id] });
}
