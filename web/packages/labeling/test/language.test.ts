import { describe, expect, it } from 'vitest';
import { complete, LabelColors, parseColor, parseConfig, resolveVariable } from '../src';

describe('variables', () => {
  const data = { title: 'Tea', list: [1, 2], a: { b: [{ c: 'deep' }] }, 'a.flat': 'x', n: 0, no: null };

  it('gives the raw value of a whole reference, and text for mixed ones', () => {
    expect(resolveVariable('$list', data)).toEqual([1, 2]);
    expect(resolveVariable('$a.b[0].c', data)).toBe('deep');
    expect(resolveVariable('$missing', data)).toBe('');
    expect(resolveVariable('$n', data)).toBe(0);
    expect(resolveVariable('Title: $title.', data)).toBe('Title: Tea.');
    expect(resolveVariable('$title and $missing', data)).toBe('Tea and ');
    expect(resolveVariable('5 $ a day', data)).toBe('5 $ a day');
  });

  it('sec_186 reads own properties only', () => {
    expect(resolveVariable('$constructor', {})).toBe('');
    expect(resolveVariable('$title.length', {})).toBe('');
    expect(resolveVariable('$__proto__', {})).toBe('');
  });
});

describe('parseConfig', () => {
  it('matches tags and attributes in any case and keeps values as they are', () => {
    const config = parseConfig(
      '<view><TEXT NAME="t" Value="$Text"/><choices name="c" TONAME="t"><choice value="A &amp; B"/></choices></view>',
    );
    expect(config.byName.get('t')?.tag).toBe('Text');
    expect(config.byName.get('t')?.get('value')).toBe('$Text');
    expect(config.byName.get('c')?.children[0]?.get('value')).toBe('A & B');
  });

  it('refuses DTDs, entities of its own and text that is not XML, with the place', () => {
    for (const xml of [
      '<!DOCTYPE x [<!ENTITY a "b">]><View/>',
      '<View>&a;</View>',
      '<View',
      '<View><A></View>',
      'x',
      '',
      '<View/><View/>',
      '<View a="1" a="2"/>',
      '<View a=1/>',
      '<View>&#0;</View>',
    ]) {
      const config = parseConfig(xml);
      expect(config.root, xml).toBeNull();
      expect(config.errors[0]?.line, xml).toBe(1);
    }
  });

  it('attaches a control without toName to the only object', () => {
    const config = parseConfig(
      '<View><Text name="t" value="$x"/><Choices name="c"><Choice value="A"/></Choices></View>',
    );
    expect(config.targetsOf(config.byName.get('c') as never)).toEqual(['t']);
  });
});

describe('complete', () => {
  const labels = (xml: string) => complete(xml.replace('|', ''), xml.indexOf('|')).map((item) => item.label);

  it('offers tags, children of the control around, attributes that are not used yet, and values', () => {
    expect(labels('<View><Te|')).toContain('TextArea');
    expect(labels('<View><Te|')).not.toContain('Choice');
    expect(labels('<View><Choices name="c" toName="t"><|')).toContain('Choice');
    const attributes = labels('<View><Choices name="c" |');
    expect(attributes).toContain('toName');
    expect(attributes).not.toContain('name');
    expect(labels('<View><Text name="first" value="$a"/><Choices toName="|')).toEqual(['first']);
    expect(labels('<View><Choices choice="|')).toEqual(['single', 'single-radio', 'multiple']);
    expect(labels('<View><Header value="a"/></|')).toEqual(['</View>']);
  });
});

describe('colours', () => {
  it('sec_177 parses colours and nothing else', () => {
    expect(parseColor('#abc')).toEqual({ r: 170, g: 187, b: 204, a: 1 });
    expect(parseColor('rgb(10, 20, 30)')).toEqual({ r: 10, g: 20, b: 30, a: 1 });
    expect(parseColor('hsl(0 100% 50% / 50%)')).toMatchObject({ r: 255, g: 0, b: 0, a: 0.5 });
    expect(parseColor('Tomato')).toMatchObject({ r: 255, g: 99, b: 71 });
    for (const text of ['red;background:url(x)', 'url(x)', 'var(--x)', '#12345', 'expression(1)', ''])
      expect(parseColor(text)).toBeNull();
  });

  it('gives labels of one control colours of their own', () => {
    const colors = new LabelColors();
    const first = Array.from({ length: 24 }, (_, index) => colors.next(`Label ${index}`));
    expect(new Set(first).size).toBe(24);
    expect(new LabelColors().next('Label 0')).toBe(first[0]);
  });
});
