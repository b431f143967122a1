// The picture at the top: six hops and the wires between them, in a row or, where it is narrow, one
// below the other. Drawn once for each layout; figures are written into it as they come.

import { byId, count, rate, svg, time } from './dom.js';

const hops = [
  { id: 'postgres', name: 'Postgres', unit: 'changes wait' },
  { id: 'listener', name: 'listener', unit: 'published' },
  { id: 'kafka', name: 'Kafka', unit: 'messages wait' },
  { id: 'cleaner', name: 'cleaner', unit: 'deleted' },
  { id: 'redis', name: 'Redis', unit: 'behind Postgres' },
  { id: 'api', name: 'API', unit: 'reads' },
];
const wires = [
  { from: 'postgres', to: 'listener', label: 'outbox' },
  { from: 'listener', to: 'kafka', label: 'message' },
  { from: 'kafka', to: 'cleaner', label: 'batch' },
  { from: 'cleaner', to: 'redis', label: 'DEL' },
  { from: 'redis', to: 'api', label: 'hit' },
];

const box = { width: 126, height: 116 };
const narrow = matchMedia('(max-width: 760px)');
const still = matchMedia('(prefers-reduced-motion: reduce)');
const parts = new Map();
const pulseMs = 380;
const seenMs = 1400;

function layout() {
  if (narrow.matches) {
    const width = 336;
    return {
      size: [width, hops.length * 104 - 24],
      box: { width, height: 80 },
      place: (index) => [0, index * 104],
      wire: (index) => ({
        from: [40, index * 104 + 80],
        to: [40, (index + 1) * 104],
        label: [54, index * 104 + 96],
      }),
      text: {
        name: [16, 26],
        sub: [16, 66],
        figure: [16, 52],
        mark: [width - 20, 20],
        anchor: 'start',
      },
      isNarrow: true,
    };
  }
  const gap = 66;
  const step = box.width + gap + 3;
  return {
    size: [hops.length * step - gap - 3 + 2, 146],
    box,
    place: (index) => [index * step + 1, 16],
    wire: (index) => ({
      from: [index * step + 1 + box.width, 74],
      to: [(index + 1) * step + 1, 74],
      label: [index * step + 1 + box.width + (gap + 3) / 2, 10],
    }),
    text: {
      name: [14, 26],
      figure: [14, 66],
      sub: [14, 86],
      second: [14, 104],
      mark: [box.width - 16, 20],
    },
    isNarrow: false,
  };
}

export function drawFlow() {
  const root = byId('flow');
  const shape = layout();
  root.setAttribute('viewBox', `0 0 ${shape.size.join(' ')}`);
  root.replaceChildren();
  parts.clear();
  wires.forEach((wire, index) => root.append(drawWire(wire, index, shape)));
  hops.forEach((hop, index) => root.append(drawHop(hop, index, shape)));
}

function drawWire(wire, index, shape) {
  const { from, to, label } = shape.wire(index);
  const angle = shape.isNarrow ? 90 : 0;
  const line = svg('path', { class: 'wire', d: `M${from} L${to}` });
  const arrow = svg('path', {
    class: 'arrow',
    d: 'M-8 -4 L0 0 L-8 4 Z',
    transform: `translate(${to}) rotate(${angle})`,
  });
  const pulse = svg('circle', { class: 'pulse', r: 5, cx: from[0], cy: from[1], opacity: 0 });
  const word = svg(
    'text',
    {
      class: 'wire-label',
      x: label[0],
      y: shape.isNarrow ? label[1] : 64,
      'text-anchor': shape.isNarrow ? 'start' : 'middle',
    },
    wire.label,
  );
  parts.set(`wire-${wire.to}`, { pulse, from, to });
  return svg('g', {}, line, arrow, pulse, word);
}

function drawHop(hop, index, shape) {
  const text = (kind, at, words = '') => svg('text', { class: kind, x: at[0], y: at[1] }, words);
  const { text: at } = shape;
  const [x, y] = shape.place(index);
  const figure = text('figure', shape.isNarrow ? [190, 50] : at.figure, '–');
  const sub = text('sub', shape.isNarrow ? [190, 68] : at.sub, hop.unit);
  const second = text('sub', shape.isNarrow ? [16, 50] : at.second);
  const group = svg(
    'g',
    { class: 'hop unknown', id: `hop-${hop.id}`, transform: `translate(${x} ${y})` },
    svg('rect', { class: 'hop-box', rx: 11, ...shape.box }),
    text('name', at.name, hop.name),
    svg('circle', { class: 'mark', r: 5, cx: at.mark[0], cy: at.mark[1] }),
    figure,
    sub,
    second,
  );
  parts.set(hop.id, { group, figure, sub, second });
  return group;
}

export function showFlow({ hops: figures }) {
  const lines = [];
  for (const { id, name } of hops) {
    const figure = figures[id];
    const part = parts.get(id);
    part.group.setAttribute('class', `hop ${figure.state}${part.seen ? ' seen' : ''}`);
    const [large, unit, small] = wordsOf(id, figure);
    part.figure.textContent = large;
    part.sub.textContent = unit;
    part.second.textContent = small;
    lines.push(`${name}: ${large} ${unit}, ${small}`);
  }
  byId('flow').setAttribute('aria-label', `The way of a change. ${lines.join('. ')}.`);
}

function wordsOf(id, figure) {
  if (figure.state === 'bad') return ['–', figure.away ?? 'away', 'see below'];
  switch (id) {
    case 'postgres':
      return [
        `${count(figure.backlog)}${figure.capped ? '+' : ''}`,
        'changes wait',
        figure.oldestMs === null ? 'outbox empty' : `oldest ${time(figure.oldestMs)}`,
      ];
    case 'listener':
      return [rate(figure.rate), 'published', figure.role];
    case 'kafka':
      return [count(figure.backlog), 'messages wait', figure.role];
    case 'cleaner':
      return [rate(figure.rate), 'applied', figure.role];
    case 'redis':
      return [time(figure.lagMs), 'behind Postgres', figure.role];
    default:
      return [rate(figure.rate), 'reads', figure.role];
  }
}

/** A change was seen at these hops, in this order, with the time that each took. */
export function showPassing(ids) {
  ids.forEach((id, index) => setTimeout(() => pass(id), still.matches ? 0 : index * pulseMs));
}

function pass(id) {
  const wire = parts.get(`wire-${id}`);
  if (wire !== undefined && !still.matches) runPulse(wire, () => light(id));
  else light(id);
}

function runPulse({ pulse, from, to }, onEnd) {
  const startMs = performance.now();
  const step = (nowMs) => {
    const done = Math.min(1, (nowMs - startMs) / pulseMs);
    pulse.setAttribute('opacity', done < 1 ? 1 : 0);
    pulse.setAttribute('cx', from[0] + (to[0] - from[0]) * done);
    pulse.setAttribute('cy', from[1] + (to[1] - from[1]) * done);
    if (done < 1) requestAnimationFrame(step);
    else onEnd();
  };
  requestAnimationFrame(step);
}

function light(id) {
  const part = parts.get(id);
  if (part === undefined) return;
  clearTimeout(part.seen);
  part.group.classList.add('seen');
  part.seen = setTimeout(() => {
    part.seen = undefined;
    part.group.classList.remove('seen');
  }, seenMs);
}

export function onLayoutChange(redraw) {
  narrow.addEventListener('change', redraw);
}
