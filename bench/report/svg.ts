// The few shapes that the pictures are made of, readable on a light and on a dark page.

export interface Text {
  readonly x: number;
  readonly y: number;
  readonly content: string;
  readonly anchor?: 'end' | 'middle' | 'start';
  readonly kind?: 'dim' | 'title';
}

export function text({ x, y, content, anchor = 'start', kind }: Text): string {
  const style = kind === undefined ? '' : ` class="${kind}"`;
  const place = `x="${tenth(x)}" y="${tenth(y)}" text-anchor="${anchor}"`;
  return `<text ${place}${style}>${escape(content)}</text>`;
}

export function line(from: [number, number], to: [number, number], kind: string): string {
  const [x1, y1] = from.map(tenth);
  const [x2, y2] = to.map(tenth);
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" class="${kind}"/>`;
}

export function dot(x: number, y: number, kind: string, tip: string): string {
  const title = `<title>${escape(tip)}</title>`;
  return `<circle cx="${tenth(x)}" cy="${tenth(y)}" r="4" class="${kind}">${title}</circle>`;
}

export interface Bar {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly kind: string;
}

export function bar({ x, y, width, height, kind }: Bar): string {
  const size = `width="${tenth(width)}" height="${tenth(height)}"`;
  return `<rect x="${tenth(x)}" y="${tenth(y)}" ${size} class="${kind}"/>`;
}

const styles = `
  text { fill: #24292f; font: 12px sans-serif } .title { font-size: 16px } .dim { fill: #6e7781 }
  line { stroke: #8c959f } .goal { stroke: #8250df; stroke-width: 2 } .faint { stroke: #d0d7de }
  .spread { stroke: #57606a; stroke-width: 2 } .ours { fill: #0969da } .other { fill: #afb8c1 }
  .met { fill: #1a7f37 } .not-met { fill: #cf222e } .unclear { fill: #9a6700 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .dim { fill: #8d96a0 } .faint { stroke: #30363d }
    .spread { stroke: #8d96a0 } .goal { stroke: #a371f7 } .ours { fill: #4493f8 }
    .other { fill: #6e7681 } .met { fill: #3fb950 } .not-met { fill: #f85149 }
    .unclear { fill: #d29922 }
  }`;

export function picture(width: number, height: number, parts: readonly string[]): string {
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"
  viewBox="0 0 ${width} ${height}"><style>${styles}</style>
${parts.join('\n')}
</svg>
`;
}

function escape(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}
