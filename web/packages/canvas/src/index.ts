/**
 * The image layer: camera, scene of shapes, renderers, tools. No framework, no element for a region;
 * it knows neither the editor nor result JSON.
 */
export { Camera, type CameraOptions, type Turns, ZOOM_LIMITS } from './camera';
export type { Matrix } from './geometry/matrix';
export { type Size, toPercent, toPercentKeeping, toPixels } from './geometry/percent';
export type { Box, Point } from './geometry/point';
export type { Keyboard } from './keyboard';
export type { ShapeChange, StageModel } from './model';
export { DEFAULT_LOOK, type ImageLook } from './render/image-layer';
export { DEFAULT_THEME, type OverlayTheme } from './render/overlay';
export { type ItemStyle, Scene, type SceneItem } from './scene';
export { isMask, type MaskShape } from './shapes/mask';
export type { PolygonShape } from './shapes/polygon';
export type { RectangleShape } from './shapes/rectangle';
export { kindOf } from './shapes/registry';
export type { Shape, ShapeKind } from './shapes/shape';
export { DEFAULT_OPTIONS, Stage, type StageOptions } from './stage';
