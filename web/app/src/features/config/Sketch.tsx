/**
 * What a labeling setup looks like, in a few strokes: its data above, marked as its controls mark it and in the colours of its
 * labels, and its questions below. Drawn from the configuration, so that it can never be out of date.
 */
import { type Config, type ConfigNode, parseConfig } from '@labelkeep/labeling';
import { memo, type ReactNode, useMemo } from 'react';
import styles from './sketch.module.css';

/** Size of the drawing, in its own units. */
const WIDTH = 200;
const HEIGHT = 100;
/** The row of questions at the bottom. */
const ROW = 24;
const FALLBACK = ['#3f7fd6', '#c76a15', '#2f9461', '#8a63d2'];

export const Sketch = memo(function Sketch({ config: xml }: { config: string }) {
  const config = useMemo(() => parseConfig(xml), [xml]);
  const colors = colorsOf(config);
  const questions = config.controls.filter((control) => control.tag in QUESTIONS).slice(0, 4);
  const objects = uniqueKinds(config);
  const height = HEIGHT - 16 - (questions.length > 0 ? ROW : 0);
  const width = (WIDTH - 16 - (objects.length - 1) * 8) / Math.max(1, objects.length);
  return (
    <svg className={styles.sketch} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      {objects.map((node, index) => (
        <g key={node.name} transform={`translate(${8 + index * (width + 8)} 8)`}>
          <Scene node={node} config={config} colors={colors} width={width} height={height} />
        </g>
      ))}
      {questions.map((control, index) => (
        <g
          key={control.name}
          transform={`translate(${8 + (index * (WIDTH - 16)) / questions.length} ${HEIGHT - ROW - 2})`}
        >
          {QUESTIONS[control.tag]}
        </g>
      ))}
    </svg>
  );
});

/** At most two objects, those that carry the data. */
function uniqueKinds(config: Config): ConfigNode[] {
  const shown = config.objects.filter((node) => node.tag !== 'Header');
  const loud = shown.filter((node) => node.tag !== 'Text');
  return (loud.length > 0 ? loud : shown).slice(0, 2);
}

function colorsOf(config: Config): string[] {
  const own: string[] = [];
  for (const node of config.root?.walk() ?? []) {
    const color = node.tag === 'Label' ? node.given('background') : undefined;
    if (color && /^#[0-9a-f]{3,8}$/i.test(color)) own.push(color);
  }
  return [...own, ...FALLBACK.slice(own.length)];
}

interface SceneProps {
  node: ConfigNode;
  config: Config;
  colors: string[];
  width: number;
  height: number;
}

function Scene({ node, config, colors, width, height }: SceneProps) {
  const marks = config.controlsOf(node.name).map((control) => control.tag);
  const color = (index: number) => colors[index % colors.length] as string;
  const place = { width, height, color, has: (...tags: string[]) => tags.some((tag) => marks.includes(tag)) };
  const drawn = SCENES[node.tag] ?? lines;
  return (
    <>
      <rect className={styles.paper} width={width} height={height} rx="4" />
      {drawn(place)}
    </>
  );
}

interface Place {
  width: number;
  height: number;
  color: (index: number) => string;
  has: (...tags: string[]) => boolean;
}

const SCENES: Record<string, (place: Place) => ReactNode> = {
  Image: picture,
  Video: film,
  Audio: wave,
  TimeSeries: series,
  Table: table,
  List: cards,
  Paragraphs: talk,
  Chat: talk,
};

function picture({ width: w, height: h, color, has }: Place): ReactNode {
  const wash = (index: number) => ({ fill: color(index), fillOpacity: 0.25, stroke: color(index), strokeWidth: 1.5 });
  return (
    <>
      <path
        className={styles.far}
        d={`M0 ${h * 0.72} L${w * 0.3} ${h * 0.3} L${w * 0.5} ${h * 0.6} L${w * 0.68} ${h * 0.42} L${w} ${h * 0.74} V${h - 4} a4 4 0 0 1 -4 4 H4 a4 4 0 0 1 -4 -4 Z`}
      />
      <circle className={styles.far} cx={w * 0.82} cy={h * 0.24} r={h * 0.1} />
      {has('RectangleLabels', 'Rectangle') && (
        <>
          <rect {...wash(0)} x={w * 0.12} y={h * 0.42} width={w * 0.26} height={h * 0.4} />
          <rect {...wash(1)} x={w * 0.56} y={h * 0.3} width={w * 0.3} height={h * 0.34} />
        </>
      )}
      {has('PolygonLabels', 'Polygon') && (
        <polygon
          {...wash(2)}
          points={`${w * 0.36},${h * 0.86} ${w * 0.44},${h * 0.5} ${w * 0.6},${h * 0.36} ${w * 0.72},${h * 0.62} ${w * 0.62},${h * 0.88}`}
        />
      )}
      {has('EllipseLabels', 'Ellipse') && (
        <ellipse {...wash(1)} cx={w * 0.52} cy={h * 0.56} rx={w * 0.2} ry={h * 0.26} />
      )}
      {has('BrushLabels', 'Brush', 'BitmaskLabels', 'Magicwand') && (
        <path
          fill="none"
          stroke={color(0)}
          strokeOpacity="0.6"
          strokeWidth={h * 0.24}
          strokeLinecap="round"
          strokeLinejoin="round"
          d={`M${w * 0.24} ${h * 0.7} Q${w * 0.4} ${h * 0.34} ${w * 0.56} ${h * 0.62} T${w * 0.8} ${h * 0.6}`}
        />
      )}
      {has('VectorLabels', 'Vector') && (
        <path
          fill="none"
          stroke={color(0)}
          strokeWidth="2"
          d={`M${w * 0.14} ${h * 0.8} C${w * 0.3} ${h * 0.2} ${w * 0.6} ${h * 0.9} ${w * 0.86} ${h * 0.32}`}
        />
      )}
      {has('KeyPointLabels', 'KeyPoint') &&
        [
          [0.3, 0.5],
          [0.46, 0.32],
          [0.6, 0.56],
          [0.74, 0.4],
        ].map(([x = 0, y = 0], index) => (
          <circle key={x} cx={w * x} cy={h * y} r="3.5" fill={color(index)} stroke="#fff" />
        ))}
    </>
  );
}

function film(place: Place): ReactNode {
  const { width: w, height: h, color, has } = place;
  return (
    <>
      {picture({ ...place, height: h - 14 })}
      {has('VideoRectangle') && (
        <rect
          x={w * 0.3}
          y={h * 0.26}
          width={w * 0.26}
          height={h * 0.34}
          fill={color(0)}
          fillOpacity="0.25"
          stroke={color(0)}
          strokeWidth="1.5"
        />
      )}
      <path className={styles.ink} d={`M${w / 2 - 5} ${h * 0.3} l12 8 l-12 8 z`} />
      <rect className={styles.line} x="6" y={h - 10} width={w - 12} height="4" rx="2" />
      <rect x={w * 0.2} y={h - 10} width={w * 0.24} height="4" rx="2" fill={color(0)} />
      <rect x={w * 0.58} y={h - 10} width={w * 0.18} height="4" rx="2" fill={color(1)} />
    </>
  );
}

/** Heights of a waveform, in parts of the half height. */
const WAVE = [
  0.2, 0.4, 0.7, 0.5, 0.9, 0.6, 0.3, 0.15, 0.1, 0.3, 0.6, 0.85, 1, 0.7, 0.5, 0.3, 0.2, 0.45, 0.75, 0.6, 0.35, 0.2,
];

function wave({ width: w, height: h, color, has }: Place): ReactNode {
  const step = (w - 12) / WAVE.length;
  return (
    <>
      {has('Labels', 'TimelineLabels') && bands(w, h, color)}
      {WAVE.map((part, index) => (
        <rect
          key={index}
          className={styles.ink}
          x={6 + index * step}
          y={h / 2 - (part * (h - 16)) / 2}
          width={step * 0.5}
          height={part * (h - 16)}
          rx="1"
        />
      ))}
    </>
  );
}

function series({ width: w, height: h, color, has }: Place): ReactNode {
  const curve = (at: number) =>
    WAVE.map((part, index) => `${index ? 'L' : 'M'}${6 + (index * (w - 12)) / 21} ${at - part * h * 0.28}`).join(' ');
  return (
    <>
      {has('TimeSeriesLabels') && bands(w, h, color)}
      <path className={styles.curve} d={curve(h * 0.46)} />
      <path className={styles.curve} d={curve(h * 0.9)} />
    </>
  );
}

function bands(w: number, h: number, color: (index: number) => string): ReactNode {
  return (
    <>
      <rect x={w * 0.12} y="0" width={w * 0.22} height={h} fill={color(0)} fillOpacity="0.25" />
      <rect x={w * 0.52} y="0" width={w * 0.26} height={h} fill={color(1)} fillOpacity="0.25" />
    </>
  );
}

/** A line of words; some are marked. `null` is no mark. */
const TEXT: [from: number, to: number, mark: number | null][][] = [
  [
    [0, 0.26, null],
    [0.3, 0.52, 0],
    [0.56, 0.92, null],
  ],
  [
    [0, 0.18, 1],
    [0.22, 0.6, null],
    [0.64, 0.84, null],
  ],
  [
    [0, 0.34, null],
    [0.38, 0.58, 2],
    [0.62, 0.8, null],
  ],
  [[0, 0.5, null]],
];

function lines({ width: w, height: h, color, has }: Place): ReactNode {
  const marked = has('Labels', 'HyperTextLabels', 'ParagraphLabels');
  const step = Math.min(15, (h - 10) / TEXT.length);
  return TEXT.flatMap((line, row) =>
    line.map(([from, to, mark]) => {
      const isMarked = marked && mark !== null;
      return (
        <rect
          key={`${row}/${from}`}
          className={isMarked ? undefined : styles.line}
          x={8 + from * (w - 16)}
          y={8 + row * step - (isMarked ? 2 : 0)}
          width={(to - from) * (w - 16)}
          height={isMarked ? 9 : 5}
          rx={isMarked ? 2 : 2.5}
          {...(isMarked ? { fill: color(mark), fillOpacity: 0.55 } : {})}
        />
      );
    }),
  );
}

function table({ width: w, height: h }: Place): ReactNode {
  return [0, 1, 2, 3].map((row) => (
    <g key={row}>
      <rect className={styles.line} x="8" y={8 + (row * (h - 12)) / 4} width={w * 0.26} height="5" rx="2.5" />
      <rect className={styles.far} x={w * 0.42} y={8 + (row * (h - 12)) / 4} width={w * 0.46} height="5" rx="2.5" />
    </g>
  ));
}

function cards({ width: w, height: h }: Place): ReactNode {
  return [0, 1, 2].map((row) => (
    <rect
      key={row}
      className={styles.far}
      x={8 + row * 8}
      y={6 + (row * (h - 8)) / 3}
      width={w - 32}
      height={(h - 20) / 3}
      rx="3"
    />
  ));
}

function talk({ width: w, height: h, color, has }: Place): ReactNode {
  return [0, 1, 2].map((row) => (
    <rect
      key={row}
      className={styles.far}
      x={row % 2 ? w * 0.36 : 8}
      y={6 + (row * (h - 8)) / 3}
      width={w * 0.6}
      height={(h - 20) / 3}
      rx="5"
      {...(row === 1 && has('ParagraphLabels') ? { fill: color(0), fillOpacity: 0.4 } : {})}
    />
  ));
}

const STAR = 'M6 0 L7.8 4 L12 4.5 L8.9 7.4 L9.7 11.7 L6 9.5 L2.3 11.7 L3.1 7.4 L0 4.5 L4.2 4 Z';
const choices = (
  <>
    <circle className={styles.chosen} cx="5" cy="12" r="4" />
    <rect className={styles.line} x="12" y="9.5" width="14" height="5" rx="2.5" />
    <circle className={styles.open} cx="35" cy="12" r="4" />
    <rect className={styles.line} x="42" y="9.5" width="12" height="5" rx="2.5" />
  </>
);
const field = (
  <>
    <rect className={styles.open} x="1" y="4" width="52" height="16" rx="3" />
    <rect className={styles.line} x="6" y="9.5" width="26" height="5" rx="2.5" />
  </>
);
const QUESTIONS: Record<string, ReactNode> = {
  Choices: choices,
  Taxonomy: (
    <>
      <path className={styles.curve} d="M4 6 V18 M4 10 H10 M4 17 H10" />
      <rect className={styles.line} x="12" y="7.5" width="26" height="5" rx="2.5" />
      <rect className={styles.line} x="12" y="15" width="18" height="5" rx="2.5" />
    </>
  ),
  Rating: (
    <>
      {[0, 1, 2].map((index) => (
        <path
          key={index}
          className={index < 2 ? styles.star : styles.open}
          transform={`translate(${index * 15} 6)`}
          d={STAR}
        />
      ))}
    </>
  ),
  TextArea: field,
  Number: field,
  DateTime: field,
  Pairwise: choices,
  Ranker: choices,
};
