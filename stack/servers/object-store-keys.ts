// The keys of the local object store: the defaults of the settings. Worth nothing elsewhere, as it
// listens on this machine only and holds sample images.

export const localKeys = { access: 'minioadmin', secret: 'minioadmin' };

export function objectStoreEnv(port: number): Record<string, string> {
  return {
    S3_ENDPOINT: `http://127.0.0.1:${port}`,
    S3_ACCESS_KEY: localKeys.access,
    S3_SECRET_KEY: localKeys.secret,
    S3_BUCKET: 'cinesync',
    S3_REGION: 'us-east-1',
  };
}
