/** The sample with every shape of the image layer: a drawn street with parts to mark. */
import type { Sample } from './samples';

const CONFIG = `<View>
  <RectangleLabels name="box" toName="img"><Label value="House" background="#e05a4f"/></RectangleLabels>
  <EllipseLabels name="oval" toName="img"><Label value="Wheel" background="#3a7bd5"/></EllipseLabels>
  <PolygonLabels name="area" toName="img"><Label value="Hill" background="#2e9e6b"/></PolygonLabels>
  <VectorLabels name="path" toName="img" curves="true" closable="true"><Label value="Road" background="#b45ad6"/></VectorLabels>
  <VectorLabels name="tree" toName="img" skeleton="true" pointStyle="rectangle"><Label value="Branches" background="#c77f14"/></VectorLabels>
  <KeyPointLabels name="dot" toName="img" strokeWidth="5"><Label value="Corner" background="#8bad00"/></KeyPointLabels>
  <Image name="img" value="$image"/>
</View>`;

/** A street with a wagon, a road that bends and a bare tree, drawn here so that the demo needs no file. */
function street(): string {
  const canvas = document.createElement('canvas');
  canvas.width = 1200;
  canvas.height = 800;
  const draw = canvas.getContext('2d');
  if (!draw) return '';
  const sky = draw.createLinearGradient(0, 0, 0, 800);
  sky.addColorStop(0, '#9cc4ea');
  sky.addColorStop(1, '#efe6d2');
  draw.fillStyle = sky;
  draw.fillRect(0, 0, 1200, 800);
  draw.fillStyle = '#6d9463';
  draw.beginPath();
  draw.moveTo(0, 420);
  draw.lineTo(380, 300);
  draw.lineTo(760, 430);
  draw.lineTo(1200, 350);
  draw.lineTo(1200, 800);
  draw.lineTo(0, 800);
  draw.fill();
  draw.strokeStyle = '#8f8a80';
  draw.lineWidth = 46;
  draw.beginPath();
  draw.moveTo(0, 720);
  draw.bezierCurveTo(300, 560, 520, 780, 760, 640);
  draw.bezierCurveTo(900, 560, 1000, 620, 1200, 540);
  draw.stroke();
  draw.fillStyle = '#b5533c';
  draw.fillRect(140, 350, 170, 180);
  draw.fillStyle = '#7a3527';
  draw.beginPath();
  draw.moveTo(124, 350);
  draw.lineTo(225, 270);
  draw.lineTo(326, 350);
  draw.fill();
  draw.fillStyle = '#d2b04c';
  draw.fillRect(560, 560, 190, 80);
  draw.fillStyle = '#2f2f33';
  for (const x of [605, 705]) {
    draw.beginPath();
    draw.arc(x, 645, 27, 0, 2 * Math.PI);
    draw.fill();
  }
  draw.strokeStyle = '#4a3a2c';
  draw.lineWidth = 12;
  draw.beginPath();
  for (const [x, y, to, up] of [
    [980, 520, 980, 360],
    [980, 430, 900, 330],
    [980, 400, 1060, 300],
    [980, 360, 960, 250],
  ] as const) {
    draw.moveTo(x, y);
    draw.lineTo(to, up);
  }
  draw.stroke();
  return canvas.toDataURL('image/png');
}

const item = (id: string, from: string, type: string, value: Record<string, unknown>) => ({
  id,
  from_name: from,
  to_name: 'img',
  type,
  original_width: 1200,
  original_height: 800,
  image_rotation: 0,
  value,
});

export const shapesSample = (): Sample => ({
  config: CONFIG,
  task: { id: 21, data: { image: street() } },
  annotations: [
    {
      id: 3,
      completed_by: 7,
      result: [
        item('s1', 'box', 'rectanglelabels', {
          x: 11.7,
          y: 43.8,
          width: 14.2,
          height: 22.5,
          rotation: 0,
          rectanglelabels: ['House'],
        }),
        item('s2', 'oval', 'ellipselabels', {
          x: 50.4,
          y: 80.6,
          radiusX: 2.3,
          radiusY: 3.4,
          rotation: 0,
          ellipselabels: ['Wheel'],
        }),
        item('s3', 'area', 'polygonlabels', {
          points: [
            [0, 52.5],
            [31.7, 37.5],
            [63.3, 53.75],
            [63.3, 62],
            [0, 62],
          ],
          closed: true,
          polygonlabels: ['Hill'],
        }),
        item('s4', 'path', 'vectorlabels', {
          closed: false,
          vectorlabels: ['Road'],
          vertices: [
            {
              id: 'a',
              x: 0,
              y: 90,
              prevPointId: null,
              isBezier: true,
              controlPoint1: { x: -8, y: 95 },
              controlPoint2: { x: 25, y: 70 },
            },
            {
              id: 'b',
              x: 63.3,
              y: 80,
              prevPointId: 'a',
              isBezier: true,
              controlPoint1: { x: 43.3, y: 97.5 },
              controlPoint2: { x: 75, y: 70 },
              disconnected: true,
            },
            {
              id: 'c',
              x: 100,
              y: 67.5,
              prevPointId: 'b',
              isBezier: true,
              controlPoint1: { x: 83.3, y: 77.5 },
              controlPoint2: { x: 110, y: 60 },
            },
          ],
        }),
        item('s5', 'tree', 'vectorlabels', {
          closed: false,
          vectorlabels: ['Branches'],
          vertices: [
            { id: 'r', x: 81.7, y: 65, prevPointId: null, isBezier: false },
            { id: 'm', x: 81.7, y: 52, prevPointId: 'r', isBezier: false },
            { id: 'l', x: 75, y: 41.3, prevPointId: 'm', isBezier: false },
            { id: 'k', x: 88.3, y: 37.5, prevPointId: 'm', isBezier: false, isBranching: true },
            { id: 't', x: 80, y: 31.3, prevPointId: 'm', isBezier: false, isBranching: true },
          ],
        }),
        item('s6', 'dot', 'keypointlabels', { x: 18.75, y: 33.75, width: 0.6, keypointlabels: ['Corner'] }),
      ],
    },
  ],
});
