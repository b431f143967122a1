// The tables: the same facts as the pictures, in words, for everybody who prefers those.

import { byId, clock, count, element, rate, share, time } from './dom.js';

const logRowsMax = 60;
const stateWords = { ok: 'well', warn: 'look', bad: 'away', unknown: 'not known' };
const hopNames = {
  postgres: 'Postgres',
  listener: 'listener',
  kafka: 'Kafka',
  cleaner: 'cleaner',
  redis: 'Redis',
  api: 'API',
};
/** By hop: what was last seen there. */
const lastSeen = new Map();

const number = (text) => element('td', { class: 'number' }, text);

export function showResources(resources) {
  byId('resources').replaceChildren(
    ...resources.map((resource) => {
      const isTrusted = resource.bypass === null;
      return element(
        'tr',
        {},
        element('th', { scope: 'row' }, resource.name),
        element(
          'td',
          {},
          element(
            'span',
            { class: `state ${isTrusted ? '' : 'warn'}` },
            isTrusted ? 'from the cache' : `from Postgres: ${resource.bypass}`,
          ),
        ),
        number(time(resource.lagMs)),
        number(time(resource.boundMs)),
        number(rate(resource.reads)),
        number(share(resource.hits, resource.reads)),
      );
    }),
  );
}

export function showHops(hops) {
  byId('hops').replaceChildren(
    ...Object.entries(hopNames).map(([id, name]) => {
      const hop = hops[id];
      return element(
        'tr',
        { 'data-hop': id },
        element('th', { scope: 'row' }, name),
        element('td', {}, element('span', { class: `state ${hop.state}` }, stateWords[hop.state])),
        number(rate(hop.rate)),
        number(hop.lagMs === undefined ? count(hop.backlog) : time(hop.lagMs)),
        element('td', { class: 'last' }, lastSeen.get(id) ?? '–'),
        element('td', { class: 'error' }, hop.error ?? '–'),
      );
    }),
  );
}

export function noteAtHop(id, words) {
  lastSeen.set(id, words);
  const cell = document.querySelector(`[data-hop="${id}"] .last`);
  if (cell !== null) cell.textContent = words;
}

export function addToLog({ at, resource, action, code, publishedMs, appliedMs }) {
  const log = byId('log');
  log.querySelector('.none')?.remove();
  for (const row of log.querySelectorAll('.fresh')) row.classList.remove('fresh');
  const what = action === 'invalidate_cache' ? code : `all (${action.replace('_cache', '')})`;
  log.prepend(
    element(
      'tr',
      { class: 'fresh' },
      element('td', {}, clock(at)),
      element('td', {}, resource),
      element('td', {}, element('code', {}, what)),
      number(publishedMs === null ? '–' : `+${time(publishedMs)}`),
      number(appliedMs === null ? 'not seen' : `+${time(appliedMs)}`),
    ),
  );
  while (log.children.length > logRowsMax) log.lastElementChild.remove();
}
