import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Camera, type CameraOptions, type Turns } from '../src/camera';

function camera(options: CameraOptions = {}, image = { width: 4000, height: 3000 }, turns: Turns = 0): Camera {
  const made = new Camera(() => undefined, options);
  made.setViewport({ width: 1200, height: 800 });
  made.setImage(image, turns);
  return made;
}

const screen = fc.record({
  x: fc.double({ min: 0, max: 1200, noNaN: true }),
  y: fc.double({ min: 0, max: 800, noNaN: true }),
});
const turns = fc.constantFrom<Turns>(0, 1, 2, 3);

describe('camera', () => {
  it('maps to the image and back', () => {
    fc.assert(
      fc.property(screen, turns, fc.double({ min: 0.3, max: 50, noNaN: true }), (at, turned, zoom) => {
        const one = camera({}, undefined, turned);
        one.zoomTo(zoom, at);
        const back = one.toScreen(one.toImage(at));
        expect(Math.hypot(back.x - at.x, back.y - at.y)).toBeLessThan(1e-6);
      }),
    );
  });

  it('keeps the point under the pointer when it zooms in', () => {
    fc.assert(
      fc.property(
        turns,
        fc.double({ min: 1, max: 20, noNaN: true }),
        fc.double({ min: 0.2, max: 0.8, noNaN: true }),
        (turned, factor, part) => {
          const one = camera({}, undefined, turned);
          one.zoomTo(1);
          const pointer = { x: 1200 * part, y: 800 * part };
          const under = one.toImage(pointer);
          one.zoomBy(factor, pointer);
          const after = one.toScreen(under);
          expect(Math.hypot(after.x - pointer.x, after.y - pointer.y)).toBeLessThan(1e-6);
        },
      ),
    );
  });

  it('keeps it also where the image is narrower than the view, and centres again when it is fitted', () => {
    const one = camera({}, { width: 4000, height: 1000 });
    const pointer = { x: 600, y: 420 };
    const under = one.toImage(pointer);
    one.zoomBy(1.5, pointer);
    const after = one.toScreen(under);
    expect(Math.hypot(after.x - pointer.x, after.y - pointer.y)).toBeLessThan(1e-6);
    one.zoomTo(0.0001, pointer);
    expect(one.toScreen({ x: 2000, y: 500 })).toEqual({ x: 600, y: 400 });
  });

  it('shows the corners of the image in the order of the turn', () => {
    const corner = (turned: Turns) => {
      const one = camera({}, { width: 400, height: 300 }, turned);
      const a = one.toScreen({ x: 0, y: 0 });
      const b = one.toScreen({ x: 400, y: 300 });
      return [a.x < b.x ? 'left' : 'right', a.y < b.y ? 'top' : 'bottom'];
    };
    expect(corner(0)).toEqual(['left', 'top']);
    expect(corner(1)).toEqual(['right', 'top']);
    expect(corner(2)).toEqual(['right', 'bottom']);
    expect(corner(3)).toEqual(['left', 'bottom']);
  });

  it('zooms between fit and 100 times, and below fit only when it may', () => {
    const one = camera();
    one.zoomTo(0.0001);
    expect(one.zoom).toBeCloseTo(one.fitZoom);
    one.zoomTo(1e9);
    expect(one.zoom).toBe(100);
    const free = camera({ negativeZoom: true });
    free.zoomTo(0.0001);
    expect(free.zoom).toBe(0.1);
  });

  it('fits the whole image beside what lies over the view', () => {
    const one = camera({ inset: { left: 56, top: 10, right: 10, bottom: 10 } });
    const a = one.toScreen({ x: 0, y: 0 });
    const b = one.toScreen({ x: 4000, y: 3000 });
    expect(a.x).toBeGreaterThanOrEqual(56);
    expect(a.y).toBeGreaterThanOrEqual(10 - 1e-9);
    expect(b.x).toBeLessThanOrEqual(1190 + 1e-9);
    expect(b.y).toBeLessThanOrEqual(790 + 1e-9);
  });

  it('stays fitted when the window changes, until a person zooms', () => {
    const one = camera();
    one.setViewport({ width: 600, height: 400 });
    expect(one.zoom).toBeCloseTo(one.fitZoom);
    one.zoomTo(2);
    one.setViewport({ width: 900, height: 700 });
    expect(one.zoom).toBe(2);
  });

  it('says when there is no more to pan, so that the page can scroll', () => {
    const one = camera();
    expect(one.panBy(0, -50)).toBe(false);
    one.zoomTo(2);
    expect(one.panBy(0, -50)).toBe(true);
    one.panBy(0, -1e6);
    expect(one.panBy(0, -50)).toBe(false);
  });
});
