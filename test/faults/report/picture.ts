// The run as a picture (SVG): worst staleness and hit rate over time, the faults on the axis.

import type { FiredFault, Second, Tally } from './tally.ts';
import type { Summary } from './summary.ts';

const width = 1200;
const left = 170;
const right = 20;
const margin = 20;
const panels = { staleness: { top: 84, height: 190 }, hits: { top: 310, height: 130 } };
const faultsTop = 470;
const laneHeight = 14;

export function drawPicture(summary: Summary, tally: Tally): string {
  const { seconds } = tally;
  const x = (atMs: number): number =>
    round(left + ((width - left - right) * atMs) / 1000 / Math.max(1, seconds.length));
  const kinds = Object.keys(summary.faultsByKind).toSorted();
  const height = faultsTop + kinds.length * laneHeight + 40;
  const parts = [
    text({ x: margin, y: 28, size: 18, content: title(summary) }),
    text({ x: margin, y: 50, size: 12, content: subtitle(summary) }),
    ...staleness(seconds, summary.boundMs, x),
    ...hitRate(seconds, x),
    ...timeAxis(seconds.length, x),
    ...kinds.flatMap((kind, lane) => faultLane({ kind, lane, faults: tally.faults, x })),
    ...tally.violations.map(({ atMs }) => {
      const at = x(atMs);
      return `<path d="M${at} 82l-4 -8h8z" fill="#c00"/>`;
    }),
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
  font-family="sans-serif" fill="#333"><rect width="100%" height="100%" fill="white"/>
${parts.join('\n')}
</svg>
`;
}

function title({ arm, violations, reads }: Summary): string {
  return `${violations} violations in ${reads.toLocaleString('en')} reads (${arm} pipeline)`;
}

function subtitle(summary: Summary): string {
  const { faults, faultsByKind, seed, worstStaleMs, hitRate: rate } = summary;
  const kinds = Object.keys(faultsByKind).length;
  const hits = `${Math.round(100 * rate)} % hits`;
  const worst = `worst staleness ${worstStaleMs} ms`;
  return `${faults} faults of ${kinds} kinds, ${worst}, ${hits}, seed ${seed}`;
}

function staleness(seconds: readonly Second[], boundMs: number, x: (ms: number) => number) {
  const { top, height } = panels.staleness;
  const highest = Math.max(boundMs * 1.2, ...seconds.map(({ worstStaleMs }) => worstStaleMs));
  const y = (ms: number): number => round(top + height * (1 - ms / highest));
  const boundY = y(boundMs);
  return [
    ...frame(top, height, 'worst staleness, ms'),
    `<path d="M${left} ${boundY}H${width - right}" stroke="#c00" stroke-dasharray="6 4"/>`,
    text({ x: left + 4, y: boundY - 4, size: 11, content: `bound ${boundMs} ms` }),
    ...seconds.map(({ worstStaleMs }, second) => {
      const from = x(second * 1000);
      const color = worstStaleMs > boundMs ? '#c00' : '#36c';
      const barY = y(worstStaleMs);
      const barWidth = round(x((second + 1) * 1000) - from);
      const size = `width="${barWidth}" height="${round(top + height - barY)}"`;
      return `<rect x="${from}" y="${barY}" ${size} fill="${color}"/>`;
    }),
  ];
}

function hitRate(seconds: readonly Second[], x: (ms: number) => number): string[] {
  const { top, height } = panels.hits;
  const points = seconds.map(({ reads, hits }, second) => {
    const y = round(top + height * (1 - hits / Math.max(1, reads)));
    return `${x(second * 1000 + 500)},${y}`;
  });
  return [
    ...frame(top, height, 'hit rate'),
    `<polyline points="${points.join(' ')}" fill="none" stroke="#283" stroke-width="1.5"/>`,
  ];
}

function frame(top: number, height: number, label: string): string[] {
  return [
    `<path d="M${left} ${top}H${width - right}v${height}H${left}z" fill="none" stroke="#999"/>`,
    text({ x: margin, y: top + 12, size: 12, content: label }),
  ];
}

function timeAxis(secondCount: number, x: (ms: number) => number): string[] {
  const everySeconds = secondCount > 900 ? 120 : 30;
  const ticks = Array.from({ length: Math.ceil(secondCount / everySeconds) }, (_, n) => n);
  return ticks.map((n) => {
    const content = `${n * everySeconds} s`;
    return text({ x: x(n * everySeconds * 1000), y: faultsTop - 10, size: 11, content });
  });
}

interface Lane {
  readonly kind: string;
  readonly lane: number;
  readonly faults: readonly FiredFault[];
  readonly x: (ms: number) => number;
}

function faultLane({ kind, lane, faults, x }: Lane): string[] {
  const top = faultsTop + lane * laneHeight;
  const marks = faults
    .filter((fault) => fault.kind === kind)
    .map(({ fromMs, untilMs, target, proof }) => {
      const from = x(fromMs);
      const length = Math.max(2, round(x(untilMs) - from));
      const tip = `<title>${escape(`${kind}: ${target}: ${proof}`)}</title>`;
      return `<rect x="${from}" y="${top}" width="${length}" height="9" fill="#c73">${tip}</rect>`;
    });
  return [text({ x: margin, y: top + 9, size: 11, content: kind }), ...marks];
}

interface Text {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly content: string;
}

function text({ x, y, size, content }: Text): string {
  return `<text x="${x}" y="${y}" font-size="${size}">${escape(content)}</text>`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
