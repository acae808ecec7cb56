/** `?base=` says where the service is, `?mode=` and `?via=` how to log in. */
const query = new URLSearchParams(location.search);

export const baseUrl = query.get('base') ?? location.origin;
export const mode = query.get('mode') ?? 'token';
export const via = query.get('via') ?? 'mini-program';
