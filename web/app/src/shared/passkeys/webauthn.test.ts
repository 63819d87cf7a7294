import { afterEach, describe, expect, it, vi } from 'vitest';
import { createPasskey, type NewPasskeyQuestion, PasskeyProblem, type PasskeyQuestion, usePasskey } from './webauthn';

const bytes = (...values: number[]) => new Uint8Array(values).buffer;

function browser(credentials: object) {
  vi.stubGlobal('window', {
    isSecureContext: true,
    PublicKeyCredential: class {},
    location: { host: 'labels.example' },
  });
  vi.stubGlobal('navigator', { credentials });
}

const question: PasskeyQuestion = {
  state: 'sealed',
  publicKey: { challenge: '-_8', rpId: 'labels.example', allowCredentials: [{ type: 'public-key', id: 'AQI' }] },
};

afterEach(() => vi.unstubAllGlobals());

describe('passkeys', () => {
  it('turn texts into bytes and back', async () => {
    const get = vi.fn(async (_: CredentialRequestOptions) => ({
      id: 'AQI',
      rawId: bytes(1, 2),
      type: 'public-key',
      response: {
        clientDataJSON: bytes(123, 125),
        authenticatorData: bytes(251, 255),
        signature: bytes(0),
        userHandle: null,
      },
    }));
    browser({ get });
    const answer = await usePasskey(question, { suggest: true });
    expect(answer).toEqual({
      state: 'sealed',
      credential: {
        id: 'AQI',
        rawId: 'AQI',
        type: 'public-key',
        response: { clientDataJSON: 'e30', authenticatorData: '-_8', signature: 'AA', userHandle: null },
      },
    });
    const sent = get.mock.calls[0]?.[0];
    expect(sent?.mediation).toBe('conditional');
    expect(sent?.publicKey?.challenge).toEqual(new Uint8Array([251, 255]));
    expect(sent?.publicKey?.allowCredentials?.[0]?.id).toEqual(new Uint8Array([1, 2]));
  });

  it.each([
    ['NotAllowedError', /cancelled/],
    ['SecurityError', /labels\.example/],
    ['ConstraintError', /fingerprint/],
    ['UnknownError', /another way/],
  ])('say what %s means', async (name, words) => {
    browser({ get: () => Promise.reject(new DOMException('secret words of the browser', name)) });
    await expect(usePasskey(question)).rejects.toThrow(words);
  });

  it('say that a device has one already', async () => {
    browser({ create: () => Promise.reject(new DOMException('', 'InvalidStateError')) });
    const asked = {
      state: 's',
      publicKey: { challenge: '', user: { id: '', name: '', displayName: '' }, rp: { name: '' }, pubKeyCredParams: [] },
    } as NewPasskeyQuestion;
    await expect(createPasskey(asked)).rejects.toThrow(/already/);
  });

  it('are not there in a browser without them', async () => {
    vi.stubGlobal('window', { isSecureContext: false });
    vi.stubGlobal('navigator', {});
    await expect(usePasskey(question)).rejects.toBeInstanceOf(PasskeyProblem);
  });
});
