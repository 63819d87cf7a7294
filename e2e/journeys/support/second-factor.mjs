/** An authenticator app, and how a person sets it up. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** The six digits of an authenticator app (RFC 6238), so many steps of 30 seconds from now. */
export function codeOf(secret, steps = 0) {
  const bits = [...secret.replace(/\s/g, '')]
    .map((letter) => ALPHABET.indexOf(letter).toString(2).padStart(5, '0'))
    .join('');
  const key = Buffer.from(bits.match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + steps));
  const hash = createHmac('sha1', key).update(counter).digest();
  const number = hash.readUInt32BE(hash.at(-1) & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

/** Sets an authenticator app up; gives its secret and the recovery codes. */
export async function enrol(page) {
  await page.goto('/user/account/second-factor');
  await page.getByRole('button', { name: 'Set up an authenticator app' }).click();
  const dialog = page.getByRole('dialog', { name: 'Set up an authenticator app' });
  const secret = await dialog.getByLabel('Key').inputValue();
  await dialog.getByLabel('Code', { exact: true }).fill('000000');
  await dialog.getByRole('button', { name: 'Turn it on' }).click();
  await dialog.getByText(/not the code that the app shows now/).waitFor();
  await dialog.getByLabel('Code', { exact: true }).fill(codeOf(secret));
  await dialog.getByRole('button', { name: 'Turn it on' }).click();
  const shown = page.getByRole('dialog', { name: 'Your recovery codes' });
  const list = shown.getByRole('list', { name: 'Recovery codes' });
  await list.waitFor();
  await list.getByRole('listitem').nth(9).waitFor();
  const codes = await list.getByRole('listitem').allTextContents();
  assert.equal(codes.length, 10);
  await shown.getByText('I have kept them').click();
  await shown.getByRole('button', { name: 'Done' }).click();
  await page.getByText('10 codes left').waitFor();
  return { secret, codes };
}
