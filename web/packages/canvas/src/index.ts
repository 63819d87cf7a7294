/**
 * The image layer: camera, scene of shapes, renderers, tools. No framework, no element for a region;
 * it knows neither the editor nor result JSON.
 */
export type { Alignment, Axis, Measurement } from './arrange';
export { Camera, type CameraOptions, type Turns, ZOOM_LIMITS } from './camera';
export type { Matrix } from './geometry/matrix';
export type { PathVertex } from './geometry/path';
export { type Size, toPercent, toPercentKeeping, toPixels } from './geometry/percent';
export type { Box, Point } from './geometry/point';
export type { Keyboard } from './keyboard';
export type { CreateOptions, ShapeChange, StageModel } from './model';
export { DEFAULT_LOOK, type ImageLook } from './render/image-layer';
export { DEFAULT_THEME, type OverlayTheme } from './render/overlay';
export { closeLater } from './render/release';
export { type ItemStyle, Scene, type SceneItem } from './scene';
export type { EllipseShape } from './shapes/ellipse';
export type { KeyPointShape } from './shapes/keypoint';
export { isMask, type MaskShape } from './shapes/mask';
export type { PolygonShape } from './shapes/polygon';
export type { RectangleShape } from './shapes/rectangle';
export { kindOf } from './shapes/registry';
export { NO_RULES, type PathRules, type Shape, type ShapeKind } from './shapes/shape';
export type { VectorShape } from './shapes/vector';
export { DEFAULT_OPTIONS, Stage, type StageOptions } from './stage';
