/** The server, as the browser talks to it. */
export {
  ApiError,
  api,
  closeClient,
  csrfToken,
  onReauthenticationRequired,
  onSessionEnded,
  type Query,
  type UploadOptions,
} from './client';
export type * from './data-manager';
export type * from './types';
