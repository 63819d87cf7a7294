/** Samples of painted regions: their masks are drawn here and coded as results hold them. */
import { emptyMask, encodePng, encodeRle, MaskEditor, strokeSegment } from '@labelkeep/canvas/raster';
import type { Sample } from './samples';

type Stroke = readonly (readonly [x: number, y: number, radius: number])[];

function painted(width: number, height: number, strokes: readonly Stroke[]) {
  const editor = new MaskEditor(emptyMask(width, height));
  for (const stroke of strokes) {
    stroke.forEach(([x, y, radius], index) => {
      const [fromX, fromY, fromRadius] = stroke[Math.max(0, index - 1)] ?? [x, y, radius];
      strokeSegment(editor, { x: fromX, y: fromY, radius: fromRadius }, { x, y, radius }, true);
    });
  }
  return editor.snapshot();
}

function item(id: string, from: string, type: string, size: readonly [number, number], value: Record<string, unknown>) {
  return {
    id,
    from_name: from,
    to_name: 'img',
    type,
    original_width: size[0],
    original_height: size[1],
    image_rotation: 0,
    origin: 'manual',
    value,
  };
}

function brushItem(id: string, label: string, size: readonly [number, number], strokes: readonly Stroke[]) {
  const rle = Array.from(encodeRle(painted(...size, strokes)));
  return item(id, 'mask', 'brushlabels', size, { format: 'rle', rle, brushlabels: [label] });
}

/** A picture with something to see at any zoom: a field of soft blobs. */
function field(width: number, height: number): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const draw = canvas.getContext('2d');
  if (!draw) return '';
  draw.fillStyle = '#6f7f5c';
  draw.fillRect(0, 0, width, height);
  const next = random(3);
  for (let i = 0; i < 400; i++) {
    draw.fillStyle = `hsl(${60 + next() * 80} 30% ${25 + next() * 40}%)`;
    draw.beginPath();
    draw.ellipse(next() * width, next() * height, 20 + next() * 160, 20 + next() * 120, next() * 3, 0, 7);
    draw.fill();
  }
  return canvas.toDataURL('image/jpeg', 0.8);
}

/** The same numbers each time. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const BRUSH = `<View>
  <BrushLabels name="mask" toName="img"><Label value="House" background="#e05a4f"/><Label value="Hill" background="#2e9e6b"/><Label value="Sky" background="#3a7bd5"/></BrushLabels>
  <Magicwand name="wand" toName="img"/>
  <Image name="img" value="$image"/>
</View>`;

const BITMASK = `<View>
  <BitmaskLabels name="mask" toName="img" strokeWidth="40"><Label value="Cell" background="#b0459e"/><Label value="Nucleus" background="#3a7bd5"/></BitmaskLabels>
  <Image name="img" value="$image"/>
</View>`;

export function maskSamples(picture: () => string): Record<string, () => Sample> {
  return {
    brush: () => ({
      config: BRUSH,
      task: { id: 'brush', data: { image: picture() } },
      annotations: [
        {
          id: 61,
          completed_by: 7,
          result: [
            brushItem(
              'm1',
              'House',
              [1200, 800],
              [
                [
                  [200, 500, 22],
                  [320, 500, 22],
                  [320, 640, 22],
                  [200, 640, 22],
                  [200, 540, 22],
                  [260, 560, 60],
                ],
              ],
            ),
            brushItem(
              'm2',
              'Hill',
              [1200, 800],
              [
                [
                  [60, 640, 30],
                  [300, 700, 60],
                  [700, 700, 80],
                  [1100, 620, 60],
                ],
              ],
            ),
            brushItem(
              'm3',
              'Sky',
              [1200, 800],
              [
                [
                  [120, 120, 50],
                  [500, 200, 80],
                  [1000, 90, 40],
                ],
              ],
            ),
          ],
        },
      ],
    }),
    bitmask: () => {
      const size = [96, 64] as const;
      const cell = painted(...size, [
        [
          [30, 30, 14],
          [44, 34, 10],
        ],
      ]);
      let text = '';
      for (const byte of encodePng(cell)) text += String.fromCharCode(byte);
      const value = { imageDataURL: `data:image/png;base64,${btoa(text)}`, bitmasklabels: ['Cell'] };
      return {
        config: BITMASK,
        task: { id: 'bitmask', data: { image: field(...size) } },
        annotations: [{ id: 62, completed_by: 7, result: [item('b1', 'mask', 'bitmasklabels', size, value)] }],
      };
    },
    masks: () => {
      const size = [4000, 3000] as const;
      const next = random(11);
      const labels = ['House', 'Hill', 'Sky'];
      const result = Array.from({ length: 50 }, (_, index) => {
        let [x, y] = [400 + next() * 3200, 300 + next() * 2400];
        const strokes = Array.from({ length: 6 }, () => {
          const from = [x, y, 60 + next() * 120] as const;
          x = Math.max(150, Math.min(3850, x + (next() - 0.5) * 900));
          y = Math.max(150, Math.min(2850, y + (next() - 0.5) * 700));
          return [from, [x, y, 60 + next() * 120] as const];
        });
        return brushItem(`m${index}`, labels[index % 3] ?? 'Sky', size, strokes);
      });
      return {
        config: BRUSH,
        task: { id: 'masks', data: { image: field(...size) } },
        annotations: [{ id: 63, completed_by: 7, result }],
      };
    },
  };
}
