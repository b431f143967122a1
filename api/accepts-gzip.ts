// Whether a request takes gzip. A client that only says `*` gets the plain bytes, which are always
// right.

/** `header` is the value of Accept-Encoding. */
export function acceptsGzip(header: string | string[] | undefined): boolean {
  if (typeof header !== 'string' || !header.includes('gzip')) {
    return false;
  }
  return (
    !header.includes(';') ||
    header.split(',').some((coding) => {
      const [name = '', ...parameters] = coding.split(';').map((part) => part.trim());
      return name === 'gzip' && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
    })
  );
}
