// People as admins change them; each statement answers with the person as JSON text.

import type { Row, Transaction } from '../../platform/clients/postgres.ts';

const asText = `
  json_build_object('id', id, 'full_name', full_name, 'photo_url', photo_url)::text as text`;

const insert = `
  insert into persons (full_name, photo_url) values ($1, $2) returning id, ${asText}`;
/** $3 tells a photo that is taken away from one that stays. */
const change = `
  update persons
     set full_name = coalesce($2, full_name),
         photo_url = case when $3 then $4 else photo_url end
   where id = $1
  returning id, ${asText}`;
/** Links to films go with it. */
const remove = `delete from persons where id = $1 returning id`;

export async function insertPerson(
  transaction: Transaction,
  { full_name, photo_url }: { full_name: string; photo_url?: string | null | undefined },
): Promise<Row[]> {
  return await transaction.query({ text: insert, values: [full_name, photo_url ?? null] });
}

export interface PersonPatch {
  full_name?: string | undefined;
  photo_url?: string | null | undefined;
}

export async function changePerson(
  transaction: Transaction,
  id: string,
  { full_name, photo_url }: PersonPatch,
): Promise<Row[]> {
  const values = [id, full_name ?? null, photo_url !== undefined, photo_url ?? null];
  return await transaction.query({ text: change, values });
}

export async function deletePerson(transaction: Transaction, id: string): Promise<Row[]> {
  return await transaction.query({ text: remove, values: [id] });
}
