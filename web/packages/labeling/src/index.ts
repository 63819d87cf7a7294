/** The labeling configuration language in the browser. */
export * from './color';
export * from './complete';
export * from './config';
export * from './diagnostic';
export { type Attribute, ConfigNode, type Position } from './node';
export * from './registry';
export * from './validate';
export * from './variables';
export { parseXml, type XmlResult } from './xml';
