/** The parts that read markup, for tests that try them in a real browser: each on its own, without the editor. */
import * as text from '@labelkeep/text';
import * as clean from '../src/tags/hypertext/clean';
import * as parse from '../src/tags/hypertext/parse';

Object.assign(window, { parts: { ...text, ...clean, ...parse } });
