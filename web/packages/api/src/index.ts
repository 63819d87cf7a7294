/** The server, as the browser talks to it. */
export { ApiError, api, csrfToken, type Query, type UploadOptions } from './client';
export type * from './types';
