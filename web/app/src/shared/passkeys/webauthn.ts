/**
 * Passkeys in the browser: a question of the server goes in as JSON, the authenticator's answer comes out as JSON (W3C WebAuthn
 * §5.1.8 to §5.1.10). The browsers' own conversions are younger than the passkeys that they support.
 */

/** A question of the server. `state` goes back with the answer. */
export interface Question<Options> {
  state: string;
  publicKey: Options;
}

/** The server asks for no extension. */
type Plain<Options> = Omit<Options, 'extensions'>;

export type NewPasskeyQuestion = Question<Plain<PublicKeyCredentialCreationOptionsJSON>>;
export type PasskeyQuestion = Question<Plain<PublicKeyCredentialRequestOptionsJSON>>;

/** What the server takes: the question's state and the credential. */
export interface Answer {
  state: string;
  credential: object;
}

/** Why there is no answer, in words for people; undefined when they have just turned to something else. */
export class PasskeyProblem extends Error {
  override readonly name = 'PasskeyProblem';
}

/** Whether this browser knows passkeys at all, and this page may use them. */
export const hasPasskeys = (): boolean =>
  window.isSecureContext && typeof window.PublicKeyCredential === 'function' && 'credentials' in navigator;

/** Whether passkeys can be offered among the suggestions of the address field. */
export async function canSuggest(): Promise<boolean> {
  return hasPasskeys() && (await PublicKeyCredential.isConditionalMediationAvailable?.().catch(() => false)) === true;
}

/** Lets the person make a passkey. */
export async function createPasskey({ state, publicKey }: NewPasskeyQuestion): Promise<Answer> {
  const options = {
    ...publicKey,
    challenge: bytesOf(publicKey.challenge),
    user: { ...publicKey.user, id: bytesOf(publicKey.user.id) },
    excludeCredentials: (publicKey.excludeCredentials ?? []).map(described),
  } as PublicKeyCredentialCreationOptions;
  const made = await asked(
    () => navigator.credentials.create({ publicKey: options }),
    'it was cancelled, or took too long.',
  );
  const response = made.response as AuthenticatorAttestationResponse;
  return {
    state,
    credential: {
      ...identified(made),
      response: {
        clientDataJSON: textOf(response.clientDataJSON),
        attestationObject: textOf(response.attestationObject),
        transports: response.getTransports?.() ?? [],
      },
    },
  };
}

/** Lets the person use a passkey; with `suggest` it is one of the suggestions of the address field, and waits there. */
export async function usePasskey(
  { state, publicKey }: PasskeyQuestion,
  { suggest = false, signal }: { suggest?: boolean; signal?: AbortSignal } = {},
): Promise<Answer> {
  const options = {
    ...publicKey,
    challenge: bytesOf(publicKey.challenge),
    allowCredentials: (publicKey.allowCredentials ?? []).map(described),
  } as PublicKeyCredentialRequestOptions;
  const used = await asked(
    () =>
      navigator.credentials.get({
        publicKey: options,
        ...(suggest ? { mediation: 'conditional' as const } : {}),
        ...(signal ? { signal } : {}),
      }),
    'it was cancelled, took too long, or there is no passkey for this server on this device.',
  );
  const response = used.response as AuthenticatorAssertionResponse;
  return {
    state,
    credential: {
      ...identified(used),
      response: {
        clientDataJSON: textOf(response.clientDataJSON),
        authenticatorData: textOf(response.authenticatorData),
        signature: textOf(response.signature),
        userHandle: response.userHandle ? textOf(response.userHandle) : null,
      },
    },
  };
}

/** `nothing` says why nothing may have been confirmed. */
async function asked(ask: () => Promise<Credential | null>, nothing: string): Promise<PublicKeyCredential> {
  if (!hasPasskeys()) throw new PasskeyProblem('This browser cannot use passkeys here.');
  try {
    const credential = await ask();
    if (credential) return credential as PublicKeyCredential;
  } catch (error) {
    throw new PasskeyProblem(wordsFor(error, nothing), { cause: error });
  }
  throw new PasskeyProblem('The browser gave no passkey. Try again.');
}

/** Browsers say little, on purpose: a cancelled request, a time-out and a missing passkey look the same. */
function wordsFor(error: unknown, nothing: string): string {
  switch (error instanceof DOMException ? error.name : '') {
    case 'NotAllowedError':
      return `Nothing was confirmed: ${nothing}`;
    case 'InvalidStateError':
      return 'This device holds a passkey of your account already.';
    case 'SecurityError':
      return `The browser does not allow passkeys at this address (${window.location.host}).`;
    case 'NotSupportedError':
    case 'ConstraintError':
      return 'This device cannot make a passkey that checks who you are, by a PIN, a fingerprint or a face.';
    default:
      return 'The browser could not use a passkey. Try again, or use another way.';
  }
}

const identified = ({ id, rawId, type }: PublicKeyCredential) => ({ id, rawId: textOf(rawId), type });

const described = ({ id, ...rest }: PublicKeyCredentialDescriptorJSON) => ({ ...rest, id: bytesOf(id) });

/** Base64url without padding. */
function textOf(bytes: ArrayBuffer): string {
  const binary = Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join('');
  return btoa(binary).replace(/\+/g, '-').replace(/\//g, '_').replace(/=+$/, '');
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const binary = atob(text.replace(/-/g, '+').replace(/_/g, '/'));
  return Uint8Array.from(binary, (character) => character.charCodeAt(0));
}
