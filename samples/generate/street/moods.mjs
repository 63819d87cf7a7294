// The hours and weathers of the street scenes: colours of sky, ground and light.

/**
 * sky: colours from the top down; haze: colour of what is far away; tint/amount: light that colours everything;
 * lit: share of lit windows; lamps: whether street lamps and headlights shine.
 */
export const MOODS = [
  { name: 'morning', sky: ['#8fc3e8', '#c9e2ef', '#fbe6cf'], haze: '#b9cfdf', tint: '#ffd9a8', amount: 0.06, lit: 0.05, sun: '#fff3d1', clouds: '#ffffff', weight: 3 },
  { name: 'day', sky: ['#5aa9e6', '#93cbf1', '#d5ecf8'], haze: '#a9c8dd', tint: '#ffffff', amount: 0, lit: 0, sun: '#fff6c9', clouds: '#ffffff', weight: 4 },
  { name: 'overcast', sky: ['#a3b1bd', '#bcc7cf', '#d8dee2'], haze: '#aab6bf', tint: '#8d9aa6', amount: 0.16, lit: 0.12, clouds: '#c9d1d7', weight: 2 },
  { name: 'rain', sky: ['#7c8a97', '#97a4af', '#b4bfc7'], haze: '#8d9aa5', tint: '#5d6c7b', amount: 0.26, lit: 0.3, lamps: true, clouds: '#8a97a3', rain: true, weight: 2 },
  { name: 'snow', sky: ['#b7c6d4', '#d2dde6', '#eef2f5'], haze: '#bccad5', tint: '#d8e4f0', amount: 0.12, lit: 0.2, clouds: '#e8eef3', snow: true, weight: 2 },
  { name: 'sunset', sky: ['#4b5d9b', '#b5719a', '#f29b6c', '#fbd08a'], haze: '#a57f98', tint: '#c2603f', amount: 0.2, lit: 0.3, sun: '#ffdf9e', lowSun: true, clouds: '#e79a86', weight: 3 },
  { name: 'dusk', sky: ['#2c3a68', '#5a5f96', '#a989a8', '#dba694'], haze: '#5f648f', tint: '#2b3566', amount: 0.32, lit: 0.5, lamps: true, clouds: '#7f7aa5', weight: 2 },
  { name: 'night', sky: ['#0e1633', '#1a2650', '#2f3d6b'], haze: '#222d55', tint: '#0e1738', amount: 0.48, lit: 0.55, lamps: true, moon: true, clouds: '#5a6aa3', stars: true, weight: 2 },
]

export const FACADES = ['#e3b58a', '#d98f74', '#c9d3c0', '#e8d5b0', '#b5c7d6', '#d7a6a0', '#a9b8a2', '#cdb4c8', '#efe2cf', '#9fb3bd', '#c98b6a', '#e6c86e']
export const ROOFS = ['#8a4b3c', '#6b4a47', '#55606e', '#7a5a44', '#4d5663', '#94604a']
export const CARS = ['#d64545', '#3b73c4', '#f2f2ee', '#2f3640', '#e0a526', '#3f8f6b', '#8d99a6', '#7c4f9e', '#c7673a', '#9fd0d8', '#b9a78d', '#1f4f6b']
export const BUSES = ['#e2862f', '#2f7fb8', '#c43d4b', '#3b9468', '#6d5bb0', '#d9b436']
export const CLOTHES = ['#d9534f', '#3f76c0', '#efb23f', '#4a9a72', '#8b5fb0', '#e8e4da', '#35404d', '#c56b94', '#2f8f9b', '#a36f48', '#6d7f94', '#dd7f3c']
export const TROUSERS = ['#34425a', '#4b4f57', '#6b5a4c', '#2b2f36', '#7d8896', '#3f5f53']
export const SKIN = ['#f3cfb3', '#e4b48f', '#c98f66', '#a56c45', '#7c4d31', '#5a3825']
export const HAIR = ['#2b211c', '#4b3322', '#7a5230', '#b98b4e', '#8d8d8d', '#9c4a2b', '#1d1d22', '#d8cfc2']
export const GREENS = ['#5c9e58', '#4b8b5b', '#79ad55', '#3f7d54', '#8fb15a', '#6a9a4a']
export const AUTUMN = ['#d08a3a', '#c5653a', '#d9ac43', '#a8552f']
