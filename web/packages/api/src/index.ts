/** The server, as the browser talks to it. */
export { ApiError, api, csrfToken, onReauthenticationRequired, type Query, type UploadOptions } from './client';
export type * from './types';
