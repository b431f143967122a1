// Writes of films that meet each other: by their ETags, and by their Idempotency-Keys.

import assert from 'node:assert/strict';
import { before, describe, test } from 'node:test';
import { adminEnv, type AdminAnswer, makeToken, type Send, sendAs } from './support/admin.ts';
import { eventually } from './support/eventually.ts';
import { type Pipeline, startPipeline } from './support/pipeline.ts';
import { assertProblem } from './support/problem.ts';
import { suiteScope } from './support/scope.ts';

const drama = '6f1c7a52-0d0e-4b6e-9b57-2f4f6c1d0003';
const ann = '00000000-0000-4000-8000-000000000021';

interface Film {
  id: string;
  title: string;
  is_published: boolean;
  genres: { name: string }[];
  persons: { full_name: string; role: string }[];
  updated_at: string;
  [field: string]: unknown;
}

const filmOf = ({ json }: AdminAnswer): Film => (json as { data: Film }).data;
const whatever = { 'if-match': '*' };

describe('writes that meet', () => {
  const scope = suiteScope();
  let pipeline: Pipeline;
  let send: Send;
  let sendElsewhere: Send;

  before(async () => {
    pipeline = await startPipeline(scope, { apis: 2, listeners: 0, cleaners: 0, env: adminEnv });
    const [url = '', other = ''] = await Promise.all(pipeline.apis.map((api) => api.url()));
    send = sendAs(await makeToken(), url);
    sendElsewhere = sendAs(await makeToken({ subject: 'grace' }), other);
    await pipeline.sql(`insert into persons (id, full_name) values ('${ann}', 'Ann')`);
  });

  async function make(film: object = {}): Promise<Film> {
    const made = await send('POST', '/movies', { body: { title: 'A film', ...film } });
    assert.equal(made.status, 201, made.body);
    return filmOf(made);
  }

  test('a patch that changes nothing leaves the ETag; any other gives a new one', async () => {
    const made = await send('POST', '/movies', { body: { title: 'Same', genre_ids: [drama] } });
    const path = `/movies/${filmOf(made).id}`;
    const body = { title: 'Same', genre_ids: [drama], rating: null };
    const same = await send('PATCH', path, { body, headers: whatever });
    assert.equal(same.headers.etag, made.headers.etag);
    for (const change of [
      { votes: 1 },
      { genre_ids: [] },
      { persons: [{ person_id: ann, role: 'x' }] },
    ]) {
      const { headers } = await send('GET', path);
      const after = await send('PATCH', path, {
        body: change,
        headers: { 'if-match': headers.etag ?? '' },
      });
      assert.equal(after.status, 200, after.body);
      assert.notEqual(after.headers.etag, headers.etag);
      assert.equal((await send('GET', path)).headers.etag, after.headers.etag);
    }
  });

  test('of two admins who patch at once one wins, and the other gets 412', async () => {
    const { id } = await make();
    const path = `/movies/${id}`;
    const { etag = '' } = (await send('GET', path)).headers;
    const headers = { 'if-match': etag };
    // Both are held until both are there.
    const holder = await pipeline.database.connect();
    await holder.query(`begin; select from movies where id = '${id}' for update`);
    const both = Promise.all([
      send('PATCH', path, { body: { title: 'By Ada' }, headers }),
      sendElsewhere('PATCH', path, { body: { title: 'By Grace' }, headers }),
    ]);
    const waiting = `select from pg_stat_activity
      where datname = current_database() and wait_event_type = 'Lock'`;
    await eventually(async () => ((await pipeline.sql(waiting)).length === 2 ? true : undefined), {
      what: 'both writes to wait for the film',
    });
    await holder.query('commit');
    const answers = await both;
    const [winner, loser] = answers.toSorted((one, other) => one.status - other.status);
    assert.ok(winner && loser);
    assert.equal(winner.status, 200);
    assertProblem(loser, 412);
    assert.equal(filmOf(await send('GET', path)).title, filmOf(winner).title);
  });

  test('what a DBA changes in between, links and names included, is a 412 as well', async () => {
    const { id } = await make({ genre_ids: [drama] });
    const genre = '00000000-0000-4000-8000-0000000000aa';
    const statements = [
      `update movies set rating = 1 where id = '${id}'`,
      `insert into genres values ('${genre}', 'By a DBA')`,
      `insert into movie_genres values ('${id}', '${genre}')`,
      `update genres set name = 'Renamed' where id = '${genre}'`,
      `delete from genres where id = '${genre}'`,
    ];
    for (const statement of statements) {
      const { etag = '' } = (await send('GET', `/movies/${id}`)).headers;
      await pipeline.sql(statement);
      const headers = { 'if-match': etag };
      const answer = await send('PATCH', `/movies/${id}`, { body: { title: 'Late' }, headers });
      const changesTheFilm = !statement.startsWith('insert into genres');
      assert.equal(answer.status, changesTheFilm ? 412 : 200, statement);
    }
  });

  test('If-Match is required of a patch, honoured by the rest, and compared strongly', async () => {
    const made = await send('POST', '/movies', { body: { title: 'Matched' } });
    const path = `/movies/${filmOf(made).id}`;
    const { etag = '' } = made.headers;
    assertProblem(await send('PATCH', path, { body: { title: 'X' } }), 428);
    for (const wrong of ['"other"', `W/${etag}`, etag.slice(1, -1), '']) {
      const headers = { 'if-match': wrong };
      assertProblem(await send('PATCH', path, { body: { title: 'X' }, headers }), 412);
      assertProblem(await send('POST', `${path}/publish`, { headers }), 412);
      assertProblem(await send('DELETE', path, { headers }), 412);
    }
    const headers = { 'if-match': `"other", ${etag}` };
    assert.equal((await send('DELETE', path, { headers })).status, 204);
  });

  test('the same key makes one film, also at the same time on two processes', async () => {
    const headers = { 'idempotency-key': 'film-1' };
    const body = { title: 'Made once' };
    const token = await makeToken({ subject: 'patient' });
    const urls = await Promise.all(pipeline.apis.map((api) => api.url()));
    const tries = Array.from({ length: 10 }, (_, count) =>
      sendAs(token, urls[count % 2] ?? '')('POST', '/movies', { body, headers }),
    );
    const answers = await Promise.all(tries);
    const [first] = answers;
    assert.ok(first);
    for (const {
      status,
      body: text,
      headers: { etag, location },
    } of answers) {
      const expected: unknown[] = [201, first.body, first.headers.etag, first.headers.location];
      assert.deepEqual([status, text, etag, location], expected);
    }
    const films = await pipeline.sql(`select from movies where title = 'Made once'`);
    assert.equal(films.length, 1);
    const other = sendAs(token, urls[0] ?? '');
    assertProblem(await other('POST', '/movies', { body: { title: 'Another' }, headers }), 422);
    // The key is this admin's own.
    assert.notEqual(filmOf(await send('POST', '/movies', { body, headers })).id, filmOf(first).id);
  });

  test('a key is forgotten after a day, and its row goes with the next key', async () => {
    const headers = { 'idempotency-key': 'film-2' };
    const first = filmOf(await send('POST', '/movies', { body: { title: 'Old' }, headers }));
    const age = `update idempotent_answers set created_at = now() - interval '24 hours 1 second'`;
    await pipeline.sql(age);
    const again = filmOf(await send('POST', '/movies', { body: { title: 'New' }, headers }));
    assert.notEqual(again.id, first.id);
    await pipeline.sql(age);
    await send('POST', '/movies', { body: { title: 'X' }, headers: { 'idempotency-key': 'next' } });
    const rows = await pipeline.sql<{ key: string }>(`select key from idempotent_answers`);
    assert.deepEqual(
      rows.map(({ key }) => key),
      ['next'],
    );
  });
});
