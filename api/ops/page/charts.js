// Two charts: the hit rate of the last quarter of an hour with what disturbed it, and how long
// answers took in the last minute.

import { byId, share, svg, time } from './dom.js';

const spanMaxMs = 15 * 60_000;
const spanMinMs = 2 * 60_000;
const wide = { width: 660, height: 190, left: 40, right: 8, top: 10, bottom: 24 };
const slim = { ...wide, width: 320, left: 34 };
const narrow = matchMedia('(max-width: 760px)');
let size = wide;

export function drawTimeline(points) {
  const root = byId('timeline');
  size = narrow.matches ? slim : wide;
  const nowMs = points.at(-1)?.at ?? 0;
  const ageMs = nowMs - (points[0]?.at ?? nowMs);
  const spanMs = Math.min(spanMaxMs, Math.max(spanMinMs, ageMs));
  const seen = points.filter(({ at }) => at >= nowMs - spanMs);
  const x = (ms) => size.left + (1 - (nowMs - ms) / spanMs) * (size.width - size.left - size.right);
  const y = (part) => size.top + (1 - part) * (size.height - size.top - size.bottom);
  root.setAttribute('viewBox', `0 0 ${size.width} ${size.height}`);
  root.replaceChildren(
    ...grid({ x, y, nowMs, spanMs }),
    ...bands(seen, x, y),
    ...line(seen, x, y),
    ...faults(seen, x, y),
  );
  const last = points.at(-1);
  if (last === undefined) return;
  const rate = last.reads === 0 ? 'nobody reads' : share(last.hits, last.reads);
  byId('reads-now').textContent = rate;
  root.setAttribute('aria-label', `Hit rate of the last 15 minutes; now: ${rate}.`);
}

function grid({ x, y, nowMs, spanMs }) {
  const levels = [0, 0.5, 1].flatMap((part) => [
    svg('path', { class: 'grid', d: `M${size.left} ${y(part)} H${size.width - size.right}` }),
    svg(
      'text',
      { class: 'axis', x: size.left - 8, y: y(part) + 4, 'text-anchor': 'end' },
      `${part * 100}`,
    ),
  ]);
  const steps = [1, 0.5, 0];
  const minutes = steps.map((part) => {
    const anchor = part === 1 ? 'start' : part === 0 ? 'end' : 'middle';
    const place = { x: x(nowMs - part * spanMs), y: size.height - 5, 'text-anchor': anchor };
    const words = part === 0 ? 'now' : `−${time(part * spanMs)}`;
    return svg('text', { class: 'axis', ...place }, words);
  });
  return [...levels, ...minutes];
}

/** One rectangle for each time in which something was read around the cache. */
function bands(points, x, y) {
  return runs(points, ({ bypass }) => bypass.length > 0).map(([from, to]) =>
    svg(
      'rect',
      {
        class: 'bypass-band',
        x: x(from.at),
        y: y(1),
        width: Math.max(2, x(to.at) - x(from.at)),
        height: y(0) - y(1),
      },
      svg('title', {}, from.bypass.join(', ')),
    ),
  );
}

function faults(points, x, y) {
  return runs(points, ({ away }) => away.length > 0).map(([from, to]) =>
    svg(
      'path',
      {
        class: 'fault-mark',
        d: `M${x(from.at)} ${y(0) + 2} H${Math.max(x(to.at), x(from.at) + 3)}`,
      },
      svg('title', {}, `away: ${from.away.join(', ')}`),
    ),
  );
}

function line(points, x, y) {
  const read = points.filter(({ reads }) => reads > 0);
  if (read.length < 2) {
    const middle = (size.width + size.left) / 2;
    return [
      svg(
        'text',
        { class: 'empty', x: middle, y: size.height / 2, 'text-anchor': 'middle' },
        'Nobody has read yet since this page was opened.',
      ),
    ];
  }
  // Where nobody read or nobody looked for a while, there is no line.
  const pieces = [];
  for (const point of read) {
    const piece = pieces.at(-1);
    if (piece !== undefined && point.at - piece.at(-1).at < 5000) piece.push(point);
    else pieces.push([point]);
  }
  const place = ({ at, hits, reads }) => `${x(at).toFixed(1)} ${y(hits / reads).toFixed(1)}`;
  return pieces.flatMap((piece) => {
    const path = piece.map(place).join(' L');
    const area = `M${x(piece[0].at)} ${y(0)} L${path} L${x(piece.at(-1).at)} ${y(0)} Z`;
    return [
      svg('path', { class: 'hit-area', d: area }),
      svg('path', { class: 'hit-line', d: `M${path}` }),
    ];
  });
}

function runs(points, matches) {
  const found = [];
  let open = null;
  for (const point of points) {
    if (matches(point)) open = open === null ? [point, point] : [open[0], point];
    else if (open !== null) {
      found.push(open);
      open = null;
    }
  }
  return open === null ? found : [...found, open];
}

const bars = { width: 400, height: 190, top: 18, bottom: 40 };

export function drawLatency({ boundsMs, counts }) {
  const root = byId('latency');
  root.setAttribute('viewBox', `0 0 ${bars.width} ${bars.height}`);
  const total = counts.reduce((sum, value) => sum + value, 0);
  const most = Math.max(1, ...counts);
  const step = bars.width / counts.length;
  const base = bars.height - bars.bottom;
  root.replaceChildren(
    svg('path', { class: 'grid', d: `M0 ${base} H${bars.width}` }),
    ...counts.flatMap((value, index) => {
      const height = (value / most) * (base - bars.top);
      const label = boundLabel(boundsMs[index]);
      const middle = index * step + step / 2;
      return [
        svg('rect', {
          class: 'bar',
          x: index * step + 3,
          y: base - height,
          width: step - 6,
          height,
          rx: 2,
        }),
        svg('text', { class: 'axis', x: middle, y: base + 16, 'text-anchor': 'middle' }, label),
      ];
    }),
    svg(
      'text',
      { class: 'axis', x: bars.width / 2, y: bars.height - 5, 'text-anchor': 'middle' },
      'ms at most',
    ),
  );
  const words = total === 0 ? 'nobody asked' : `half within ${median(boundsMs, counts, total)}`;
  byId('latency-now').textContent = words;
  root.setAttribute('aria-label', `How long answers took in the last minute: ${words}.`);
}

function boundLabel(boundMs) {
  if (boundMs === undefined) return 'more';
  return boundMs < 1000 ? `${boundMs}` : `${boundMs / 1000} s`;
}

function median(boundsMs, counts, total) {
  let seen = 0;
  for (const [index, value] of counts.entries()) {
    seen += value;
    if (seen >= total / 2) return boundsMs[index] === undefined ? 'more' : time(boundsMs[index]);
  }
  return '–';
}
